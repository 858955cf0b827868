import { hostname, userInfo } from "node:os";
import type { Probe } from "../agents/driver.ts";
import type { Doctor, DoctorCheck, ProbeProgress, ProbeReport } from "../contract/doctor.ts";
import type { Harness } from "../contract/harness.ts";
import { ok, type Result } from "../contract/result.ts";
import { redact } from "../domain/redact.ts";
import { installCommand } from "../host/install-command.ts";
import type { Doctors, Info } from "./api.ts";
import type { Core } from "./core.ts";
import { checkAgent } from "./doctor-agents.ts";
import { checkData, checkDisk, checkPort } from "./doctor-machine.ts";
import type { HarnessConfig } from "./harness-config.ts";
import { Trials } from "./trial.ts";

/** Looks at everything the product relies on, and says how each is mended. */
export class DoctorCommands implements Doctors {
  readonly #core: Core;
  readonly #harnesses: HarnessConfig;
  readonly #trials: Trials;

  constructor(core: Core, harnesses: HarnessConfig) {
    this.#core = core;
    this.#harnesses = harnesses;
    this.#trials = new Trials(core, harnesses);
  }

  async look(
    info: Info,
    options: { readonly fresh: boolean },
  ): Promise<Result<{ doctor: Doctor }>> {
    if (options.fresh) {
      this.#harnesses.forget();
    }
    const { dataDir } = this.#core.deps;
    const [agents, tools, data, disk] = await Promise.all([
      this.#agents(),
      Promise.all([this.#git(), this.#tmux()]),
      checkData(dataDir),
      checkDisk(dataDir),
    ]);
    const checks = [...agents, ...tools, data, disk, checkPort(info)];
    return ok({ doctor: { at: this.#core.now(), version: info.version, checks } });
  }

  async report(info: Info): Promise<Result<string>> {
    const found = await this.look(info, { fresh: false });
    if (!found.ok) {
      return found;
    }
    const { checks } = found.value.doctor;
    const lines = [
      `Agetor ${info.version}, ${info.platform}, ${info.runtime}`,
      `At ${new Date(this.#core.now()).toISOString()}`,
      ...checks.flatMap((check) => [
        `${check.status.padEnd(4)}  ${check.label}: ${check.detail}`,
        ...(check.more === null ? [] : check.more.split("\n").map((line) => `      ${line}`)),
        ...(check.fix?.kind === "command" ? [`      fix: ${check.fix.command}`] : []),
      ]),
    ];
    const { home, user } = whoami();
    const host = hostname().split(".")[0] ?? null;
    const { dataDir } = this.#core.deps;
    return ok(`${redact(lines.join("\n"), { home, dataDir, user, host })}\n`);
  }

  /** Once at the start, before anything is tried. */
  begin(): void {
    this.#trials.sweep();
  }

  probing(): Result<{ progress: ProbeProgress | null }> {
    return ok({ progress: this.#trials.progress() });
  }

  probe(harnessId: string): Promise<Result<{ report: ProbeReport }>> {
    return this.#trials.run(harnessId);
  }

  /** The scripted agent needs nothing, so it is not looked at. */
  async #agents(): Promise<DoctorCheck[]> {
    const harnesses = this.#core.deps.store
      .harnesses()
      .filter(({ kind, enabled }) => kind !== "fake" && enabled);
    const probed = await Promise.all(
      harnesses.map(async (harness) => ({ harness, probe: await this.#harnesses.probe(harness) })),
    );
    const anyReady = probed.some(({ probe }) => probe.kind === "ready");
    const checks = await Promise.all(
      probed.map(({ harness, probe }) => this.#agent(harness, probe, anyReady)),
    );
    return checks.flat();
  }

  async #agent(harness: Harness, probe: Probe, anyReady: boolean): Promise<DoctorCheck[]> {
    const driver = this.#harnesses.driver(harness.kind);
    if (driver === null) {
      return [];
    }
    const check = checkAgent(harness, driver.descriptor, probe, anyReady);
    if (probe.kind !== "ready") {
      return [check];
    }
    const { dataDir, host, bridge } = this.#core.deps;
    const fault = await driver.preflight(
      {
        workplace: { cwd: dataDir, repo: null },
        harness: this.#harnesses.resolve(harness),
        bin: probe.path,
        mode: null,
        model: null,
        effort: null,
        resume: null,
        bridge: { argv: bridge.argv, mcpUrl: bridge.mcpUrl() },
        firstMessage: { id: "doctor", text: "" },
      },
      host,
    );
    // A missing tmux has a row of its own.
    if (fault === null || fault.code === "tmux_missing") {
      return [check];
    }
    return [
      check,
      {
        id: `preflight:${harness.id}`,
        group: "agents",
        label: `${harness.label} on this machine`,
        status: "warn",
        detail: fault.message,
        more: fault.hint,
        fix: null,
      },
    ];
  }

  async #git(): Promise<DoctorCheck> {
    const found = await this.#core.deps.git.available();
    const base = { id: "git", group: "tools" as const, label: "git" };
    if (found.ok) {
      const { version, path } = found.value;
      return { ...base, status: "pass", detail: version, more: path, fix: null };
    }
    return {
      ...base,
      status: "fail",
      detail: "Not found; without it tasks work in your folder itself.",
      more: found.fault.message,
      fix: commandFix("Install git", installCommand("git")),
    };
  }

  async #tmux(): Promise<DoctorCheck> {
    const found = await this.#core.deps.host.tmux.available();
    const base = { id: "tmux", group: "tools" as const, label: "tmux" };
    if (found.ok) {
      const { version, path } = found.value;
      return {
        ...base,
        status: "pass",
        detail: `${version}, a socket of our own`,
        more: path,
        fix: null,
      };
    }
    const needed = this.#core.deps.store
      .harnesses()
      .some(
        ({ enabled, kind }) =>
          enabled && this.#harnesses.driver(kind)?.descriptor.hosting === "tmux",
      );
    return {
      ...base,
      status: needed ? "fail" : "off",
      detail: "Not found; Claude Code needs it, Codex and the sample task do not.",
      more: found.fault.message,
      fix: commandFix("Install tmux", installCommand("tmux")),
    };
  }
}

function commandFix(label: string, command: string | null): DoctorCheck["fix"] {
  return command === null ? null : { kind: "command", label, command };
}

function whoami(): { readonly home: string | null; readonly user: string | null } {
  try {
    const { homedir, username } = userInfo();
    return { home: homedir, user: username };
  } catch {
    // A user id without an entry, as in some containers.
    return { home: null, user: null };
  }
}
