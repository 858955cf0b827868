import type { Event } from "../contract/event.ts";
import type { ConflictWith } from "../contract/landing.ts";
import type { Task, TaskConflicts } from "../contract/task.ts";
import type { Clash } from "../git/landing/types.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Core } from "./core.ts";
import { landingBase } from "./landing-site.ts";

/** How long changes are gathered before a repository is looked at, in milliseconds. */
const gather = 3_000;
/** How often it is seen whether a base branch was moved by somebody else, in milliseconds. */
const slow = 60_000;

interface Repository {
  /** Tasks whose files may have changed since the last look. */
  readonly changed: Set<string>;
  /** A look is under way, or waits for its moment. */
  state: "idle" | "waiting" | "looking";
  again: boolean;
}

/**
 * Looks ahead: which tasks at work or in review would conflict with their base or with each other.
 * It reads worktrees and writes nothing but what cards show; a repository is looked at once per
 * burst of changes, and only what changed is read again.
 */
export class ConflictWatch {
  readonly #core: Core;
  readonly #stop = new AbortController();
  readonly #repositories = new Map<string, Repository>();
  readonly #live = new Set<string>();
  /** What each task conflicts with, file by file, as of the last look. */
  readonly #found = new Map<string, readonly ConflictWith[]>();
  #cancel: () => void = () => undefined;

  constructor(core: Core) {
    this.#core = core;
    core.onCommitted((events) => this.#hear(events));
  }

  /** Looks at every repository once, and from then on now and then for moved bases. */
  begin(): void {
    for (const task of this.#contenders()) {
      this.#live.add(task.id);
      this.touch(task.id);
    }
    this.#wait();
  }

  stop(): void {
    this.#stop.abort();
    this.#cancel();
  }

  /** Files, branch or base of a task may have changed. */
  touch(taskId: string): void {
    const task = this.#core.deps.store.task(taskId);
    if (task?.commonDir == null || !isContender(task)) {
      return;
    }
    this.#schedule(task.commonDir, taskId);
  }

  /** What the task conflicts with, other tasks and base, as of the last look. */
  of(taskId: string): readonly ConflictWith[] {
    return this.#found.get(taskId) ?? [];
  }

  #wait(): void {
    this.#cancel = this.#core.deps.clock.after(slow, () => {
      for (const commonDir of new Set(this.#contenders().map((task) => task.commonDir ?? ""))) {
        this.#schedule(commonDir, null);
      }
      this.#wait();
    });
  }

  /** A task that comes to work or review, or leaves it, changes what the others conflict with. */
  #hear(events: readonly Event[]): void {
    for (const event of events) {
      if (event.type !== "task.upserted" && event.type !== "task.deleted") {
        continue;
      }
      const shown = event.data as Task;
      const { id } = shown;
      const live = event.type === "task.upserted" && isContender(shown);
      if (live !== this.#live.has(id)) {
        if (live) {
          this.#live.add(id);
        } else {
          this.#live.delete(id);
        }
        this.#schedule(this.#core.deps.store.task(id)?.commonDir ?? "", live ? id : null);
      }
    }
  }

  #schedule(commonDir: string, taskId: string | null): void {
    if (this.#stop.signal.aborted || commonDir === "") {
      return;
    }
    const known = this.#repositories.get(commonDir);
    const repository: Repository = known ?? { changed: new Set(), state: "idle", again: false };
    this.#repositories.set(commonDir, repository);
    if (taskId !== null) {
      repository.changed.add(taskId);
    }
    if (repository.state === "idle") {
      repository.state = "waiting";
      this.#core.deps.clock.after(gather, () => this.#begin(commonDir, repository));
    } else if (repository.state === "looking") {
      repository.again = true;
    }
  }

  #begin(commonDir: string, repository: Repository): void {
    if (this.#stop.signal.aborted) {
      return;
    }
    repository.state = "looking";
    repository.again = false;
    const changed = new Set(repository.changed);
    repository.changed.clear();
    this.#look(commonDir, changed)
      .catch((thrown: unknown) => {
        this.#core.deps.log("warn", "looking for conflicts failed", { why: String(thrown) });
      })
      .finally(() => {
        repository.state = "idle";
        if (repository.again) {
          this.#schedule(commonDir, null);
        }
      });
  }

  async #look(commonDir: string, changed: ReadonlySet<string>): Promise<void> {
    const tasks = this.#contenders().filter((task) => task.commonDir === commonDir);
    const contenders = tasks.map((task) => ({
      base: landingBase(task),
      fresh: changed.has(task.id),
      site: {
        taskId: task.id,
        commonDir,
        path: task.worktreePath ?? "",
        baseSha: task.baseSha,
      },
    }));
    const { git } = this.#core.deps;
    const clashes = await git.landing.clashes(commonDir, contenders, this.#stop.signal);
    if (!clashes.ok || this.#stop.signal.aborted) {
      return;
    }
    this.#store(commonDir, tasks, clashes.value);
  }

  #store(commonDir: string, tasks: readonly TaskRecord[], clashes: readonly Clash[]): void {
    const present = new Set(tasks.map((task) => task.id));
    // Kept in the order of its repository; what is stored is about several tasks.
    this.#core.keepSoon(commonDir, "conflicts", (work) => {
      for (const task of work.tx.placed()) {
        if (task.commonDir !== commonDir) {
          continue;
        }
        const looked = present.has(task.id) && isContender(task);
        const conflicts = looked ? summary(task.id, clashes) : null;
        if (looked) {
          this.#found.set(task.id, this.#named(task, clashes));
        } else {
          this.#found.delete(task.id);
        }
        if (JSON.stringify(conflicts) !== JSON.stringify(task.conflicts)) {
          work.putTask({ ...task, conflicts });
        }
      }
    });
  }

  /** What one task conflicts with, by the names people know. */
  #named(task: TaskRecord, clashes: readonly Clash[]): ConflictWith[] {
    return clashes.flatMap(({ one, other, files }) => {
      if (one !== task.id && other !== task.id) {
        return [];
      }
      const taskId = one === task.id ? other : one;
      const title = taskId === null ? (landingBase(task) ?? "the base") : this.#title(taskId);
      return [{ taskId, title, files: [...files] }];
    });
  }

  #title(taskId: string): string {
    return this.#core.deps.store.task(taskId)?.title ?? "another task";
  }

  #contenders(): readonly TaskRecord[] {
    return this.#core.deps.store.placed().filter(isContender);
  }
}

function isContender(task: Pick<Task, "column" | "worktreePath" | "archivedAt">): boolean {
  const live = task.column === "running" || task.column === "blocked" || task.column === "review";
  return live && task.worktreePath !== null && task.archivedAt === null;
}

function summary(taskId: string, clashes: readonly Clash[]): TaskConflicts {
  const own = clashes.filter(({ one, other }) => one === taskId || other === taskId);
  const tasks = own.flatMap(({ one, other }) =>
    other === null ? [] : [one === taskId ? other : one],
  );
  return { base: own.some(({ other }) => other === null), tasks: tasks.sort() };
}
