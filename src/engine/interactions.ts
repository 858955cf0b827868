import type { Driver, InteractionRequest } from "../agents/driver.ts";
import { type Fault, fault } from "../contract/fault.ts";
import type {
  ApprovalBody,
  ApprovalRule,
  Interaction,
  InteractionAnswer,
} from "../contract/interaction.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { wishedMode } from "../domain/mode-wish.ts";
import type { InteractionRecord, SessionRecord } from "../store/types.ts";
import { checkAnswer, outcomeOf } from "./answers.ts";
import type { Answer, CommandMeta, Interactions, Reply } from "./api.ts";
import { leavePlanMode, openInteraction, remember, resolve } from "./asking.ts";
import { type Core, unknown, type Work } from "./core.ts";
import { chooseByPlan } from "./mode.ts";
import type { QuestionCommands } from "./questions.ts";
import type { Sessions } from "./sessions.ts";
import { nobody, type Waiting } from "./waiting.ts";

export interface InteractionParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly driver: (kind: string) => Driver | null;
  readonly waiting: Waiting;
  readonly questions: QuestionCommands;
}

/** What an agent asks its person: rows that outlive everyone, answered once. */
export class InteractionCommands implements Interactions {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #driver: (kind: string) => Driver | null;
  readonly #waiting: Waiting;
  readonly #questions: QuestionCommands;

  constructor({ core, sessions, driver, waiting, questions }: InteractionParts) {
    this.#core = core;
    this.#sessions = sessions;
    this.#driver = driver;
    this.#waiting = waiting;
    this.#questions = questions;
    core.onCommitted((events) => {
      for (const event of events) {
        if (event.type === "interaction.resolved") {
          this.#settled(event.data as Interaction);
        }
      }
    });
  }

  async approve(
    sessionId: string,
    body: ApprovalBody,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    await this.#core.untilBooted();
    const session = this.#core.deps.store.session(sessionId);
    const hooks = session === null ? undefined : this.#driver(session.kind)?.hooks;
    const request = hooks?.interpret(body.hook, this.#wish(sessionId)) ?? null;
    if (session === null || hooks === undefined || request === null) {
      return ok({ gone: true });
    }
    if (this.#isStopping(session.taskId)) {
      return ok(await this.#dismissed(session));
    }
    const asked = this.#ask(session, body.requestId, request, body.requestId);
    if (!asked.ok) {
      return asked;
    }
    return this.#waiting.until(asked.value, signal, {
      answered: (answer) => hooks.respond(request, answer, body.hook, this.#wish(sessionId)),
      gone: () =>
        this.#isStopping(session.taskId) ? this.#dismissed(session) : Promise.resolve(nobody),
    });
  }

  answer(
    id: string,
    answer: InteractionAnswer,
    by: string,
    meta: CommandMeta,
  ): Answer<{ interaction: Interaction }> {
    return this.#core.once(meta, async () => {
      const given = this.#core.command<{ interaction: Interaction }>(meta, "answer", (work) =>
        this.#answerIn(work, id, answer, by),
      );
      if (given.ok && answer.kind === "plan_approval") {
        await this.#sessions.tellMode(given.value.body.interaction.taskId);
      }
      return given;
    });
  }

  rules(taskId: string): Result<{ rules: readonly ApprovalRule[] }> {
    const task = this.#core.deps.store.task(taskId);
    return task === null || task.deletedAt !== null
      ? unknown("task", taskId)
      : ok({ rules: this.#core.deps.store.rules(taskId) });
  }

  revoke(taskId: string, ruleId: string, meta: CommandMeta): Answer<{ deleted: true }> {
    return this.#core.once(meta, async () =>
      this.#core.command<{ deleted: true }>(meta, "rule", (work) => {
        const held = work.tx.rules(taskId).some((rule) => rule.id === ruleId);
        if (!held) {
          return err(fault("not_found", "There is no such rule.", "It may have been revoked."));
        }
        work.tx.removeRule(ruleId);
        return ok({ status: 200, body: { deleted: true } });
      }),
    );
  }

  /** Sends again what was answered before a crash and may not have reached its agent. */
  async resend(): Promise<void> {
    const { store } = this.#core.deps;
    for (const run of store.openRuns()) {
      for (const record of store.interactionsOfRun(run.id)) {
        if (record.state === "answered") {
          await this.#hand(record.interaction.id);
        }
      }
    }
  }

  /** A question has its end, by a person, by a rule or without an answer: whoever waits learns it. */
  #settled({ id }: Interaction): void {
    const record = this.#core.deps.store.interaction(id);
    if (record === null) {
      return;
    }
    this.#questions.settled(record);
    this.#waiting.wake(id);
    if (record.state === "answered") {
      this.#hand(id).catch((thrown: unknown) => {
        const why = String(thrown);
        this.#core.deps.log("error", "handing over an answer failed", { id, why });
      });
    }
  }

  #ask(
    session: SessionRecord,
    ref: string,
    request: InteractionRequest,
    id: string,
  ): Result<InteractionRecord> {
    const known = this.#core.deps.store.interactionByRef(session.id, ref);
    if (known !== null) {
      return ok(known);
    }
    // A hook does not say which call it asks about.
    const asking = { session, ref, request, toolId: null, id };
    const open = () => this.#core.commit("ask", (work) => openInteraction(work, asking));
    return this.#core.attempt(open);
  }

  /** The mode this session should go over to, if its task was given another one meanwhile. */
  #wish(sessionId: string): string | null {
    const { store } = this.#core.deps;
    const session = store.session(sessionId);
    const task = session === null ? null : store.task(session.taskId);
    return session === null || task === null ? null : wishedMode(task.mode, session.settings);
  }

  #isStopping(taskId: string): boolean {
    const { store } = this.#core.deps;
    const runId = store.task(taskId)?.runId ?? null;
    return runId !== null && store.run(runId)?.phase.kind === "cancelling";
  }

  /** What a hook of a turn prints that is being stopped: nothing, or what its driver says. */
  async #dismissed(session: SessionRecord): Promise<unknown> {
    const live = this.#sessions.live(session.taskId);
    const mine = live?.record.id === session.id ? live.session : null;
    return (await mine?.dismiss?.()) ?? { gone: true };
  }

  #answerIn(
    work: Work,
    id: string,
    answer: InteractionAnswer,
    by: string,
  ): Result<Reply<{ interaction: Interaction }>> {
    const record = work.tx.interaction(id);
    if (record === null || record.interaction.kind !== answer.kind) {
      return err(fault("not_found", "There is no such question.", "It may be of a deleted task."));
    }
    const refused = refusal(record) ?? checkAnswer(record.interaction, answer);
    if (refused !== null) {
      return err(refused);
    }
    if (answer.kind === "approval" && answer.decision === "allow" && answer.remember === true) {
      remember(work, record.interaction, answer.rule, this.#core.deps.newId());
    }
    if (answer.kind === "plan_approval" && answer.choice !== "reject") {
      chooseByPlan(work, record.sessionId, answer.choice);
      const kind = work.tx.session(record.sessionId)?.kind ?? "";
      const mode = this.#driver(kind)?.descriptor.afterPlan?.[answer.choice];
      if (mode !== undefined) {
        leavePlanMode(work, record, mode);
      }
    }
    const outcome = outcomeOf(answer);
    const resolved = resolve(work, record, { state: "answered", outcome, answer, by });
    return ok({ status: 200, body: { interaction: resolved.interaction } });
  }

  /** Gives an answer to an agent that asked over its own protocol. Hooks fetch theirs. */
  async #hand(id: string): Promise<void> {
    const record = this.#core.deps.store.interaction(id);
    if (record === null || record.ref === id) {
      return;
    }
    const live = this.#sessions.live(record.interaction.taskId);
    const { session } = live ?? {};
    if (live?.record.id !== record.sessionId || session?.answer === undefined) {
      return;
    }
    const given = await session.answer(
      record.ref,
      requestOf(record.interaction),
      record.answer as InteractionAnswer,
    );
    if (!given.ok) {
      this.#core.deps.log("warn", "an answer did not reach its agent", {
        interactionId: id,
        why: given.fault.message,
      });
    }
  }
}

function refusal(record: InteractionRecord): Fault | null {
  const { answeredBy, outcome, resolvedAt } = record.interaction;
  if (record.state === "answered") {
    return fault("already_answered", `This was answered already: ${outcome ?? "answered"}.`, null, {
      answer: record.answer,
      answeredBy,
      resolvedAt,
    });
  }
  return record.state === "gone"
    ? fault("late", `The agent no longer waits for this: ${outcome ?? "gone"}.`, null)
    : null;
}

function requestOf(interaction: Interaction): InteractionRequest {
  return interaction;
}
