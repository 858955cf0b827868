import { noStats } from "../domain/task-stats.ts";
import type { Shortstat } from "../git/types.ts";
import type { TreeWatch } from "../host/types.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Core } from "./core.ts";

/** How long after the first sign of a change it is looked at: the rest of a burst comes meanwhile. */
const settleMs = 200;
/** The least time between two looks at one task. */
const restMs = 1_500;
/** When only files changed that are ignored as far as is known. */
const unsureMs = 15_000;
/** How often a task is looked at whose files cannot be watched. */
const pollMs = 10_000;

interface Looked {
  watch: TreeWatch | null;
  /** What was seen last. */
  stamp: string | null;
  /** When the next look is due, and what takes it back. */
  due: { readonly at: number; readonly cancel: () => void } | null;
  /** Look also when nothing was heard. */
  mustLook: boolean;
  busy: boolean;
  /** Not before then. */
  restUntil: number;
}

/**
 * Keeps the numbers on cards fresh, and tells who watches a task that its files may have changed.
 * The files of a task are watched while somebody looks at it or its agent works; a burst of changes
 * costs one look, which is two git processes. Where watching is not possible, the results of tools
 * and a slow poll are the signs.
 */
export class LiveChanges {
  readonly #core: Core;
  readonly #tasks = new Map<string, Looked>();
  readonly #stop = new AbortController();
  #looked: (taskId: string) => void = () => undefined;

  constructor(core: Core) {
    this.#core = core;
    core.hub.onWatched((taskId) => this.#reconsider(taskId));
    core.onCommitted((events) => {
      const touched = events.filter((event) => /^(task|run)\./.test(event.type));
      for (const taskId of new Set(touched.map((event) => event.taskId))) {
        if (taskId !== null) {
          this.#reconsider(taskId);
        }
      }
    });
  }

  /** Who is told that the files of a task are not as they were. */
  onLooked(looked: (taskId: string) => void): void {
    this.#looked = looked;
  }

  /** Something in the task's files may have changed. */
  touch(taskId: string): void {
    this.#due(taskId, settleMs, true);
  }

  stop(): void {
    this.#stop.abort();
    for (const looked of this.#tasks.values()) {
      looked.due?.cancel();
      looked.watch?.close();
    }
    this.#tasks.clear();
  }

  /** Begins or ends the watching of a task, as it is needed now. */
  #reconsider(taskId: string): void {
    const looked = this.#tasks.get(taskId);
    const task = this.#wanted(taskId);
    if (task !== null) {
      if (looked === undefined || (looked.watch === null && looked.due === null && !looked.busy)) {
        this.#due(taskId, settleMs, true);
      }
      return;
    }
    if (looked !== undefined) {
      this.#unwatch(looked);
      // What was seen last is worth nothing to a task that nobody looks at.
      if (looked.due === null && !looked.busy) {
        this.#tasks.delete(taskId);
      }
    }
  }

  /** The task, if its files are to be watched. */
  #wanted(taskId: string): TaskRecord | null {
    const { store } = this.#core.deps;
    const task = store.task(taskId);
    if (task === null || folderOf(task) === null || this.#stop.signal.aborted) {
      return null;
    }
    if (this.#core.hub.isWatched(taskId)) {
      return task;
    }
    const phase = task.runId === null ? null : store.run(task.runId)?.phase.kind;
    const works = phase === "working" || phase === "blocked" || phase === "cancelling";
    return works && task.worktreePath !== null ? task : null;
  }

  #due(taskId: string, inMs: number, mustLook: boolean): void {
    if (this.#stop.signal.aborted) {
      return;
    }
    const looked = this.#tasks.get(taskId) ?? {
      ...{ watch: null, stamp: null, due: null, mustLook: false, busy: false, restUntil: 0 },
    };
    this.#tasks.set(taskId, looked);
    looked.mustLook ||= mustLook;
    const { clock } = this.#core.deps;
    const at = Math.max(clock.monotonic() + inMs, looked.restUntil);
    if (looked.due !== null && looked.due.at <= at) {
      return;
    }
    looked.due?.cancel();
    const cancel = clock.after(Math.max(0, at - clock.monotonic()), () => {
      looked.due = null;
      // A look under way sees to it that another follows.
      if (looked.busy) {
        this.#due(taskId, restMs, false);
      } else {
        this.#begin(taskId, looked);
      }
    });
    looked.due = { at, cancel };
  }

  #begin(taskId: string, looked: Looked): void {
    looked.busy = true;
    this.#look(taskId, looked)
      .catch((thrown: unknown) => {
        this.#core.deps.log("warn", "looking at changes failed", { taskId, why: String(thrown) });
        this.#due(taskId, pollMs, true);
      })
      .finally(() => {
        looked.busy = false;
        looked.restUntil = this.#core.deps.clock.monotonic() + restMs;
        this.#reconsider(taskId);
      });
  }

  async #look(taskId: string, looked: Looked): Promise<void> {
    const task = this.#core.deps.store.task(taskId);
    const folder = task === null ? null : folderOf(task);
    const wanted = this.#wanted(taskId) !== null;
    if (task === null || folder === null || task.baseSha === null) {
      return;
    }
    // A person's own checkout has no numbers on a card: it is looked at for who watches it.
    if (!wanted && task.worktreePath === null) {
      return;
    }
    if (wanted && looked.watch === null) {
      looked.watch = await this.#watch(task, folder);
      // Whatever was seen before, something may have been missed since: say so.
      looked.stamp = null;
    }
    const heard = (await looked.watch?.collect()) ?? false;
    if (!heard && !looked.mustLook) {
      return;
    }
    looked.mustLook = false;
    const { git } = this.#core.deps;
    const stat = await git.shortstat(folder, task.baseSha, this.#stop.signal);
    if (this.#stop.signal.aborted) {
      return this.#unwatch(looked);
    }
    const state = stat.ok ? await looked.watch?.update(stat.value.ignored) : "off";
    if (state === "grown") {
      this.#due(taskId, restMs, true);
    }
    if (state === "off" && this.#wanted(taskId) !== null) {
      // Gone, or too large: then it is tried again, or only looked at.
      if (!stat.ok) {
        this.#unwatch(looked);
      }
      this.#due(taskId, pollMs, true);
    }
    if (stat.ok && stat.value.stamp !== looked.stamp) {
      looked.stamp = stat.value.stamp;
      this.#looked(taskId);
      if (task.worktreePath !== null) {
        this.#count(taskId, stat.value);
      }
      this.#core.hub.show({ type: "changes", taskId, at: this.#core.now() });
    }
  }

  /** The whole checkout, also of a task that works in a folder of it; and what git itself notes there. */
  async #watch(task: TaskRecord, folder: string): Promise<TreeWatch> {
    const { git, host } = this.#core.deps;
    const [place, gitDir] = await Promise.all([
      task.worktreePath === null ? git.inspect(folder) : null,
      git.gitDir(folder),
    ]);
    return host.watchTree({
      root: place?.ok === true ? place.value.root : folder,
      beside: gitDir.ok ? [gitDir.value] : [],
      onChange: (sure) => this.#due(task.id, sure ? settleMs : unsureMs, false),
    });
  }

  #unwatch(looked: Looked): void {
    looked.watch?.close();
    looked.watch = null;
  }

  #count(taskId: string, { files, additions, deletions }: Shortstat): void {
    this.#core.keepSoon(taskId, "stats", (work) => {
      const task = work.tx.task(taskId);
      if (task === null || task.deletedAt !== null) {
        return;
      }
      const before = task.stats;
      const same =
        before?.files === files && before.additions === additions && before.deletions === deletions;
      if (!same) {
        work.putTask({ ...task, stats: { ...noStats, ...before, files, additions, deletions } });
      }
    });
  }
}
/** Where the files of a task are that git knows; null when there are none. */
function folderOf(task: TaskRecord): string | null {
  if (task.deletedAt !== null || task.baseSha === null) {
    return null;
  }
  return task.worktreePath ?? (task.isolation === "none" ? task.workdir : null);
}
