import { realpathSync, statSync } from "node:fs";
import type { Driver, Probe, ResolvedHarness } from "../agents/driver.ts";
import { type Fault, fault } from "../contract/fault.ts";
import type { AgentStatus, Harness } from "../contract/harness.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { SessionProgram } from "../store/types.ts";
import type { Core } from "./core.ts";
import { makeOwnHome, usedHome } from "./harness-home.ts";

/** How long a good probe is believed, in milliseconds. A bad one is asked again every time. */
const believed = 30_000;

interface Cached {
  readonly at: number;
  readonly key: string;
  readonly probe: Promise<Probe>;
  /** Which file the program was when it was probed; null until then. */
  stamp: string | null;
}

/** A harness that can start: its program is pinned by its real path, as it was probed (TRUST-05). */
export interface ReadyHarness {
  readonly harness: ResolvedHarness;
  readonly driver: Driver;
  readonly path: string;
  readonly version: string;
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
  async ready(harnessId: string): Promise<Result<ReadyHarness>> {
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
          "Switch it on in Settings, Accounts. A task that was never started can take another agent.",
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
    if (probe.kind !== "ready") {
      return err(refusal(harness, probe));
    }
    const { path, version } = probe;
    return ok({ harness: this.resolve(harness), driver, path, version });
  }

  /** The same for a start that was accepted: an agent switched off since is said with what to do now. */
  async stillReady(harnessId: string): Promise<Result<ReadyHarness>> {
    const ready = await this.ready(harnessId);
    const harness = this.#core.deps.store.harness(harnessId);
    if (ready.ok || harness === null || harness.enabled) {
      return ready;
    }
    return err(
      fault(
        "agent_unavailable",
        `${harness.label} was switched off before it could begin.`,
        "Switch it on in Settings, Accounts, then press Retry: the task goes on where it stopped.",
      ),
    );
  }

  /** The config home a harness really uses, or null for agents without one. */
  homeOf(harness: Harness): string | null {
    const driver = this.driver(harness.kind);
    if (driver === null) {
      return null;
    }
    const { host } = this.#core.deps;
    return usedHome(this.resolve(harness), driver.descriptor, host.baseEnv());
  }

  /** What a session is started with, for its record: never its environment, which may hold keys. */
  programOf({ harness, driver, path, version }: ReadyHarness): SessionProgram {
    const home = usedHome(harness, driver.descriptor, this.#core.deps.host.baseEnv());
    return { path, version, home };
  }

  /** The next probe is asked anew, of one harness or of all. */
  forget(harnessId?: string): void {
    if (harnessId === undefined) {
      this.#cache.clear();
    } else {
      this.#cache.delete(harnessId);
    }
  }

  probe(harness: Harness): Promise<Probe> {
    const resolved = this.resolve(harness);
    const key = JSON.stringify(resolved);
    const now = this.#core.deps.clock.monotonic();
    const known = this.#cache.get(harness.id);
    if (known !== undefined && known.key === key && now - known.at < believed) {
      return this.#asProbed(harness, known);
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
    const probe = this.#probeWith(driver, resolved);
    const cached: Cached = { at: now, key, probe, stamp: null };
    this.#cache.set(harness.id, cached);
    void probe.then(
      (found) => {
        if (found.kind === "ready") {
          cached.stamp = stampOf(found.path);
        } else {
          this.#drop(harness.id, cached);
        }
      },
      () => this.#drop(harness.id, cached),
    );
    return probe;
  }

  async #probeWith(driver: Driver, harness: ResolvedHarness): Promise<Probe> {
    try {
      makeOwnHome(this.#core.deps.dataDir, harness);
    } catch (thrown) {
      const why = `Its config home ${harness.home} cannot be made: ${String(thrown)}`;
      return { kind: "broken", path: null, why, hint: "Make room for it, or choose another home." };
    }
    return driver.probe(harness, this.#core.deps.host);
  }

  /** A known probe, unless its program was replaced since: then another one (TRUST-05). */
  async #asProbed(harness: Harness, known: Cached): Promise<Probe> {
    const probe = await known.probe;
    if (probe.kind !== "ready" || known.stamp === null || known.stamp === stampOf(probe.path)) {
      return probe;
    }
    this.#drop(harness.id, known);
    return this.probe(harness);
  }

  #drop(harnessId: string, cached: Cached): void {
    if (this.#cache.get(harnessId) === cached) {
      this.#cache.delete(harnessId);
    }
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
          reason: notFound(probe.looked),
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
          version: probe.version ?? null,
          reason: probe.why,
          installHint: probe.hint,
        };
    }
  }
}

/** Every place would fill the screen; the test of a harness and the doctor list them. */
export function notFound(looked: readonly string[]): string {
  if (looked.length === 0) return "Not found. Give an absolute path, or a name without slashes.";
  const named = looked.slice(0, 8).join(", ");
  const more = looked.length > 8 ? ` and ${looked.length - 8} more places` : "";
  return `Not found. Looked in ${named}${more}.`;
}

/** Names the very file behind a path: another one in its place has another stamp. */
function stampOf(path: string): string | null {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs].join(":");
  } catch {
    return null;
  }
}

function refusal(harness: Harness, probe: Exclude<Probe, { readonly kind: "ready" }>): Fault {
  switch (probe.kind) {
    case "missing":
      return fault("agent_unavailable", `${harness.label} is not installed.`, probe.hint, {
        looked: [...probe.looked],
        installHint: probe.hint,
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
