import { mkdirSync } from "node:fs";
import type { Probe } from "../agents/driver.ts";
import type { HarnessTest } from "../contract/doctor.ts";
import { fault } from "../contract/fault.ts";
import type { Harness } from "../contract/harness.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Catalogues } from "./catalogues.ts";
import { type Core, unknown } from "./core.ts";
import { type HarnessConfig, notFound } from "./harness-config.ts";
import { type Login, loginOf } from "./harness-login.ts";

/** How long a test waits for an agent to list its models, in milliseconds. */
const modelsMs = 5_000;

/** Looks at one harness, and says how its account is logged in to. */
export class HarnessChecks {
  readonly #core: Core;
  readonly #config: HarnessConfig;
  readonly #catalogues: Catalogues;

  constructor(core: Core, config: HarnessConfig, catalogues: Catalogues) {
    this.#core = core;
    this.#config = config;
    this.#catalogues = catalogues;
  }

  /** Asks its program anew: version, login, config home, models. Spends no tokens. */
  async test(id: string): Promise<Result<{ test: HarnessTest }>> {
    const { store, clock, dataDir } = this.#core.deps;
    const harness = store.harness(id);
    if (harness === null) {
      return unknown("harness", id);
    }
    const began = clock.monotonic();
    this.#config.forget(id);
    const probe = await this.#config.probe(harness);
    const catalogue =
      probe.kind === "ready" ? await this.#catalogues.fresh(harness, dataDir, modelsMs) : null;
    const home = this.#config.homeOf(harness);
    return ok({
      test: {
        harnessId: id,
        ok: probe.kind === "ready",
        durationMs: Math.round(clock.monotonic() - began),
        home,
        sharesHomeWith: this.#sharing(harness, home),
        models: catalogue?.models.length ?? 0,
        ...found(probe),
      },
    });
  }

  /**
   * What logs a person in to the account of a harness. `agent_unavailable` when its program is not
   * there, `invalid_request` for agents without an account.
   */
  async login(id: string): Promise<Result<Login>> {
    const harness = this.#core.deps.store.harness(id);
    if (harness === null) {
      return unknown("harness", id);
    }
    const driver = this.#config.driver(harness.kind);
    if (driver === null || driver.descriptor.loginArgs === null) {
      return err(
        fault("invalid_request", `${harness.label} has no account.`, "It runs without a login."),
      );
    }
    const probe = await this.#config.probe(harness);
    if (probe.kind === "missing") {
      const why = `${harness.label} is not installed. ${notFound(probe.looked)}`;
      return err(fault("agent_unavailable", why, probe.hint));
    }
    if (probe.kind === "broken" && probe.path === null) {
      const why = `${harness.label} does not work: ${probe.why}`;
      return err(fault("agent_broken", why, probe.hint));
    }
    // Codex refuses a home that is not there.
    const home = this.#config.homeOf(harness);
    if (home !== null && harness.home !== null) {
      mkdirSync(home, { recursive: true, mode: 0o700 });
    }
    // Who is logged in is about to be another one.
    this.#config.forget(id);
    const program = probe.path ?? driver.descriptor.defaultBin;
    const path = this.#core.deps.host.baseEnv()["PATH"] ?? "";
    return ok(loginOf(this.#config.resolve(harness), driver.descriptor, program, path));
  }

  /** Harnesses of the same kind with the same config home: the same account. */
  #sharing(harness: Harness, home: string | null): string[] {
    if (home === null) {
      return [];
    }
    return this.#core.deps.store
      .harnesses()
      .filter(({ id, kind }) => id !== harness.id && kind === harness.kind)
      .filter((other) => this.#config.homeOf(other) === home)
      .map(({ id }) => id);
  }
}

type Found = Pick<
  HarnessTest,
  "path" | "version" | "loggedIn" | "account" | "reason" | "hint" | "looked"
>;

function found(probe: Probe): Found {
  const nothing = { path: null, version: null, loggedIn: null, account: null, looked: [] };
  switch (probe.kind) {
    case "ready": {
      const { path, version, account, warning } = probe;
      return { ...nothing, path, version, account, loggedIn: true, reason: warning, hint: null };
    }
    case "logged-out": {
      const { path, version, hint } = probe;
      return { ...nothing, path, version, loggedIn: false, reason: "Not logged in.", hint };
    }
    case "missing":
      return { ...nothing, reason: "Not found.", hint: probe.hint, looked: [...probe.looked] };
    case "broken": {
      const { path, why, hint } = probe;
      return { ...nothing, path, version: probe.version ?? null, reason: why, hint };
    }
  }
}
