import { noStats } from "../domain/task-stats.ts";
import type { Core } from "./core.ts";

/** The pause between two looks at one worktree, in milliseconds. */
const pause = 2000;

/**
 * Keeps a card's added and deleted lines fresh: one git call per burst of changes, at most one
 * under way per task.
 */
export class DiffStats {
  readonly #core: Core;
  readonly #stop = new AbortController();
  readonly #busy = new Map<string, { again: boolean }>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Something in the task's worktree may have changed. */
  touch(taskId: string): void {
    const busy = this.#busy.get(taskId);
    if (busy !== undefined) {
      busy.again = true;
      return;
    }
    const entry = { again: false };
    this.#busy.set(taskId, entry);
    void this.#look(taskId)
      .catch((thrown: unknown) => {
        this.#core.deps.log("warn", "counting changes failed", { taskId, why: String(thrown) });
      })
      .finally(() => {
        this.#core.deps.clock.after(pause, () => {
          this.#busy.delete(taskId);
          if (entry.again && !this.#stop.signal.aborted) {
            this.touch(taskId);
          }
        });
      });
  }

  stop(): void {
    this.#stop.abort();
  }

  async #look(taskId: string): Promise<void> {
    const task = this.#core.deps.store.task(taskId);
    if (task === null || task.worktreePath === null || task.baseSha === null) {
      return;
    }
    const { git } = this.#core.deps;
    const stat = await git.shortstat(task.worktreePath, task.baseSha, this.#stop.signal);
    if (!stat.ok) {
      return;
    }
    this.#core.commit("stats", (work) => {
      const now = work.tx.task(taskId);
      if (now === null || now.deletedAt !== null) {
        return;
      }
      const before = now.stats;
      const { files, additions, deletions } = stat.value;
      const same =
        before !== null &&
        before.files === files &&
        before.additions === additions &&
        before.deletions === deletions;
      if (!same) {
        work.putTask({
          ...now,
          stats: { ...noStats, ...before, files, additions, deletions },
        });
      }
    });
  }
}
