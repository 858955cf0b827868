import { type Fault, fault } from "../../contract/fault.ts";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import type { ModeId } from "../../contract/primitives.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Delivery, InteractionRequest, Message } from "../driver.ts";
import { heard } from "./deliver.ts";
import { afterPlan } from "./descriptor.ts";
import type { Link } from "./link.ts";
import { replyTo } from "./replies.ts";
import { requestId, requestLine, resultLine } from "./rpc.ts";
import type { Ask, State } from "./state.ts";

const steerMs = 20_000;

export interface Speaking {
  readonly link: Link;
  readonly threadId: string;
  readonly stateOf: () => State;
  /** Tells this try apart from one of an earlier server. */
  readonly nonce: string;
}

/**
 * Answers a waiting request with one line. It has its end by `serverRequest/resolved`; the same
 * answer twice is ignored by codex-cli 0.169.0, and one whose request is gone is not sent.
 */
export async function answerAsk(
  ref: string,
  given: { readonly request: InteractionRequest; readonly answer: InteractionAnswer },
  speaking: Speaking,
): Promise<Result<"accepted" | "late">> {
  const ask = speaking.stateOf().asks.find((it) => it.ref === ref);
  if (ask === undefined) return ok("late");
  const reply = replyTo(ask, given.answer);
  if (reply === null) return err(fault("invalid_request", "The answer is of another kind."));
  await sayWhy(ask, given, speaking);
  const written = await speaking.link.write(resultLine(ask.id, reply));
  if (written.ok) return ok("accepted");
  // A torn line was never executed (M6): once more, over a new writer.
  const again = await speaking.link.write(resultLine(ask.id, reply));
  return again.ok ? ok("accepted") : again;
}

/**
 * A refusal has no place for its reason in this protocol: it is said into the turn first, so that
 * the model reads it together with the refusal.
 */
async function sayWhy(
  ask: Ask,
  { request, answer }: { readonly request: InteractionRequest; readonly answer: InteractionAnswer },
  speaking: Speaking,
): Promise<void> {
  if (answer.kind !== "approval" || answer.decision !== "deny" || request.kind !== "approval")
    return;
  const reason = answer.reason?.trim() ?? "";
  if (reason === "" || ask.turnId !== speaking.stateOf().turn?.id) return;
  const said = `I do not allow this: ${request.title}\n${reason}`;
  await into({ id: `why:${ask.ref}`, text: said }, speaking);
}

/** Says a message into the current turn; proven by the answer to `turn/steer`. */
export async function steer(message: Message, speaking: Speaking): Promise<Delivery> {
  const { asks, plan } = speaking.stateOf();
  if (asks.length > 0 || plan !== null) {
    return notDelivered(fault("not_delivered", "Codex waits for an answer first."));
  }
  return await into(message, speaking);
}

async function into(message: Message, speaking: Speaking): Promise<Delivery> {
  const { link, stateOf, threadId, nonce } = speaking;
  const found = await heard(message.id, { link, stateOf, threadId, round: nonce });
  if (found !== "absent") return found;
  const { turn } = stateOf();
  if (turn === null) return notDelivered(fault("not_delivered", "Codex has just ended its turn."));
  const id = requestId.steer(message.id);
  const answered = link.answer(id, steerMs);
  const params = {
    threadId,
    expectedTurnId: turn.id,
    clientUserMessageId: message.id,
    input: [{ type: "text", text: message.text, text_elements: [] }],
  };
  const written = await link.write(requestLine(id, "turn/steer", params));
  if (!written.ok) return notDelivered(written.fault);
  const asked = await answered;
  if (asked.ok === true) return { kind: "delivered" };
  if (asked.ok === false) {
    return notDelivered(fault("not_delivered", `Codex did not take the message: ${asked.message}`));
  }
  const words = asked.ok === "gone" ? "Codex ended on the way." : "Codex gave no sign of it.";
  return { kind: "uncertain", fault: fault("delivery_uncertain", words) };
}

function notDelivered(why: Fault): Delivery {
  return { kind: "not-delivered", fault: why };
}

type PlanAnswer = Extract<InteractionAnswer, { kind: "plan_approval" }>;

/** What an answer to a plan says to Codex. */
export function planWords(answer: PlanAnswer): string {
  const revision = answer.revision?.trim() ?? "";
  if (answer.choice === "reject") return revision === "" ? "Revise the plan." : revision;
  return revision === "" ? "Implement the plan." : `Implement the plan.\n${revision}`;
}

/** The mode of the turn that follows: plan mode again, or what the plan was approved for. */
export function modeAfter({ choice }: PlanAnswer): ModeId {
  return choice === "reject" ? "plan" : afterPlan[choice];
}
