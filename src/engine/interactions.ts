import type { HookProtocol, InteractionRequest } from "../agents/driver.ts";
import { type Fault, fault } from "../contract/fault.ts";
import type {
  ApprovalBody,
  ApprovalRule,
  Interaction,
  InteractionAnswer,
  QuestionBody,
} from "../contract/interaction.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { wishedMode } from "../domain/mode-wish.ts";
import type { InteractionRecord, SessionRecord } from "../store/types.ts";
import { checkAnswer, outcomeOf } from "./answers.ts";
import type { Answer, CommandMeta, Interactions, Reply } from "./api.ts";
import { openInteraction, remember, resolve } from "./asking.ts";
import { type Core, unknown, type Work } from "./core.ts";
import { chooseByPlan } from "./mode.ts";
import type { Sessions } from "./sessions.ts";

/** What a hook that waits gets: its answer, or that nobody waits for it any more. */
type Waited = Result<unknown>;

/** What an agent asks its person: rows that outlive everyone, answered once. */
export class InteractionCommands implements Interactions {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #hooks: (kind: string) => HookProtocol | null;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(core: Core, sessions: Sessions, hooks: (kind: string) => HookProtocol | null) {
    this.#core = core;
    this.#sessions = sessions;
    this.#hooks = hooks;
    core.onCommitted((events) => {
      for (const event of events) {
        if (event.type === "interaction.resolved") {
          this.#settled(event.data as Interaction);
        }
      }
    });
  }

  async approve(sessionId: string, body: ApprovalBody, signal: AbortSignal): Promise<Waited> {
    await this.#core.untilBooted();
    const session = this.#core.deps.store.session(sessionId);
    const hooks = session === null ? null : this.#hooks(session.kind);
    const request = hooks?.interpret(body.hook, this.#wish(sessionId)) ?? null;
    if (session === null || hooks === null || request === null) {
      return ok({ gone: true });
    }
    if (this.#isStopping(session.taskId)) {
      return ok(await this.#dismissed(session));
    }
    const asked = this.#ask(session, body.requestId, request, body.requestId);
    if (!asked.ok) {
      return asked;
    }
    return this.#wait(asked.value, signal, (answer) =>
      hooks.respond(request, answer, body.hook, this.#wish(sessionId)),
    );
  }

  async question(sessionId: string, body: QuestionBody, signal: AbortSignal): Promise<Waited> {
    await this.#core.untilBooted();
    const session = this.#core.deps.store.session(sessionId);
    if (session === null) {
      return ok({ gone: true });
    }
    const choices = body.choices ?? null;
    const request: InteractionRequest = {
      kind: "question",
      question: body.question,
      choices,
      multi: body.multi ?? false,
      allowText: body.allowText ?? choices === null,
    };
    const asked = this.#ask(session, body.requestId, request, body.requestId);
    return asked.ok
      ? this.#wait(asked.value, signal, (answer) => ({ ...answer, kind: undefined }))
      : asked;
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
  #settled(interaction: Interaction): void {
    this.#wake(interaction.id);
    if (interaction.state === "answered") {
      this.#hand(interaction.id).catch((thrown: unknown) => {
        const why = String(thrown);
        this.#core.deps.log("error", "handing over an answer failed", { id: interaction.id, why });
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
    return this.#core.commit("ask", (work) => openInteraction(work, { session, ref, request, id }));
  }

  async #wait(
    record: InteractionRecord,
    signal: AbortSignal,
    respond: (answer: InteractionAnswer) => unknown,
  ): Promise<Waited> {
    const { id } = record.interaction;
    for (;;) {
      const now = this.#core.deps.store.interaction(id);
      if (now === null) {
        return ok({ gone: true });
      }
      if (now.state === "gone") {
        const { taskId } = now.interaction;
        const session = this.#core.deps.store.session(now.sessionId);
        const stopping = session !== null && this.#isStopping(taskId);
        const printed = stopping ? await this.#dismissed(session) : null;
        // A call that waits knows no other end than this.
        return ok(
          now.interaction.kind === "question" ? { gone: true } : (printed ?? { gone: true }),
        );
      }
      if (now.state === "answered") {
        return ok(respond(now.answer as InteractionAnswer));
      }
      if (signal.aborted) {
        return err(fault("late", "Nobody waits for this answer any more.", null));
      }
      await this.#change(id, signal);
    }
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

  #change(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const all = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, all);
      const done = (): void => {
        all.delete(done);
        if (all.size === 0) {
          this.#waiting.delete(id);
        }
        signal.removeEventListener("abort", done);
        resolve();
      };
      all.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #wake(id: string): void {
    for (const done of [...(this.#waiting.get(id) ?? [])]) {
      done();
    }
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
    if (answer.kind === "plan_approval") {
      chooseByPlan(work, record.sessionId, answer.choice);
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
