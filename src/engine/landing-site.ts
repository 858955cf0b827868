import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { BaseMove, SiteRequest } from "../git/landing/types.ts";
import type { TaskRecord } from "../store/types.ts";
import { type Core, unknown } from "./core.ts";

/** A task together with its worktree, for whoever changes or reads that. */
export interface LandingSite {
  readonly task: TaskRecord;
  readonly site: SiteRequest;
}

/** The task's worktree. Errors: `not_found`; `worktree_failed` when it has none of its own. */
export function siteOfTask(core: Core, id: string): Result<LandingSite> {
  const task = core.deps.store.task(id);
  if (task === null || task.deletedAt !== null) {
    return unknown("task", id);
  }
  const { commonDir, worktreePath, baseSha } = task;
  if (commonDir === null || worktreePath === null) {
    return err(noWorktree(task));
  }
  return ok({ task, site: { taskId: id, commonDir, path: worktreePath, baseSha } });
}

/** The branch a task's work lands on, if the base was named as one. */
export function landingBase(task: TaskRecord): string | null {
  const { baseRef } = task;
  if (baseRef === null || baseRef === "HEAD") {
    return null;
  }
  return baseRef.replace(/^refs\/heads\//, "");
}

/** Why nothing may be changed under an agent at work; null when it may. */
export function busyFault(core: Core, task: TaskRecord): Fault | null {
  const run = task.runId === null ? null : core.deps.store.run(task.runId);
  if (run === null || run.phase.kind === "ended") {
    return null;
  }
  return fault(
    "already_running",
    "The agent is at work on these files.",
    "Wait until it is done, or stop it first.",
    { runId: run.id },
  );
}

/**
 * Settles what an earlier server left half done in the worktree, and lets the task's base follow
 * where git says it is by now: the two are changed one after the other.
 */
export async function settleSite(core: Core, { task, site }: LandingSite): Promise<Result<null>> {
  const moved = await core.deps.git.landing.recover(site);
  if (!moved.ok) {
    return moved;
  }
  followBase(core, task.id, moved.value);
  return ok(null);
}

/** Moves a task's base where git moved it. Done before is fine. */
export function followBase(core: Core, id: string, base: BaseMove | null): void {
  const now = core.deps.store.task(id);
  if (base === null || base.from === base.to || now === null || now.baseSha !== base.from) {
    return;
  }
  core.commit("rebase", (work) => {
    const task = work.tx.task(id);
    if (task !== null && task.baseSha === base.from) {
      work.putTask({ ...task, baseSha: base.to, updatedAt: work.now });
    }
  });
}

/** Why a task has nothing to land on. */
export function noBase(task: TaskRecord): Fault {
  return fault(
    "bad_ref",
    `${task.baseRef ?? "The base"} is not a branch, so there is nothing to land on.`,
    "Push the branch, or merge it by hand where you want it.",
  );
}

function noWorktree(task: TaskRecord): Fault {
  return task.isolation === "none"
    ? fault(
        "worktree_failed",
        "This task works in your own folder, which only you change.",
        "Use your own git there.",
      )
    : fault(
        "worktree_failed",
        "This task has no worktree now.",
        "Start it, or restore one of its checkpoints: both make the worktree again.",
      );
}
