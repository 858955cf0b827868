import { decodeTime } from "ulid";
import type { Interaction } from "../contract/interaction.ts";
import { sameCall } from "./canonical.ts";

/** A call of a tool, as the transcript tells it. */
export interface Call {
  readonly name: string;
  readonly input: unknown;
}

/** What is known when a call has its result. */
export interface Finished {
  readonly call: Call;
  /** When it had it, epoch ms. */
  readonly at: number;
  /** The run's calls of the same tool that have no result yet. */
  readonly unfinished: readonly Pick<Call, "input">[];
  /** The task's open questions, oldest first. Their ids tell when they were asked. */
  readonly open: readonly Interaction[];
}

/**
 * The open question that a finished call was about, or null: a tool that has its result no longer
 * waits, so its dialog was answered in the agent's own terminal.
 *
 * Questions do not say which call they are about, and a refused call is often made again in the same
 * words. So a result is never taken for the end of what was asked after it: it is read with a delay,
 * and another question of the same words may stand there by then. Nor is it while as many such calls
 * are at work as wait for an answer: then it belongs to a call that was allowed before.
 */
export function answeredByHand({ call, at, unfinished, open }: Finished): Interaction | null {
  const asked = open.filter((one) => isAbout(one, call));
  const oldest = asked.find((one) => decodeTime(one.id) <= at);
  if (oldest === undefined) {
    return null;
  }
  const others = unfinished.filter((one) => isAbout(oldest, { ...call, input: one.input }));
  return others.length < asked.length ? oldest : null;
}

function isAbout(asked: Interaction, call: Call): boolean {
  switch (asked.kind) {
    case "approval":
      return asked.toolName === call.name && sameCall(asked.toolInput, call.input);
    case "ask_questions":
      return call.name === "AskUserQuestion";
    case "plan_approval":
      return call.name === "ExitPlanMode";
    case "question":
      return false;
  }
}
