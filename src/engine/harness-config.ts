import { realpathSync } from "node:fs";
import type { Driver, Probe, ResolvedHarness } from "../agents/driver.ts";
import { type Fault, fault } from "../contract/fault.ts";
import type { AgentStatus, Harness } from "../contract/harness.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Core } from "./core.ts";

/** How long a good probe is believed, in milliseconds. A bad one is asked again every time. */
const believed = 30_000;

interface Cached {
  readonly at: number;
  readonly key: string;
  readonly probe: Promise<Probe>;
}

/** Resolves harnesses and knows what is installed, without asking the same question twice at once. */
export class HarnessConfig {
  readonly #core: Core;
  readonly #cache = new Map<string, Cached>();

  constructor(core: Core) {
    this.#core = core;
  }

  driver(kind: string): Driver | null {
    return this.#core.deps.drivers.get(kind) ?? null;
  }

  /** The harness with program and arguments resolved: its own, else the environment's, else the default. */
  resolve(harness: Harness): ResolvedHarness {
    const override = this.#core.deps.overrides[harness.kind];
    return {
      id: harness.id,
      kind: harness.kind,
      label: harness.label,
      bin: harness.bin ?? override?.bin ?? null,
      args: harness.args.length > 0 ? harness.args : (override?.args ?? []),
      home: harness.home,
      env: harness.env,
    };
  }

  /** The harness of a task, ready to run, or why it is not. Looks before anything changes. */
  async ready(
    harnessId: string,
  ): Promise<Result<{ harness: ResolvedHarness; driver: Driver; path: string }>> {
    const harness = this.#core.deps.store.harness(harnessId);
    if (harness === null) {
      return err(
        fault(
          "agent_unavailable",
          `There is no agent ${harnessId}.`,
          "Choose another agent for this task.",
        ),
      );
    }
    if (!harness.enabled) {
      return err(
        fault(
          "agent_unavailable",
          `${harness.label} is switched off.`,
          "Switch it on, or choose another agent.",
        ),
      );
    }
    const driver = this.driver(harness.kind);
    if (driver === null) {
      return err(
        fault(
          "agent_unavailable",
          `This version of Agetor cannot run agents of the kind ${harness.kind}.`,
          "Choose another agent for this task.",
        ),
      );
    }
    const probe = await this.probe(harness);
    const refused = refusal(harness, driver, probe);
    if (refused !== null) {
      return err(refused);
    }
    const path = probe.kind === "ready" ? probe.path : "";
    return ok({ harness: this.resolve(harness), driver, path });
  }

  /** Every probe is asked anew. */
  forget(): void {
    this.#cache.clear();
  }

  probe(harness: Harness): Promise<Probe> {
    const resolved = this.resolve(harness);
    const key = JSON.stringify(resolved);
    const now = this.#core.deps.clock.monotonic();
    const known = this.#cache.get(harness.id);
    if (known !== undefined && known.key === key && now - known.at < believed) {
      return known.probe;
    }
    const driver = this.driver(harness.kind);
    if (driver === null) {
      return Promise.resolve({
        kind: "broken",
        path: null,
        why: `This version of Agetor cannot run agents of the kind ${harness.kind}.`,
        hint: "Choose another agent.",
      });
    }
    const probe = driver.probe(resolved, this.#core.deps.host);
    this.#cache.set(harness.id, { at: now, key, probe });
    void probe.then(
      (found) => {
        if (found.kind !== "ready") {
          this.#cache.delete(harness.id);
        }
      },
      () => this.#cache.delete(harness.id),
    );
    return probe;
  }

  async status(harness: Harness): Promise<AgentStatus> {
    const driver = this.driver(harness.kind);
    const probe = await this.probe(harness);
    const base = {
      harnessId: harness.id,
      kind: harness.kind,
      label: harness.label,
      bin: this.resolve(harness).bin ?? driver?.descriptor.defaultBin ?? null,
      path: null,
      version: null,
      loggedIn: null,
      account: null,
      installHint: null,
    };
    switch (probe.kind) {
      case "ready":
        return {
          ...base,
          available: harness.enabled,
          path: probe.path,
          version: probe.version,
          loggedIn: true,
          account: probe.account,
          reason: harness.enabled ? probe.warning : "Switched off.",
        };
      case "missing":
        return {
          ...base,
          available: false,
          reason: `Not found. Looked in ${probe.looked.join(", ")}.`,
          installHint: probe.hint,
        };
      case "logged-out":
        return {
          ...base,
          available: false,
          path: probe.path,
          version: probe.version,
          loggedIn: false,
          reason: "Not logged in.",
          installHint: probe.hint,
        };
      case "broken":
        return {
          ...base,
          available: false,
          path: probe.path,
          reason: probe.why,
          installHint: probe.hint,
        };
    }
  }
}

function refusal(harness: Harness, driver: Driver, probe: Probe): Fault | null {
  switch (probe.kind) {
    case "ready":
      return null;
    case "missing":
      return fault("agent_unavailable", `${harness.label} is not installed.`, probe.hint, {
        looked: [...probe.looked],
        installHint: driver.descriptor.installHint,
      });
    case "logged-out":
      return fault("not_logged_in", `${harness.label} is not logged in.`, probe.hint);
    case "broken":
      return fault("agent_broken", `${harness.label} does not work: ${probe.why}`, probe.hint);
  }
}

/** The real path of a folder, or null when it is not there. */
export function realFolder(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
