import type { Message, OpenRequest } from "../agents/driver.ts";
import type { NoticeData } from "../contract/event.ts";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { PrepareStep } from "../contract/run.ts";
import type { RunRecord, SessionRecord, TaskRecord } from "../store/types.ts";
import type { Core } from "./core.ts";
import type { HarnessConfig, ReadyHarness } from "./harness-config.ts";
import { composeMessage } from "./message.ts";
import { isStale, settingsOf, tookSettings } from "./mode.ts";
import { isWithinReach, withinReach } from "./program-reach.ts";
import { changeRun } from "./run-changes.ts";
import type { Sessions } from "./sessions.ts";
import type { Setup } from "./setup.ts";
import type { Snapshots } from "./snapshots.ts";
import { StepTries } from "./step-tries.ts";
import { beginsTask } from "./unheard.ts";
import { workplaceOf } from "./workplace.ts";
import { envOf, repoGone } from "./worktree-facts.ts";
import { WorktreeStep } from "./worktree-step.ts";

/** The first step of a run on this task. A set-up that is due holds up a living agent too. */
export function firstStep(
  task: TaskRecord,
  sessionIsLive: boolean,
  setupIsDue: boolean,
): PrepareStep {
  if (sessionIsLive) {
    return setupIsDue ? "setup" : "deliver";
  }
  return task.isolation === "worktree" ? "base-ref" : "session";
}

export interface PreparationParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly harnesses: HarnessConfig;
  readonly snapshots: Snapshots;
  readonly setup: Setup;
}

/** Carries a run from its acceptance to the agent's first sign, one step at a time. */
export class Preparation {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #harnesses: HarnessConfig;
  readonly #snapshots: Snapshots;
  readonly #setup: Setup;
  readonly #worktrees: WorktreeStep;
  readonly #tries: StepTries;

  constructor({ core, sessions, harnesses, snapshots, setup }: PreparationParts) {
    this.#worktrees = new WorktreeStep({ core, sessions, snapshots, setup });
    this.#tries = new StepTries(core);
    this.#core = core;
    this.#sessions = sessions;
    this.#harnesses = harnesses;
    this.#snapshots = snapshots;
    this.#setup = setup;
  }

  /** Ends what an earlier server left half-prepared and what would go on by itself. */
  abandon(taskId: string): Promise<void> {
    return this.#setup.stop(taskId);
  }

  /** Does one step and stores what came of it. `signal` aborts waits and retries, not half-done work. */
  async run(run: RunRecord, step: PrepareStep, signal: AbortSignal): Promise<void> {
    const done = await this.#tries.of({ run, step, signal }, () => this.#step(run, step, signal));
    if (done === null) {
      return;
    }
    await this.#core.keep(run.taskId, `step:${step}`, (work) => {
      const now = work.tx.run(run.id);
      if (now === null) {
        return;
      }
      changeRun(
        work,
        now,
        done.ok
          ? { type: "step.done", step, next: done.value }
          : { type: "step.failed", step, fault: done.fault },
      );
    });
  }

  /** Null when the server ends and the step goes on without it. */
  async #step(
    run: RunRecord,
    step: PrepareStep,
    signal: AbortSignal,
  ): Promise<Result<PrepareStep | null> | null> {
    const task = this.#core.deps.store.task(run.taskId);
    if (task === null) {
      return err(fault("not_found", "The task is gone."));
    }
    const settled = step === "setup" || step === "session" || step === "deliver";
    if (settled && this.#redeliverable(run) && (await this.#worktrees.isGone(task))) {
      // An agent there would work in a folder that does not exist: nothing is typed into it.
      await this.#worktrees.leave(run);
      return ok("base-ref");
    }
    switch (step) {
      case "base-ref":
      case "branch":
        return this.#baseRef(task);
      case "worktree":
        return this.#worktrees.make(task, run);
      case "setup":
        return this.#setup.step(task, run, signal);
      case "session":
        // An agent that is started may be given the message with its start.
        await this.#snapshots.before(task, run, signal);
        return this.#session(task, run);
      case "deliver":
        await this.#snapshots.before(task, run, signal);
        return this.#deliver(task, run);
    }
  }

  async #baseRef(task: TaskRecord): Promise<Result<PrepareStep>> {
    const { git } = this.#core.deps;
    if (task.commonDir === null || task.baseSha === null) {
      return err(repoGone(task));
    }
    const place = await git.inspect(task.workdir);
    if (!place.ok || place.value.kind !== "repository") {
      return err(repoGone(task));
    }
    const pinned = await git.pinned(task.commonDir, task.id);
    if (!pinned.ok) {
      return pinned;
    }
    if (pinned.value !== task.baseSha) {
      const again = await git.pin(task.commonDir, task.id, task.baseSha);
      if (!again.ok) {
        return again;
      }
    }
    return ok("worktree");
  }

  async #session(task: TaskRecord, run: RunRecord): Promise<Result<PrepareStep>> {
    const ready = await this.#harnesses.stillReady(task.agent);
    if (!ready.ok) {
      return ready;
    }
    const live = this.#sessions.live(task.id);
    if (live !== null && !isStale(ready.value.driver, live.record, task)) {
      this.#bind(run, live.record);
      return ok("deliver");
    }
    if (live !== null) {
      await this.#sessions.close(task.id);
    }
    const workplace = await workplaceOf(this.#core.deps.git, task);
    if (!workplace.ok) {
      return workplace;
    }
    const { store } = this.#core.deps;
    const earlier = store.latestSession(task.id);
    const own = envOf(store, task, workplace.value.repo?.mainRoot ?? task.workdir);
    const { harness } = ready.value;
    const request: Omit<OpenRequest, "sessionId" | "dir" | "resume"> = {
      workplace: workplace.value,
      // One place for every driver; a harness serves many tasks and cannot know their ports.
      harness: { ...harness, env: { ...harness.env, ...own } },
      bin: ready.value.path,
      mode: task.mode,
      model: task.model,
      effort: task.effort,
      firstMessage: this.#message(task, run),
      bridge: this.#sessions.bridge(),
    };
    const { driver } = ready.value;
    // A start that was cut short is taken up under the same id, so it never runs two agents.
    if (earlier !== null && earlier.state === "opening" && earlier.id === run.sessionId) {
      const resume = this.#resumable(task, earlier);
      return this.#opened(await this.#sessions.open(earlier, driver, { ...request, resume }));
    }
    const resume =
      driver.descriptor.capabilities.resume.kind === "supported" &&
      earlier !== null &&
      earlier.kind === driver.descriptor.kind
        ? earlier.agentSessionId
        : null;
    const record = this.#newSession(task, run, ready.value);
    if (isWithinReach(ready.value.path, workplace.value)) this.#notice(run, withinReach(harness));
    const opened = await this.#sessions.open(record, driver, { ...request, resume });
    if (opened.ok || resume === null || opened.fault.code !== "not_resumable") {
      return this.#opened(opened);
    }
    this.#sayStartedAnew(run, opened.fault);
    const fresh = this.#newSession(task, run, ready.value);
    return this.#opened(await this.#sessions.open(fresh, driver, { ...request, resume: null }));
  }

  #opened(opened: Result<unknown>): Result<PrepareStep> {
    return opened.ok ? ok("deliver") : opened;
  }

  /** What an interrupted opening wanted to resume: the conversation before it. */
  #resumable(task: TaskRecord, opening: SessionRecord): string | null {
    const runs = this.#core.deps.store.runs(task.id, 50, null);
    const before = runs.find((run) => run.sessionId !== opening.id && run.sessionRef !== null);
    return before?.sessionRef ?? null;
  }

  #newSession(task: TaskRecord, run: RunRecord, ready: ReadyHarness): SessionRecord {
    const id = this.#core.deps.newId();
    const program = this.#harnesses.programOf(ready);
    this.#core.deps.log("info", "starts an agent", {
      sessionId: id,
      harness: task.agent,
      ...program,
    });
    const record: SessionRecord = {
      id,
      taskId: task.id,
      harnessId: task.agent,
      kind: ready.driver.descriptor.kind,
      state: "opening",
      ref: null,
      agentSessionId: null,
      tokenHash: this.#sessions.issueToken(id),
      settings: settingsOf(task),
      program,
      createdAt: this.#core.now(),
      closedAt: null,
    };
    this.#core.commit("session", (work) => {
      work.tx.putSession(record);
    });
    this.#bind(run, record);
    return record;
  }

  #bind(run: RunRecord, session: SessionRecord): void {
    this.#core.commit("session", (work) => {
      const now = work.tx.run(run.id);
      if (now !== null && now.sessionId !== session.id) {
        work.tx.putRun({
          ...now,
          sessionId: session.id,
          sessionRef: session.agentSessionId ?? now.sessionRef,
        });
      }
    });
  }

  #sayStartedAnew(run: RunRecord, why: Fault): void {
    this.#notice(run, {
      level: "warning",
      code: "conversation_restarted",
      message: `The earlier conversation could not be resumed: ${why.message}`,
      hint: "The agent started anew with your message. The files are as it left them.",
    });
  }

  #notice(run: RunRecord, notice: NoticeData): void {
    this.#core.commit("session", (work) => work.notice(run.taskId, run.id, notice));
  }

  async #deliver(task: TaskRecord, run: RunRecord): Promise<Result<PrepareStep | null>> {
    const live = this.#sessions.live(task.id);
    if (live === null) {
      // The agent ended between two steps: start it again for this message.
      return this.#redeliverable(run) ? ok("session") : err(undelivered());
    }
    const effectId = `${run.id}:deliver`;
    const earlier = this.#core.deps.store.effect(effectId);
    this.#mark(run, effectId, "started", (earlier?.attempt ?? 0) + 1);
    const delivery = await live.session.deliver(this.#message(task, run), {
      retry: earlier !== null && earlier.state === "started",
      settings: { mode: task.mode, model: task.model, effort: task.effort },
    });
    if (delivery.kind === "delivered") {
      this.#mark(run, effectId, "done", (earlier?.attempt ?? 0) + 1);
      if (
        this.#harnesses.driver(task.agentKind)?.descriptor.capabilities.settings === "per-message"
      ) {
        this.#core.commit("deliver", (work) => tookSettings(work, live.record.id, task));
      }
      return ok(null);
    }
    this.#mark(run, effectId, "failed", (earlier?.attempt ?? 0) + 1);
    return err(delivery.fault);
  }

  #redeliverable(run: RunRecord): boolean {
    return this.#core.deps.store.effect(`${run.id}:deliver`) === null;
  }

  #mark(run: RunRecord, id: string, state: "started" | "done" | "failed", attempt: number): void {
    this.#core.commit("deliver", (work) => {
      work.tx.putEffect({
        id,
        taskId: run.taskId,
        runId: run.id,
        kind: "deliver",
        attempt,
        state,
        at: work.now,
      });
    });
  }

  #message(task: TaskRecord, run: RunRecord): Message {
    const first = beginsTask(task, run.prompt);
    return {
      id: run.messageId,
      text: composeMessage(run.prompt, first ? task.references : [], this.#core.deps.dataDir),
    };
  }
}

function undelivered(): Fault {
  return fault(
    "delivery_uncertain",
    "The agent ended while your message was on its way; it may or may not have read it.",
    "Look at the transcript and the changes, then send it again if it is missing.",
  );
}
