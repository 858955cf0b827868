import { isDeepStrictEqual } from "node:util";
import type { InteractionRequest } from "../agents/driver.ts";
import { askedBy } from "../contract/ask-user.ts";
import { fault } from "../contract/fault.ts";
import type { InteractionAnswer, QuestionBody } from "../contract/interaction.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { InteractionRecord, SessionRecord } from "../store/types.ts";
import type { Questions } from "./api.ts";
import { openInteraction, withdraw } from "./asking.ts";
import type { Core, Work } from "./core.ts";
import type { Waiting } from "./waiting.ts";

/** The tool `ask_user`, by which an agent of any kind asks its person. */
export class QuestionCommands implements Questions {
  readonly #core: Core;
  readonly #waiting: Waiting;
  /** Answered while nobody was here for it: whoever asks the same again is to have it. */
  readonly #unheard = new Set<string>();

  constructor(core: Core, waiting: Waiting) {
    this.#core = core;
    this.#waiting = waiting;
  }

  /**
   * A model that is told of a broken connection calls the tool once more, under another id. The
   * person sees that question once, and an answer given meanwhile is not lost.
   */
  async ask(sessionId: string, body: QuestionBody): Promise<Result<{ readonly id: string }>> {
    await this.#core.untilBooted();
    const session = this.#core.deps.store.session(sessionId);
    if (session === null) {
      return err(fault("late", "No agent's session asks here.", null));
    }
    const { requestId, toolId = null, ...given } = body;
    const request = askedBy(given);
    const ask = (work: Work) => {
      const known = work.tx.interactionByRef(session.id, requestId);
      if (known !== null && !isSame(known, request)) {
        return err(
          fault(
            "key_reused",
            "This request id was used for another question.",
            "Use a new id for a new question.",
          ),
        );
      }
      const again = known ?? this.#again(session, request);
      const asking = { session, ref: requestId, request, toolId, id: requestId };
      return again === null ? openInteraction(work, asking) : ok(again);
    };
    const asked = this.#core.attempt(() => this.#core.commit("ask", ask));
    return asked.ok ? ok({ id: asked.value.ref }) : asked;
  }

  async answered(sessionId: string, id: string, signal: AbortSignal): Promise<Result<unknown>> {
    await this.#core.untilBooted();
    const record = this.#core.deps.store.interactionByRef(sessionId, id);
    if (record === null) {
      return ok({ gone: true });
    }
    return this.#waiting.until(record, signal, {
      answered: (answer) => {
        this.#unheard.delete(id);
        return answer.kind === "question" ? bare(answer) : answer;
      },
    });
  }

  async withdraw(sessionId: string, id: string): Promise<Result<{ readonly withdrawn: boolean }>> {
    await this.#core.untilBooted();
    const take = (work: Work) => {
      const record = work.tx.interactionByRef(sessionId, id);
      const isOpen = record !== null && record.state === "open";
      if (isOpen) {
        withdraw(work, record, "The agent no longer waits for it");
      }
      return ok({ withdrawn: isOpen });
    };
    return this.#core.attempt(() => this.#core.commit("withdraw", take));
  }

  /** A question has its end. */
  settled(record: InteractionRecord): void {
    const { id, kind } = record.interaction;
    const isOurs = kind === "question" && record.ref === id;
    if (isOurs && record.state === "answered" && !this.#waiting.isHeld(id)) {
      this.#unheard.add(id);
    }
  }

  /** What the same run has asked in the same words, and of which its agent has heard no more. */
  #again(session: SessionRecord, request: InteractionRequest): InteractionRecord | null {
    const { store } = this.#core.deps;
    const runId = store.task(session.taskId)?.runId ?? null;
    const asked = runId === null ? [] : store.interactionsOfRun(runId);
    const isLost = ({ state, interaction: { id } }: InteractionRecord): boolean =>
      state === "open" ? !this.#waiting.isHeld(id) : this.#unheard.has(id);
    const fits = (one: InteractionRecord): boolean =>
      one.sessionId === session.id &&
      one.ref === one.interaction.id &&
      isSame(one, request) &&
      isLost(one);
    return asked.find(fits) ?? null;
  }
}

function isSame({ interaction }: InteractionRecord, request: InteractionRequest): boolean {
  if (interaction.kind !== "question" || request.kind !== "question") {
    return false;
  }
  const { kind, question, choices, multi, allowText } = interaction;
  return isDeepStrictEqual({ kind, question, choices, multi, allowText }, { ...request });
}

function bare(answer: Extract<InteractionAnswer, { kind: "question" }>): unknown {
  const { selected, text } = answer;
  return text === undefined ? { selected } : { selected, text };
}
