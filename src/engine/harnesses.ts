import type { HarnessTest } from "../contract/doctor.ts";
import { type Fault, fault } from "../contract/fault.ts";
import type {
  AgentCommand,
  AgentOptions,
  AgentStatus,
  CreateHarnessBody,
  Harness,
  HarnessTemplate,
  ModelOption,
  PatchHarnessBody,
} from "../contract/harness.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Answer, CommandMeta, Harnesses, Reply } from "./api.ts";
import { Catalogues } from "./catalogues.ts";
import { type Core, unknown } from "./core.ts";
import { HarnessChecks } from "./harness-checks.ts";
import { type HarnessConfig, realFolder } from "./harness-config.ts";
import { makeOwnHome, ownHome, retireHome, sweepHomes } from "./harness-home.ts";
import { type Login, sweepLogins } from "./harness-login.ts";
import { changed } from "./harness-settings.ts";
import { preference } from "./preferences.ts";

/** The order in which a board looks for the agent a new task starts with. */
const preferred = ["claude-code", "codex"];

/** Configured agents: which there are, what they can, and whether they are ready. */
export class HarnessCommands implements Harnesses {
  readonly #core: Core;
  readonly #config: HarnessConfig;
  readonly #catalogues: Catalogues;
  readonly #checks: HarnessChecks;
  #ready: string | null = null;

  constructor(core: Core, config: HarnessConfig) {
    this.#core = core;
    this.#config = config;
    this.#catalogues = new Catalogues(core, config);
    this.#checks = new HarnessChecks(core, config, this.#catalogues);
  }

  /** Makes the built-in harnesses of every driver that has none yet, and tidies config homes. */
  seed(): void {
    this.#tidy(() => {
      const { store, dataDir } = this.#core.deps;
      sweepHomes(dataDir, store.harnesses(), this.#core.now());
      sweepLogins(dataDir);
    });
    this.#core.commit("seed", (work) => {
      for (const [kind, driver] of this.#core.deps.drivers) {
        if (work.tx.harness(kind) === null) {
          work.tx.putHarness({
            id: kind,
            kind: driver.descriptor.kind,
            label: driver.descriptor.label,
            builtin: true,
            enabled: true,
            bin: null,
            args: [],
            home: null,
            env: {},
            createdAt: work.now,
            updatedAt: work.now,
          });
        }
      }
    });
  }

  list(): Result<{ harnesses: readonly Harness[] }> {
    return ok({ harnesses: this.#core.deps.store.harnesses() });
  }

  get(id: string): Result<{ harness: Harness }> {
    const harness = this.#core.deps.store.harness(id);
    return harness === null ? unknown("harness", id) : ok({ harness });
  }

  create(body: CreateHarnessBody, meta: CommandMeta): Answer<{ harness: Harness }> {
    return Promise.resolve(
      this.#core.command<{ harness: Harness }>(meta, "harness", (work) => {
        if (work.tx.harness(body.id) !== null) {
          return err(
            fault("already_exists", `There already is a harness ${body.id}.`, "Use another id."),
          );
        }
        if (this.#config.driver(body.kind) === null) {
          return err(
            fault(
              "agent_unavailable",
              `This version of Agetor cannot run agents of the kind ${body.kind}.`,
              "GET /defaults lists the kinds it knows.",
            ),
          );
        }
        const bare: Harness = {
          id: body.id,
          kind: body.kind,
          label: body.label,
          builtin: false,
          enabled: true,
          bin: null,
          args: [],
          home: null,
          env: {},
          createdAt: work.now,
          updatedAt: work.now,
        };
        const made = changed(bare, body, this.#core.deps.dataDir);
        if (!made.ok) {
          return made;
        }
        const harness = made.value;
        work.tx.putHarness(harness);
        makeOwnHome(this.#core.deps.dataDir, harness);
        return ok({ status: 201, body: { harness } });
      }),
    );
  }

  patch(id: string, body: PatchHarnessBody, meta: CommandMeta): Answer<{ harness: Harness }> {
    return Promise.resolve(
      this.#core.command<{ harness: Harness }>(meta, "harness", (work) => {
        const known = work.tx.harness(id);
        if (known === null) {
          return unknown("harness", id);
        }
        if (known.builtin && body.label !== undefined) {
          return err(builtin("A built-in harness keeps its name."));
        }
        const made = changed(known, body, this.#core.deps.dataDir);
        if (!made.ok) {
          return made;
        }
        const harness = { ...made.value, updatedAt: work.now };
        work.tx.putHarness(harness);
        makeOwnHome(this.#core.deps.dataDir, harness);
        this.#catalogues.forget(id);
        return ok({ status: 200, body: { harness } });
      }),
    );
  }

  /** Its own config home is put aside, with its login and its history. */
  async remove(id: string, meta: CommandMeta): Answer<{ deleted: true }> {
    const removed = this.#remove(id, meta);
    const { store, dataDir } = this.#core.deps;
    if (removed.ok && store.harness(id) === null) {
      this.#catalogues.forget(id);
      const home = ownHome(dataDir, id);
      // Another harness may have been given it: then it is that one's account too.
      if (!store.harnesses().some((other) => other.home === home)) {
        this.#tidy(() => retireHome(dataDir, id, this.#core.now()));
      }
    }
    return removed;
  }

  /** What cannot be tidied now is left for the next start. */
  #tidy(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      const why = String(thrown);
      this.#core.deps.log("warn", "config homes of harnesses could not be tidied", { why });
    }
  }

  #remove(id: string, meta: CommandMeta): Result<Reply<{ deleted: true }>> {
    return this.#core.command<{ deleted: true }>(meta, "harness", (work) => {
      const known = work.tx.harness(id);
      if (known === null) {
        return unknown("harness", id);
      }
      if (known.builtin) {
        return err(builtin("A built-in harness cannot be removed."));
      }
      const taskIds = work.tx.tasksOfHarness(id);
      if (taskIds.length > 0) {
        return err(
          fault(
            "harness_in_use",
            `${known.label} is used by ${taskIds.length} task(s).`,
            "Delete those tasks, or switch the harness off instead.",
            { taskIds: [...taskIds] },
          ),
        );
      }
      work.tx.removeHarness(id);
      return ok({ status: 200, body: { deleted: true } });
    });
  }

  templates(): Result<{ templates: readonly HarnessTemplate[] }> {
    const templates = [...this.#core.deps.drivers.values()].flatMap(({ descriptor }) =>
      descriptor.templates.map((template) => ({ ...template, kind: descriptor.kind })),
    );
    return ok({ templates });
  }

  test(id: string): Promise<Result<{ test: HarnessTest }>> {
    return this.#checks.test(id);
  }

  login(id: string): Promise<Result<Login>> {
    return this.#checks.login(id);
  }

  async agents(): Promise<Result<{ agents: readonly AgentStatus[] }>> {
    const agents = await Promise.all(
      this.#core.deps.store.harnesses().map((harness) => this.#config.status(harness)),
    );
    const usable = agents.filter((agent) => agent.available && agent.kind !== "fake");
    this.#ready =
      preferred.find((id) => usable.some((agent) => agent.harnessId === id)) ??
      usable[0]?.harnessId ??
      null;
    return ok({ agents });
  }

  async models(
    harnessId: string | null,
  ): Promise<
    Result<{ models: Record<string, readonly ModelOption[]>; source: "probe" | "curated" }>
  > {
    const wanted = this.#wanted(harnessId);
    if (!wanted.ok) {
      return wanted;
    }
    const found = await Promise.all(
      wanted.value.map(async (harness) => ({
        id: harness.id,
        catalogue: await this.#catalogues.of(harness, this.#core.deps.dataDir),
      })),
    );
    const models = Object.fromEntries(
      found.map(({ id, catalogue }) => [id, catalogue?.models ?? []]),
    );
    const asked = found.some(({ catalogue }) => catalogue?.source === "probe");
    return ok({ models, source: asked ? "probe" : "curated" });
  }

  async commands(
    harnessId: string | null,
    workdir: string | null,
  ): Promise<Result<{ commands: readonly AgentCommand[] }>> {
    const wanted = this.#wanted(harnessId ?? this.defaultAgent());
    if (!wanted.ok) {
      return wanted;
    }
    const [harness] = wanted.value;
    const catalogue =
      harness === undefined ? null : await this.#catalogues.of(harness, this.#folder(workdir));
    return ok({ commands: catalogue?.commands ?? [] });
  }

  /** Where an agent is asked: in a folder that is there, by its real path. */
  #folder(workdir: string | null): string {
    const real = workdir?.startsWith("/") === true ? realFolder(workdir) : null;
    return real ?? this.#core.deps.dataDir;
  }

  options(): Readonly<Record<string, AgentOptions>> {
    return Object.fromEntries(
      [...this.#core.deps.drivers].map(([kind, driver]) => [kind, driver.descriptor.options]),
    );
  }

  defaultAgent(): string {
    const chosen = preference(this.#core.deps.store, "defaultAgent");
    if (chosen !== null && this.#core.deps.store.harness(chosen) !== null) {
      return chosen;
    }
    return this.#ready ?? preferred[0] ?? "claude-code";
  }

  #wanted(harnessId: string | null): Result<readonly Harness[]> {
    const { store } = this.#core.deps;
    if (harnessId === null) {
      return ok(store.harnesses());
    }
    const harness = store.harness(harnessId);
    return harness === null ? unknown("harness", harnessId) : ok([harness]);
  }
}

function builtin(message: string): Fault {
  return fault("forbidden", message, "Add a harness of your own instead.");
}
