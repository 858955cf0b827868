import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Interaction, InteractionAnswer } from "../../contract/interaction.ts";
import { later } from "../state/actions.ts";
import { board, changeBoard } from "../state/board.ts";
import { foldReopened, foldSettled } from "../state/fold.ts";
import { report } from "../ui/report.ts";
import { ApiError, call } from "../wire/client.ts";
import { dropDraft } from "./draft.ts";
import { outcomeOf } from "./words.ts";

/**
 * How this tab's own answer fares. `lost`: somebody else was first; `late`: nobody waited for it
 * any more. An interaction this tab did not answer has no entry.
 */
export type Fate = "sending" | "given" | "lost" | "late";

const fates = createStore<{ readonly of: ReadonlyMap<string, Fate> }>(() => ({ of: new Map() }));

function note(id: string, fate: Fate | null): void {
  fates.setState(({ of }) => {
    const next = new Map(of);
    if (fate === null) next.delete(id);
    else next.set(id, fate);
    return { of: next };
  });
}

export function useFate(id: string): Fate | null {
  return useStore(fates, (state) => state.of.get(id) ?? null);
}

/** Answers at once to the eye. The stream settles it; whoever was first is shown in its place. */
export async function answer(ask: Interaction, given: InteractionAnswer): Promise<void> {
  if (!board.getState().interactions.has(ask.id)) return;
  note(ask.id, "sending");
  const shown: Interaction = {
    ...ask,
    state: "answered",
    outcome: outcomeOf(given),
    answer: given,
    resolvedAt: Date.now(),
  };
  changeBoard((before) => foldSettled(before, shown));
  try {
    const { interaction } = await send(ask.id, given);
    note(ask.id, "given");
    dropDraft(ask.id);
    changeBoard((before) => foldSettled(before, interaction));
  } catch (error) {
    const over = overruled(ask, error);
    if (over !== null) {
      note(ask.id, over.state === "gone" ? "late" : "lost");
      changeBoard((before) => foldSettled(before, over));
      return;
    }
    note(ask.id, null);
    // Unless the stream has told of an end meanwhile, the question still waits.
    if (board.getState().settled.get(ask.id) === shown) {
      changeBoard((before) => foldReopened(before, ask));
    }
    report(error, {
      what: "Could not answer",
      kept: "The agent still waits.",
      retry: () => later(answer(ask, given)),
    });
  }
}

function send(id: string, given: InteractionAnswer): Promise<{ interaction: Interaction }> {
  const params = { id };
  switch (given.kind) {
    case "approval": {
      const { kind: _, ...body } = given;
      return call("POST /approvals/:id/answer", { params, body });
    }
    case "question": {
      const { kind: _, ...body } = given;
      return call("POST /questions/:id/answer", { params, body });
    }
    case "ask_questions": {
      const { kind: _, ...body } = given;
      return call("POST /ask-questions/:id/answer", { params, body });
    }
    case "plan_approval": {
      const { kind: _, ...body } = given;
      return call("POST /plan-approvals/:id/answer", { params, body });
    }
  }
}

/** What a refusal says became of the question; null when the refusal is about something else. */
export function overruled(ask: Interaction, error: unknown): Interaction | null {
  if (!(error instanceof ApiError)) return null;
  const outcome = error.message.split(": ").slice(1).join(": ").replace(/\.$/, "");
  if (error.code === "already_answered") {
    const { answeredBy, resolvedAt } = error.details ?? {};
    return {
      ...ask,
      state: "answered",
      outcome: outcome === "" ? "Answered" : outcome,
      answeredBy: typeof answeredBy === "string" ? answeredBy : null,
      resolvedAt: typeof resolvedAt === "number" ? resolvedAt : null,
    };
  }
  if (error.code === "late" || error.code === "not_found") {
    return { ...ask, state: "gone", outcome: outcome === "" ? "No longer asked" : outcome };
  }
  return null;
}
