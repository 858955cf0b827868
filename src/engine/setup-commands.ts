import { type Fault, fault } from "../contract/fault.ts";
import type {
  ProjectSetupAnswer,
  PutProjectSetupBody,
  WorktreeSetup,
} from "../contract/project.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta } from "./api.ts";
import { type Core, unknown, type Work } from "./core.ts";
import { envOf, newWorktree, portsOf, setupOf } from "./worktree-facts.ts";

/** What the person says about new worktrees, and what one of them has. */
export class SetupCommands {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async get(path: string): Promise<Result<ProjectSetupAnswer>> {
    const repo = await this.#repository(path);
    if (!repo.ok) {
      return repo;
    }
    const { commonDir, included } = repo.value;
    return ok({ setup: setupOf(this.#core.deps.store, commonDir), included });
  }

  put(body: PutProjectSetupBody, meta: CommandMeta): Answer<ProjectSetupAnswer> {
    return this.#core.once(meta, async () => {
      const { path, ...setup } = body;
      const repo = await this.#repository(path);
      if (!repo.ok) {
        return repo;
      }
      const { commonDir, included } = repo.value;
      return this.#core.command(meta, "project-setup", (work) => {
        work.tx.putProjectSetup({ ...setup, commonDir, updatedAt: work.now });
        return ok({ status: 200, body: { setup, included } });
      });
    });
  }

  async #repository(path: string): Promise<Result<{ commonDir: string; included: string[] }>> {
    const { git } = this.#core.deps;
    const place = await git.inspect(path);
    if (!place.ok) {
      return place;
    }
    if (place.value.kind === "folder") {
      return err(
        fault(
          "not_a_repository",
          `${path} is not in a git repository, so its tasks have no worktrees to set up.`,
          "Run `git init` and commit in the folder first.",
        ),
      );
    }
    const { commonDir, headSha } = place.value;
    const included =
      headSha === null ? ok([]) : await this.#core.deps.git.worktreeInclude(commonDir, headSha);
    return included.ok ? ok({ commonDir, included: [...included.value] }) : included;
  }

  /** How the worktree of a task stands. */
  async worktree(taskId: string): Promise<Result<{ setup: WorktreeSetup }>> {
    const task = this.#core.deps.store.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", taskId);
    }
    return ok({ setup: await this.#view(task) });
  }

  /** Has the set-up run again before the next message, or the next start. */
  repeat(taskId: string, meta: CommandMeta): Answer<{ setup: WorktreeSetup }> {
    return this.#core.once(meta, async () => {
      const task = this.#core.deps.store.task(taskId);
      if (task === null || task.deletedAt !== null) {
        return unknown("task", taskId);
      }
      if (task.isolation === "none") {
        return err(noWorktree());
      }
      const view = await this.#view(task);
      return this.#core.command(meta, "setup", (work) => {
        if (work.tx.worktree(taskId)?.setup.kind === "running") {
          return err(fault("conflict", "The set-up of this task is running.", "Stop it first."));
        }
        wishSetup(work, taskId, "again");
        const state = task.worktreePath === null ? "none" : "due";
        return ok({ status: 200, body: { setup: { ...view, state } } });
      });
    });
  }

  async #view(task: TaskRecord): Promise<WorktreeSetup> {
    const { store, git } = this.#core.deps;
    const kept = store.worktree(task.id);
    const place = await git.inspect(task.workdir);
    const isRepository = place.ok && place.value.kind === "repository";
    const state = task.worktreePath === null ? "none" : (kept?.setup.kind ?? "due");
    return {
      state,
      ports: portsOf(kept),
      env: envOf(store, task, isRepository ? place.value.mainRoot : task.workdir),
    };
  }
}

/** What the person wants of the next set-up of a task; one that runs is not touched. */
export function wishSetup(work: Work, taskId: string, wish: "again" | "skip"): void {
  const now = work.tx.worktree(taskId) ?? newWorktree(taskId);
  if (now.setup.kind !== "running") {
    work.tx.putWorktree({ ...now, setup: { kind: wish === "again" ? "due" : "skipped" } });
  }
}

function noWorktree(): Fault {
  return fault(
    "not_a_repository",
    "This task works in the folder itself, so it has no worktree to set up.",
    "Run the commands yourself, in that folder.",
  );
}
