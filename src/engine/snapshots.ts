import type { Moment, Snapshot } from "../git/types.ts";
import type { RunRecord, TaskRecord } from "../store/types.ts";
import type { Core, Work } from "./core.ts";

/** How long a message may wait for the files before it to be kept, in milliseconds. */
const patience = 30_000;
const tooSlow = `It took longer than ${patience / 1_000} s.`;
const mostReasons = 500;
/** How many turns back the newest files are looked for. */
const mostTurns = 50;

/** The row that says a run has ended whose files are still to be kept. */
function endEffect(runId: string): string {
  return `${runId}:end`;
}

/**
 * Notes, in the transaction that ends a run, that the files it left are to be kept: so a server that
 * is killed before they are is followed by one that does it late.
 */
export function oweEnd(work: Work, task: TaskRecord, runId: string): void {
  if (task.worktreePath === null || task.commonDir === null || task.baseSha === null) {
    return;
  }
  work.tx.putEffect({
    id: endEffect(runId),
    taskId: task.id,
    runId,
    kind: "snapshot",
    attempt: 1,
    state: "started",
    at: work.now,
  });
}

/**
 * Keeps what a worktree held before a run's message was delivered and after the run had ended.
 * Nothing of it ever fails a run: what could not be kept is a line in the log, and the scope that
 * wants it says why it is not there.
 */
export class Snapshots {
  readonly #core: Core;
  readonly #tails = new Map<string, Promise<unknown>>();
  /** Runs whose beginning needs no further look. */
  readonly #begun = new Set<string>();
  /** Why something was not kept, as far as this server knows. */
  readonly #reasons = new Map<string, string>();

  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * For a worktree that is only being made: it will hold the files of its base, so they can be kept
   * while it is filled, and its start waits for nothing.
   */
  async fresh(task: TaskRecord, run: RunRecord): Promise<void> {
    if (task.worktreePath !== null || task.branch !== null) {
      return;
    }
    const kept = await this.#keep(task, null, [startOf(run.id)]);
    if (kept !== null) {
      this.#begun.add(run.id);
    }
  }

  /** Before a message is delivered; what an earlier run has left is kept with it, if it was not. */
  async before(task: TaskRecord, run: RunRecord, signal: AbortSignal): Promise<void> {
    if (this.#begun.has(run.id) || task.worktreePath === null) {
      return;
    }
    const folder = task.worktreePath;
    await this.#inTurn(task.id, async () => {
      const [known] = await this.find(task, [startOf(run.id)]);
      if (known === null) {
        const owed = this.#owed(task.id);
        const moments = [...owed.map(endOf), startOf(run.id)];
        const kept = await this.#keep(task, folder, moments, signal);
        this.#settled(owed, kept !== null);
      }
      this.#begun.add(run.id);
    });
  }

  /**
   * Keeps what the last run of a task has left, once that has ended and unless it is done. What an
   * earlier run left is no longer there to be kept.
   */
  async settle(taskId: string): Promise<void> {
    if (this.#owed(taskId).length === 0) {
      return;
    }
    await this.#inTurn(taskId, async () => {
      const { store } = this.#core.deps;
      const owed = this.#owed(taskId);
      const task = store.task(taskId);
      const last = task?.runId == null ? null : store.run(task.runId);
      if (owed.length === 0 || (last !== null && last.phase.kind !== "ended")) {
        return;
      }
      const isHere = task !== null && task.deletedAt === null && task.worktreePath !== null;
      const mine = owed.filter((runId) => isHere && runId === last?.id);
      this.#settled(
        owed.filter((runId) => !mine.includes(runId)),
        false,
      );
      if (!isHere || mine.length === 0) {
        return;
      }
      const kept = await this.#keep(task, task.worktreePath, mine.map(endOf));
      this.#settled(mine, kept !== null);
    });
  }

  /** For a task that is deleted, perhaps at work: its agent is gone, its run ends with the deletion. */
  async leave(task: TaskRecord): Promise<void> {
    const run = task.runId === null ? null : this.#core.deps.store.run(task.runId);
    const folder = task.worktreePath;
    if (run === null || folder === null) {
      return;
    }
    if (run.phase.kind === "ended") {
      return this.settle(task.id);
    }
    await this.#inTurn(task.id, () => this.#keep(task, folder, [endOf(run.id)]));
  }

  /** What is kept of moments, in their order; null where there is nothing. */
  async find(task: TaskRecord, moments: readonly Moment[]): Promise<readonly (Snapshot | null)[]> {
    const none = moments.map(() => null);
    if (task.commonDir === null) {
      return none;
    }
    const found = await this.#core.deps.git.snapshots(task.commonDir, task.id, moments);
    return found.ok ? found.value : none;
  }

  /** The newest files that are kept of a task's turns, null when there are none. */
  async newest(task: TaskRecord): Promise<(Snapshot & { readonly side: "start" | "end" }) | null> {
    const runs = this.#core.deps.store.runs(task.id, mostTurns, null);
    const sides = ["end", "start"] as const;
    const moments = runs.flatMap(({ id: runId }) =>
      sides.map((side) => ({ kind: "turn" as const, runId, side })),
    );
    const found = await this.find(task, moments);
    let best: (Snapshot & { readonly side: "start" | "end" }) | null = null;
    for (const [index, kept] of found.entries()) {
      if (kept !== null && kept.at > (best?.at ?? 0)) {
        best = { ...kept, side: moments[index]?.side ?? "end" };
      }
    }
    return best;
  }

  /** Why the beginning or the end of a run was not kept; null when this server does not know. */
  why(runId: string, side: "start" | "end"): string | null {
    return this.#reasons.get(`${runId}:${side}`) ?? null;
  }

  #owed(taskId: string): string[] {
    return this.#core.deps.store
      .openEffects()
      .filter((effect) => effect.kind === "snapshot" && effect.taskId === taskId)
      .flatMap((effect) => effect.runId ?? []);
  }

  #settled(runIds: readonly string[], done: boolean): void {
    if (runIds.length === 0) {
      return;
    }
    this.#core.commit("snapshot", (work) => {
      for (const runId of runIds) {
        const effect = work.tx.effect(endEffect(runId));
        if (effect !== null) {
          work.tx.putEffect({ ...effect, state: done ? "done" : "failed", at: work.now });
        }
      }
    });
  }

  async #keep(
    task: TaskRecord,
    folder: string | null,
    moments: readonly Moment[],
    signal?: AbortSignal,
  ): Promise<Snapshot | null> {
    const { commonDir, baseSha } = task;
    if (commonDir === null || baseSha === null) {
      return null;
    }
    const { git, clock, log } = this.#core.deps;
    const limit = new AbortController();
    const cancel = clock.after(patience, () => limit.abort());
    const kept = await git
      .snapshot(
        { taskId: task.id, commonDir, baseSha, folder, moments, at: this.#core.now() },
        signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
      )
      .finally(cancel);
    if (kept.ok) {
      return kept.value;
    }
    const why = limit.signal.aborted ? tooSlow : kept.fault.message;
    for (const moment of moments) {
      this.#explain(moment, why);
    }
    log("warn", "the files of a moment were not kept", { taskId: task.id, moments, why });
    return null;
  }

  #explain(moment: Moment, why: string): void {
    if (moment.kind !== "turn") {
      return;
    }
    this.#reasons.set(`${moment.runId}:${moment.side}`, why);
    const [oldest] = this.#reasons.keys();
    if (this.#reasons.size > mostReasons && oldest !== undefined) {
      this.#reasons.delete(oldest);
    }
  }

  /** One at a time per task: an end must not be kept while the next run already works. */
  #inTurn<T>(taskId: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(taskId) ?? Promise.resolve()).then(work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(taskId, tail);
    return result;
  }
}

function startOf(runId: string): Moment {
  return { kind: "turn", runId, side: "start" };
}

function endOf(runId: string): Moment {
  return { kind: "turn", runId, side: "end" };
}
