import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Task, Trash } from "../contract/task.ts";
import { branchName } from "../domain/branch-name.ts";
import { shortId } from "../domain/text.ts";
import type { TrashRequest } from "../git/types.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta } from "./api.ts";
import { type Core, unknown } from "./core.ts";
import type { HookCommits } from "./hook-commits.ts";
import type { Lanes } from "./lanes.ts";
import { toTask } from "./present.ts";
import { holdQueue } from "./queue.ts";
import { changeRun } from "./run-changes.ts";
import { scriptsDir } from "./scripts.ts";
import type { Sessions } from "./sessions.ts";
import type { Setup } from "./setup.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Teardown } from "./teardown.ts";

/** How long a deleted task can be brought back, in milliseconds. */
const kept = 30 * 24 * 60 * 60_000;

export interface RemovalParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly lanes: Lanes;
  readonly snapshots: Snapshots;
  readonly setup: Setup;
  readonly teardown: Teardown;
  readonly hooks: HookCommits;
}

/**
 * Takes tasks away and brings them back. What is not committed or not merged is kept under a ref
 * before anything is removed; a crash in between is finished at the next boot.
 */
export class Removal {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #lanes: Lanes;
  readonly #snapshots: Snapshots;
  readonly #setup: Setup;
  readonly #teardown: Teardown;
  readonly #hooks: HookCommits;

  constructor({ core, sessions, lanes, snapshots, setup, teardown, hooks }: RemovalParts) {
    this.#core = core;
    this.#sessions = sessions;
    this.#lanes = lanes;
    this.#snapshots = snapshots;
    this.#setup = setup;
    this.#teardown = teardown;
    this.#hooks = hooks;
  }

  list(): Result<{ tasks: readonly (Task & { deletedAt: number; trash: Trash | null })[] }> {
    const { store } = this.#core.deps;
    const tasks = store.trashed().flatMap((task) => {
      const view = store.view(task.id);
      return view === null || task.deletedAt === null
        ? []
        : [{ ...toTask(view), deletedAt: task.deletedAt, trash: task.trash }];
    });
    return ok({ tasks });
  }

  remove(id: string, meta: CommandMeta): Answer<{ deleted: true; trash: Trash | null }> {
    return this.#core.once(meta, () =>
      this.removeAs(id, meta, (trash) => ({ deleted: true, trash })),
    );
  }

  /** Removes a task as the last part of a larger command, whose answer is stored with it. */
  async removeAs<T>(id: string, meta: CommandMeta, body: (trash: Trash | null) => T): Answer<T> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    // Asked before anything is ended: a deletion that cannot keep the work leaves all as it is.
    const request = trashRequest(task);
    const able = request === null ? ok(null) : await this.#core.deps.git.keepable(request);
    if (!able.ok) {
      return able;
    }
    this.#cancel(id);
    // So that the lane comes free; that none runs is no reason not to go on.
    await this.#hooks.stop(id);
    return this.#lanes.exclusive(id, () => this.#removeNow(id, meta, body));
  }

  /** Ends the run at once, so that the lane comes free. */
  #cancel(id: string): void {
    this.#core.commit("delete", (work) => {
      const task = work.tx.task(id);
      const run = task?.runId == null ? null : work.tx.run(task.runId);
      if (run !== null) {
        changeRun(work, run, { type: "cancel", at: work.now });
      }
    });
  }

  async #removeNow<T>(id: string, meta: CommandMeta, body: (trash: Trash | null) => T): Answer<T> {
    await this.#setup.stop(id);
    await this.#sessions.close(id);
    const task = this.#core.deps.store.task(id);
    if (task === null) {
      return unknown("task", id);
    }
    // The trash keeps what its turns were, so that restoring brings them back too.
    await this.#snapshots.leave(task);
    const request = trashRequest(task);
    const kept = request === null ? ok(null) : await this.#core.deps.git.keep(request);
    if (!kept.ok) {
      return kept;
    }
    const trash = kept.value;
    const done = this.#core.command<T>(meta, "delete", (work) => {
      const now = work.tx.task(id);
      if (now === null) {
        return unknown("task", id);
      }
      const run = now.runId === null ? null : work.tx.run(now.runId);
      if (run !== null) {
        changeRun(work, run, { type: "cancel.settled" });
      }
      const after = work.tx.task(id) ?? now;
      work.tx.putTask({ ...after, deletedAt: work.now, trash, updatedAt: work.now });
      work.append({ type: "task.deleted", taskId: id, runId: null, data: { id, trash } });
      return ok({ status: 200, body: body(trash) });
    });
    if (done.ok) {
      await this.#clear(id);
    }
    return done;
  }

  /** Removes what a deleted task has left on disk. Safe to do again. */
  async #clear(id: string): Promise<void> {
    const { store, git, log } = this.#core.deps;
    const task = store.task(id);
    const request = task === null ? null : trashRequest(task);
    if (task === null || task.deletedAt === null || request === null) {
      return;
    }
    if (!(await this.#teardown.run(task))) {
      return;
    }
    const removed = await git.removeWorktree(request);
    if (!removed.ok) {
      log("warn", "a deleted task's worktree stays", { taskId: id, why: removed.fault.message });
      await this.#core.keep(id, "delete", (work) => {
        work.notice(null, null, {
          level: "warning",
          code: "worktree_stays",
          message: `The worktree of the deleted task “${task.title}” could not be removed: ${removed.fault.message}`,
          hint: removed.fault.hint,
        });
      });
      return;
    }
    await git.unpin(request.commonDir, id);
    await this.#core.keep(id, "delete", (work) => {
      const now = work.tx.task(id);
      if (now !== null) {
        work.tx.putTask({ ...now, worktreePath: null });
        work.tx.dropWorktree(id);
      }
    });
  }

  /** Finishes removals that an earlier server did not. A teardown may take its time: it is not waited for. */
  async finish(): Promise<void> {
    const { store, log } = this.#core.deps;
    for (const task of store.trashed()) {
      if (task.worktreePath === null) {
        continue;
      }
      const clearing = this.#lanes.exclusive(task.id, () => this.#clear(task.id));
      if (!this.#teardown.isDue(task)) {
        await clearing;
        continue;
      }
      clearing.catch((thrown: unknown) => {
        log("error", "finishing a removal failed", { taskId: task.id, why: String(thrown) });
      });
    }
  }

  /** Lets go of what was deleted more than 30 days ago: refs, rows and files. */
  async expire(): Promise<void> {
    for (const task of this.#core.deps.store.trashed()) {
      if ((task.deletedAt ?? 0) + kept > this.#core.now() || task.worktreePath !== null) {
        continue;
      }
      await this.#forget(task, { commandId: null, digest: "" });
    }
  }

  /** Lets go of one deleted task before its time. */
  purge(id: string, meta: CommandMeta): Answer<{ deleted: true }> {
    return this.#core.once(meta, async () => {
      const task = this.#core.deps.store.task(id);
      if (task === null || task.deletedAt === null) {
        return err(
          fault("not_found", "There is no such task in the trash.", "GET /trash lists them."),
        );
      }
      return this.#lanes.exclusive(id, async () => {
        await this.#clear(id);
        const now = this.#core.deps.store.task(id);
        if (now === null) {
          return unknown("task", id);
        }
        return now.deletedAt === null || (now.commonDir !== null && now.worktreePath !== null)
          ? err(stillThere(now))
          : this.#forget(now, meta);
      });
    });
  }

  /** Refs first, then the rows that name them, then files nobody can find any more. */
  async #forget(task: TaskRecord, meta: CommandMeta): Answer<{ deleted: true }> {
    const { store, git, dataDir } = this.#core.deps;
    if (task.commonDir !== null) {
      const dropped = await git.dropTrash(task.commonDir, task.id);
      if (!dropped.ok && dropped.fault.code !== "repo_gone") {
        return dropped;
      }
      await git.dropSnapshots(task.commonDir, task.id);
      await git.landing.dropCheckpoints(task.commonDir, task.id);
    }
    const files = [
      scriptsDir(dataDir, task.id),
      ...store.attachments(task.id).map(({ id }) => join(dataDir, "attachments", id)),
      ...store.sessionIds(task.id).map((id) => this.#sessions.dirOf(id)),
    ];
    const done = this.#core.command<{ deleted: true }>(meta, "purge", (work) => {
      work.tx.purgeTask(task.id);
      return ok({ status: 200, body: { deleted: true } });
    });
    if (done.ok) {
      for (const file of files) {
        rmSync(file, { recursive: true, force: true });
      }
    }
    return done;
  }

  restore(id: string, meta: CommandMeta): Answer<{ task: Task }> {
    return this.#core.once(meta, async () => {
      const task = this.#core.deps.store.task(id);
      if (task === null) {
        return unknown("task", id);
      }
      if (task.deletedAt === null) {
        return err(
          fault(
            "nothing_to_restore",
            "This task is not in the trash.",
            "There is nothing to bring back.",
          ),
        );
      }
      return this.#lanes.exclusive(id, () => this.#restoreNow(task, meta));
    });
  }

  async #restoreNow(task: TaskRecord, meta: CommandMeta): Answer<{ task: Task }> {
    const back = await this.#bringBack(task);
    if (!back.ok) {
      return back;
    }
    return this.#core.command(meta, "restore", (work) => {
      const now = work.tx.task(task.id) ?? task;
      work.putTask({
        ...now,
        ...back.value,
        deletedAt: null,
        trash: null,
        updatedAt: work.now,
      });
      // Where the worktree had not gone yet it is the same one, and its next end is another one.
      const site = work.tx.worktree(task.id);
      if (site !== null) {
        work.tx.putWorktree({ ...site, teardown: { kind: "none" } });
      }
      holdQueue(work, now);
      const view = work.tx.view(task.id);
      return view === null
        ? unknown("task", task.id)
        : ok({ status: 200, body: { task: { ...toTask(view), prompt: view.task.prompt } } });
    });
  }

  async #bringBack(task: TaskRecord): Promise<Result<Pick<TaskRecord, "branch" | "worktreePath">>> {
    const { git, dataDir } = this.#core.deps;
    if (task.commonDir === null || task.baseSha === null) {
      return ok({ branch: null, worktreePath: null });
    }
    const pinned = await git.pin(task.commonDir, task.id, task.baseSha);
    if (!pinned.ok) {
      return pinned;
    }
    if (task.trash === null) {
      // Nothing was kept because nothing differed from the base: the next start makes it anew.
      return ok({ branch: null, worktreePath: null });
    }
    const restored = await git.restore({
      taskId: task.id,
      commonDir: task.commonDir,
      baseSha: task.baseSha,
      branch: task.branch ?? branchName(shortId(task.id), task.title),
      path: `${dataDir}/worktrees/${task.id}`,
    });
    return restored.ok
      ? ok({ branch: restored.value.branch, worktreePath: restored.value.path })
      : restored;
  }
}

function stillThere(task: TaskRecord): Fault {
  return task.deletedAt === null
    ? fault("conflict", "This task was brought back meanwhile.", "Look at it on the board.")
    : fault(
        "worktree_failed",
        `The worktree of “${task.title}” could not be removed, so nothing was let go of.`,
        "Look at what is in it, then try again.",
        { path: task.worktreePath },
      );
}

function trashRequest(task: TaskRecord): TrashRequest | null {
  return task.commonDir === null
    ? null
    : {
        taskId: task.id,
        commonDir: task.commonDir,
        path: task.worktreePath,
        branch: task.branch,
        baseSha: task.baseSha,
      };
}
