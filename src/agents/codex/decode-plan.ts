import type { RunOutcome } from "../../contract/run.ts";
import type { AgentItem } from "../driver.ts";
import type { Collector } from "./decoded.ts";
import type { State } from "./state.ts";

/**
 * Plans of codex-cli 0.169.0: in plan mode a turn ends with an item `plan`, and nothing asks for
 * leave to carry it out; the next `turn/start` simply says another mode. We make one run of it: at
 * the end of such a turn the plan is asked and the end of the turn is held back, so the run stays
 * blocked. An answer begins the next turn, which is part of the same run and ends it; a stop while
 * the plan waits tells the end that was held back.
 */

/** A decoder's state is small; the whole plan stands in the transcript. */
const mostStored = 24_000;

/** Remembers a plan until its turn ends; a later one of the same turn replaces it. */
export function proposed(state: State, text: string): State {
  if (text.trim() === "") return state;
  // Measured as it is stored: what has to be escaped counts more than once.
  const stored = JSON.stringify(text).length;
  if (stored <= mostStored) return { ...state, proposed: text };
  const part = text.slice(0, Math.floor((text.length * mostStored) / stored));
  return { ...state, proposed: `${part}\n\n… (the whole plan is in the transcript)` };
}

/** Asks for the plan of a turn that ended well; null when there is none, and the turn ends as ever. */
export function askPlan(
  { state, out }: { readonly state: State; readonly out: Collector },
  turn: {
    readonly id: string | null;
    readonly outcome: RunOutcome;
    readonly durationMs: number | null;
  },
): State | null {
  const plan = state.proposed;
  if (plan === null || turn.id === null || turn.outcome.kind !== "succeeded") return null;
  const ref = planRef(turn.id);
  out.add((key) => ({ kind: "asked", key, ref, request: { kind: "plan_approval", plan } }));
  return { ...state, proposed: null, plan: { ref, durationMs: turn.durationMs } };
}

function planRef(turnId: string): string {
  return `plan:${turnId}`;
}

/** The message that carries an answer; one id an answer, so that it is never given twice. */
export function planMessageId(ref: string): string {
  return `answer:${ref}`;
}

/** Whether an echo is such an answer: nobody else has shown its words yet. */
export function isPlanMessage(messageId: string | null): boolean {
  return messageId?.startsWith("answer:plan:") === true;
}

/** Takes the plan back without an answer. */
export function withdrawPlan(state: State, out: Collector, why: string): State {
  const { plan } = state;
  if (plan === null) return state;
  out.add((key) => ({ kind: "no-longer-asked", key, ref: plan.ref, why }));
  return { ...state, plan: null };
}

/** The end of a run whose plan nobody carries out. */
export function endPlan(
  state: State,
  outcome: RunOutcome,
): { state: State; items: readonly AgentItem[] } | null {
  const { plan } = state;
  if (plan === null) return null;
  const { ref, durationMs } = plan;
  const why = outcome.kind === "cancelled" ? "Stopped" : "The answer did not reach Codex.";
  return {
    state: { ...state, plan: null },
    items: [
      { kind: "no-longer-asked", key: `${ref}:gone`, ref, why },
      { kind: "turn-ended", key: `${ref}:end`, outcome, durationMs },
    ],
  };
}
