import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Run } from "../contract/run.ts";
import type { InputBody, StartTaskBody, Task } from "../contract/task.ts";
import type { RunRecord, TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta, Reply, Runs, Taken } from "./api.ts";
import { type Core, unknown, type Work } from "./core.ts";
import type { HarnessConfig } from "./harness-config.ts";
import { composeMessage } from "./message.ts";
import { isStale } from "./mode.ts";
import { firstStep } from "./prepare.ts";
import { toRun, toTask } from "./present.ts";
import { enqueue, isHeld, type QueueCommands } from "./queue.ts";
import { isEdited } from "./queue-holds.ts";
import { changeRun, openRun } from "./run-changes.ts";
import type { Sessions } from "./sessions.ts";
import { wishSetup } from "./setup-commands.ts";
import { holdsBack, steerEffect } from "./steered.ts";
import type { TrustGate } from "./trust.ts";
import { withUnheard } from "./unheard.ts";

export interface RunParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly harnesses: HarnessConfig;
  readonly trust: TrustGate;
  readonly queue: QueueCommands;
}

/** Commands on runs: start, follow up, stop. */
export class RunCommands implements Runs {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #harnesses: HarnessConfig;
  readonly #trust: TrustGate;
  readonly #queue: QueueCommands;

  constructor({ core, sessions, harnesses, trust, queue }: RunParts) {
    this.#core = core;
    this.#queue = queue;
    this.#sessions = sessions;
    this.#harnesses = harnesses;
    this.#trust = trust;
  }

  list(
    taskId: string,
    page: { readonly limit?: number; readonly cursor?: string },
  ): Result<{ runs: readonly Run[]; nextCursor: string | null }> {
    const { store } = this.#core.deps;
    const task = store.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", taskId);
    }
    const limit = page.limit ?? 50;
    const rows = store.runs(taskId, limit + 1, page.cursor ?? null);
    const runs = rows.slice(0, limit).map(toRun);
    const more = rows.length > limit;
    return ok({ runs, nextCursor: more ? (runs.at(-1)?.id ?? null) : null });
  }

  start(taskId: string, body: StartTaskBody, meta: CommandMeta): Answer<{ task: Task; run: Run }> {
    return this.#core.once(meta, async () => {
      const task = this.#core.deps.store.task(taskId);
      if (task === null || task.deletedAt !== null) {
        return unknown("task", taskId);
      }
      const busy = this.#openRun(task);
      if (busy !== null) {
        return err(alreadyRunning(busy));
      }
      const refused = await this.preflight(task);
      if (refused !== null) {
        return err(refused);
      }
      return this.#core.command(meta, "start", (work) => this.startIn(work, taskId, body));
    });
  }

  /** Opens the first or next run of a task, inside a transaction whose pre-flight has passed. */
  startIn(
    work: Work,
    taskId: string,
    { prompt, setup }: StartTaskBody,
  ): Result<Reply<{ task: Task; run: Run }>> {
    const task = work.tx.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", taskId);
    }
    const open = this.#openRun(task, work);
    if (open !== null) {
      return err(alreadyRunning(open));
    }
    if (setup !== undefined) {
      wishSetup(work, taskId, setup);
    }
    const run = this.#open(work, task, prompt ?? task.prompt, this.#core.deps.newId());
    return this.#answer(work, taskId, run.id);
  }

  /** What must hold before a run may begin; asked before anything changes. */
  async preflight(task: TaskRecord): Promise<Fault | null> {
    const ready = await this.#harnesses.ready(task.agent);
    if (!ready.ok) {
      return ready.fault;
    }
    const { git, host, dataDir } = this.#core.deps;
    const place = await git.inspect(task.workdir);
    if (!place.ok) {
      return place.fault.code === "not_a_directory"
        ? fault(
            "repo_gone",
            `The folder ${task.workdir} is no longer there.`,
            "Move it back, or create a new task where it is now.",
          )
        : place.fault;
    }
    const untrusted = await this.#trust.check(place.value, task.baseSha);
    if (untrusted !== null) {
      return untrusted;
    }
    const { driver, harness, path } = ready.value;
    const repo =
      place.value.kind === "repository"
        ? {
            mainRoot: place.value.mainRoot,
            commonDir: place.value.commonDir,
            gitDir: place.value.commonDir,
          }
        : null;
    return driver.preflight(
      {
        workplace: { cwd: task.worktreePath ?? task.workdir, repo },
        harness,
        bin: path,
        mode: task.mode,
        model: task.model,
        effort: task.effort,
        resume: null,
        bridge: this.#sessions.bridge(),
        firstMessage: {
          id: "preflight",
          text: composeMessage(task.prompt, task.references, dataDir),
        },
      },
      host,
    );
  }

  input(runId: string, body: InputBody, meta: CommandMeta): Answer<Taken> {
    return this.#core.once(meta, async () => {
      const task = this.#taskOf(runId);
      if (task === null) {
        return unknown("run", runId);
      }
      const text = composeMessage(body.text, body.references ?? [], this.#core.deps.dataDir);
      const steers = body.delivery === "steer";
      // A steered message waits in the queue until it was heard, so its receipt comes only then.
      const own: CommandMeta = steers ? { commandId: null, digest: meta.digest } : meta;
      const taken = await this.say(task, text, own, () => undefined);
      return steers && taken.ok && "queued" in taken.value.body
        ? this.#queue.steerNow(task.id, taken.value.body.queued.id, meta)
        : taken;
    });
  }

  /**
   * Sends a message of the task's own making; `also` is stored with it or not at all. The caller
   * holds the command (`Core.once`).
   */
  async say(
    task: TaskRecord,
    text: string,
    meta: CommandMeta,
    also: (work: Work, messageId: string) => void,
  ): Answer<Taken> {
    if (this.#openRun(task) === null && this.#sessions.live(task.id) === null) {
      const refused = await this.preflight(task);
      if (refused !== null) {
        return err(refused);
      }
    }
    const id = this.#core.deps.newId();
    return this.#core.command<Taken>(meta, "input", (work) => {
      const taken = this.#inputIn(work, task.id, text, id);
      if (taken.ok) {
        also(work, id);
      }
      return taken;
    });
  }

  #inputIn(work: Work, taskId: string, text: string, id: string): Result<Reply<Taken>> {
    const task = work.tx.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", taskId);
    }
    if (this.#openRun(task, work) !== null) {
      return ok({ status: 202, body: { queued: enqueue(work, task, { id, text }) } });
    }
    if (work.tx.queued(taskId).length > 0) {
      // Messages that a failure held back go first; this one waits its turn behind them.
      const queued = enqueue(work, task, { id, text });
      if (!this.#openNext(work, task)) {
        goOn(work, task);
      }
      return ok({ status: 202, body: { queued } });
    }
    const run = this.#open(work, task, withUnheard(work, task, text), id);
    return ok({ status: 202, body: { run: toRun(work.tx.run(run.id) ?? run) } });
  }

  cancel(runId: string, meta: CommandMeta): Answer<{ run: Run }> {
    return this.#core.once(meta, async () =>
      this.#core.command(meta, "cancel", (work) => {
        const run = work.tx.run(runId);
        if (run === null) {
          return unknown("run", runId);
        }
        const changed = changeRun(work, run, { type: "cancel", at: work.now });
        return changed.ok ? ok({ status: 202, body: { run: toRun(changed.value) } }) : changed;
      }),
    );
  }

  /** Opens the next waiting message's run on an idle task. Messages wait while the last run failed. */
  next(taskId: string): void {
    const { store } = this.#core.deps;
    if (store.queued(taskId).length === 0) {
      return;
    }
    this.#core.commit("queue", (work) => {
      const task = work.tx.task(taskId);
      if (task === null || task.deletedAt !== null || held(work, task)) {
        return;
      }
      if (this.#openRun(task, work) === null) {
        this.#openNext(work, task);
      }
    });
  }

  /** False when the first message is being edited: those behind it wait too. */
  #openNext(work: Work, task: TaskRecord): boolean {
    const [message] = work.tx.queued(task.id);
    if (message === undefined || isEdited(work.tx, message.id)) {
      return false;
    }
    work.tx.removeQueued(message.id);
    const steered = work.tx.effect(steerEffect(message.id))?.state === "started";
    const text = steered ? message.text : withUnheard(work, task, message.text);
    const run = this.#open(work, task, text, message.id);
    if (steered) {
      lookFirst(work, run);
    }
    return true;
  }

  #open(work: Work, task: TaskRecord, prompt: string, messageId: string): RunRecord {
    const found = this.#sessions.live(task.id);
    const driver = this.#harnesses.driver(task.agentKind);
    const live = found !== null && isStale(driver, found.record, task) ? null : found;
    const setupIsDue = work.tx.worktree(task.id)?.setup.kind === "due";
    return openRun(work, {
      id: this.#core.deps.newId(),
      task,
      prompt,
      messageId,
      sessionId: live?.record.id ?? null,
      sessionRef: live?.session.ref.agentSessionId ?? null,
      phase: { kind: "preparing", step: firstStep(task, live !== null, setupIsDue) },
    });
  }

  #answer(work: Work, taskId: string, runId: string): Result<Reply<{ task: Task; run: Run }>> {
    const view = work.tx.view(taskId);
    const run = work.tx.run(runId);
    if (view === null || run === null) {
      return unknown("task", taskId);
    }
    return ok({ status: 202, body: { task: toTask(view), run: toRun(run) } });
  }

  #taskOf(runId: string): TaskRecord | null {
    const { store } = this.#core.deps;
    const run = store.run(runId);
    const task = run === null ? null : store.task(run.taskId);
    return task === null || task.deletedAt !== null ? null : task;
  }

  #openRun(task: TaskRecord, work?: Work): RunRecord | null {
    const run = task.runId === null ? null : (work?.tx ?? this.#core.deps.store).run(task.runId);
    return run === null || run.phase.kind === "ended" ? null : run;
  }
}

/** An earlier try to steer may have been heard: the delivery begins by looking for its echo. */
function lookFirst(work: Work, run: RunRecord): void {
  work.tx.putEffect({
    id: `${run.id}:deliver`,
    taskId: run.taskId,
    runId: run.id,
    kind: "deliver",
    attempt: 1,
    state: "started",
    at: work.now,
  });
}

/** The row that says the person went on after this run, while the message that is next was edited. */
function goOnEffect(runId: string): string {
  return `${runId}:go-on`;
}

/** Lets the queue of a task run on once its first message is no longer edited. */
function goOn(work: Work, { id, runId }: TaskRecord): void {
  if (runId !== null) {
    const about = {
      taskId: id,
      runId,
      kind: "go-on",
      attempt: 1,
      state: "done",
      at: work.now,
    } as const;
    work.tx.putEffect({ id: goOnEffect(runId), ...about });
  }
}

/**
 * After a failure the person decides first: a queue that runs on would bury the reason. The same
 * after a stop that took back what was just said: it would be said again at once; and after a task
 * came back from the trash.
 */
function held(work: Work, task: TaskRecord): boolean {
  const run = task.runId === null ? null : work.tx.run(task.runId);
  if (run === null || run.phase.kind !== "ended") {
    return false;
  }
  const { kind } = run.phase.outcome;
  if (work.tx.effect(goOnEffect(run.id)) !== null) {
    return false;
  }
  if (isHeld(work, run)) {
    return true;
  }
  return kind === "failed" || kind === "orphaned" || (kind === "cancelled" && holdsBack(work, run));
}

function alreadyRunning(run: RunRecord): Fault {
  return fault(
    "already_running",
    "This task is already running.",
    "Send a follow-up, or stop the run first.",
    { runId: run.id },
  );
}
