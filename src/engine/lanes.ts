import { ok } from "../contract/result.ts";
import { effectOf } from "../domain/run-machine.ts";
import { type RunRecord, StoreTrouble } from "../store/types.ts";
import type { Core } from "./core.ts";
import type { Preparation } from "./prepare.ts";
import { changeRun } from "./run-changes.ts";
import type { Sessions } from "./sessions.ts";

/** How long an interrupted agent may take to say it stopped, in milliseconds. */
const patience = 5_000;

interface Lane {
  again: boolean;
  /** The step under way; a cancel aborts its waits. */
  step: { readonly runId: string; readonly abort: AbortController } | null;
  /** A job has the lane that began while no run was open: what opened since has not begun. */
  idleJob: boolean;
  tail: Promise<void>;
}

/**
 * One serial lane per task. A lane is level-triggered: it looks at the stored run, does what that
 * owes the world, and looks again. So a restart needs no memory: poking every open run is enough.
 */
export class Lanes {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #preparation: Preparation;
  readonly #next: (taskId: string) => Promise<void>;
  readonly #lanes = new Map<string, Lane>();
  readonly #interrupting = new Set<string>();
  #begun = false;
  #stopped = false;

  /** `next` finishes what an idle task still owes, and opens its next queued run, if there is one. */
  constructor(
    core: Core,
    sessions: Sessions,
    preparation: Preparation,
    next: (taskId: string) => Promise<void>,
  ) {
    this.#core = core;
    this.#sessions = sessions;
    this.#preparation = preparation;
    this.#next = next;
    core.onPoke((taskId) => this.poke(taskId));
  }

  /** Before this, pokes are not heard: a session that is still being taken up must not be doubled. */
  begin(): void {
    this.#begun = true;
  }

  poke(taskId: string): void {
    if (!this.#begun || this.#stopped) {
      return;
    }
    this.#control(taskId);
    const lane = this.#lane(taskId);
    if (lane.again) {
      return;
    }
    lane.again = true;
    lane.tail = lane.tail.then(() => this.#work(taskId, lane));
  }

  /** Runs `job` when the task's lane is free, and holds the lane meanwhile. */
  exclusive<T>(taskId: string, job: () => Promise<T>): Promise<T> {
    const lane = this.#lane(taskId);
    const result = lane.tail.then(async () => {
      lane.idleJob = this.#openRun(taskId) === null;
      try {
        return await job();
      } finally {
        lane.idleJob = false;
      }
    });
    lane.tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Aborts waits and starts nothing more. Steps under way finish by themselves or with the process. */
  stop(): void {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) {
      lane.step?.abort.abort();
    }
  }

  #lane(taskId: string): Lane {
    const known = this.#lanes.get(taskId);
    if (known !== undefined) {
      return known;
    }
    const lane: Lane = { again: false, step: null, idleJob: false, tail: Promise.resolve() };
    this.#lanes.set(taskId, lane);
    return lane;
  }

  /** The control lane: never waits behind a step or a job, and aborts the step under way. */
  #control(taskId: string): void {
    const run = this.#openRun(taskId);
    const lane = this.#lanes.get(taskId);
    if (run?.phase.kind !== "cancelling" || lane === undefined) {
      return;
    }
    if (lane.step?.runId === run.id) {
      lane.step.abort.abort();
    } else if (lane.idleJob && this.#core.deps.store.effect(`${run.id}:deliver`) === null) {
      // It waits for the hooks of a commit, say, and nothing was done for it yet.
      this.#settle(run);
    }
  }

  async #work(taskId: string, lane: Lane): Promise<void> {
    lane.again = false;
    if (this.#stopped) {
      return;
    }
    try {
      await this.#look(taskId, lane);
    } catch (thrown) {
      this.#failed(taskId, "a lane failed", thrown);
    }
  }

  /** What the store could not take is owed still: the lane looks again once there is room. */
  #failed(taskId: string, what: string, thrown: unknown): void {
    const log = (why: unknown): void => {
      if (!this.#stopped) {
        this.#core.deps.log("error", what, { taskId, why: String(why) });
      }
    };
    if (thrown instanceof StoreTrouble) {
      this.#core.room(taskId, thrown).then(() => this.poke(taskId), log);
    } else {
      log(thrown);
    }
  }

  async #look(taskId: string, lane: Lane): Promise<void> {
    const run = this.#openRun(taskId);
    if (run === null) {
      await this.#next(taskId);
      return;
    }
    const effect = effectOf(run.phase);
    if (effect === null) {
      return;
    }
    if (effect.kind === "interrupt") {
      await this.#interrupt(run);
      return;
    }
    if (effect.step === "deliver" && this.#delivered(run)) {
      // The agent has the message; its first sign moves the run on.
      return;
    }
    const abort = new AbortController();
    lane.step = { runId: run.id, abort };
    try {
      const job = this.#preparation.run(run, effect.step, abort.signal);
      // An agent that is being started must be known before it can be ended; a delivery need not end.
      await (effect.step === "deliver" ? raceAbort(job, abort.signal) : job);
    } finally {
      lane.step = null;
    }
    this.poke(taskId);
  }

  #openRun(taskId: string): RunRecord | null {
    const { store } = this.#core.deps;
    const task = store.task(taskId);
    if (task === null || task.runId === null || task.deletedAt !== null) {
      return null;
    }
    const run = store.run(task.runId);
    return run === null || run.phase.kind === "ended" ? null : run;
  }

  #delivered(run: RunRecord): boolean {
    return this.#core.deps.store.effect(`${run.id}:deliver`)?.state === "done";
  }

  async #interrupt(run: RunRecord): Promise<void> {
    if (this.#interrupting.has(run.id)) {
      return;
    }
    await this.#preparation.abandon(run.taskId);
    const live = this.#sessions.live(run.taskId);
    if (live === null) {
      this.#settle(run);
      return;
    }
    if (run.startedAt === null && !this.#delivered(run)) {
      // It was stopped before the agent surely had the message: only the end of the agent is sure.
      await this.#sessions.close(run.taskId);
      this.#settle(run);
      return;
    }
    this.#interrupting.add(run.id);
    const asked = await live.session.interrupt().catch((thrown: unknown) => {
      this.#interrupting.delete(run.id);
      throw thrown;
    });
    if (!asked.ok) {
      this.#core.deps.log("warn", "interrupt failed", { runId: run.id, why: asked.fault.message });
    }
    this.#core.deps.clock.after(asked.ok ? patience : 0, () => this.#giveUp(run));
  }

  /** The agent did not stop by itself: end it. Its conversation can be resumed. */
  #giveUp(run: RunRecord): void {
    this.#interrupting.delete(run.id);
    const now = this.#stopped ? null : this.#core.deps.store.run(run.id);
    if (now === null || now.phase.kind !== "cancelling") {
      return;
    }
    this.exclusive(run.taskId, async () => {
      const closed = await this.#sessions.close(run.taskId);
      this.#settle(run);
      this.#report(run, closed?.ok === true ? closed.value.leftovers : []);
    }).catch((thrown: unknown) => this.#failed(run.taskId, "ending an agent failed", thrown));
  }

  /** Says what would not end, so that nothing goes on unseen. */
  #report(run: RunRecord, leftovers: readonly number[]): void {
    this.#core.commit("cancel", (work) => {
      work.notice(run.taskId, run.id, {
        level: leftovers.length === 0 ? "info" : "warning",
        code: "agent_ended",
        message:
          leftovers.length === 0
            ? "The agent did not stop by itself, so it was ended."
            : `The agent was ended, but these processes of it go on: ${leftovers.join(", ")}`,
        hint: "Its conversation is kept; the next message resumes it.",
      });
    });
  }

  #settle(run: RunRecord): void {
    this.#core.commit("cancel", (work) => {
      const now = work.tx.run(run.id);
      return now === null ? ok(null) : changeRun(work, now, { type: "cancel.settled" });
    });
  }
}

/** Waits for the job, or only until the signal when the job is slow to notice it. */
async function raceAbort(job: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([job, aborted]);
}
