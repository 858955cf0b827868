import { type Fault, fault } from "../../contract/fault.ts";
import type { Delivery, Message } from "../driver.ts";
import type { Facts } from "./facts.ts";
import { fields, isObject, objects, text } from "./json.ts";
import type { Link } from "./link.ts";
import { turnSettings } from "./modes.ts";
import { requestId, requestLine } from "./rpc.ts";
import type { SessionData } from "./session-data.ts";
import type { State } from "./state.ts";

/** How long Codex may stay without a sign of a message (M11). */
const signMs = 60_000;
const lookMs = 20_000;
/** How many turns back a message is looked for in the history of a resumed thread. */
const lookTurns = 10;

export interface DeliverContext {
  readonly retry: boolean;
  readonly threadId: string;
  readonly data: SessionData;
  readonly link: Link;
  readonly facts: Facts;
  readonly stateOf: () => State;
}

/**
 * `turn/start` with our message id; the echo `item.clientId` of codex-cli 0.169.0 proves it. The
 * same id sent twice runs twice, so a retry looks for it first.
 */
export async function deliver(message: Message, context: DeliverContext): Promise<Delivery> {
  const { link, stateOf, data, threadId } = context;
  const found = context.retry ? await look(message.id, context) : "absent";
  if (found !== "absent") return found;
  // A message sent into a running turn would steer it instead of starting one of its own.
  if (stateOf().turn !== null) {
    return notDelivered(fault("already_running", "Codex still works on the message before."));
  }
  const params = {
    threadId,
    clientUserMessageId: message.id,
    input: [{ type: "text", text: message.text, text_elements: [] }],
    ...turnSettings(data, stateOf()),
  };
  const id = requestId.turn(message.id);
  const answered = link.answer(id, signMs);
  const written = await link.write(requestLine(id, "turn/start", params));
  // A torn line was never executed (M6).
  if (!written.ok) return notDelivered(written.fault);
  return await proof(message.id, answered, context);
}

async function proof(
  messageId: string,
  answered: ReturnType<Link["answer"]>,
  { facts, link, stateOf }: DeliverContext,
): Promise<Delivery> {
  const echoed = (): boolean => stateOf().echoed.includes(messageId);
  const asked = await answered;
  if (asked.ok === false) {
    return notDelivered(fault("not_delivered", `Codex refused the message: ${asked.message}`));
  }
  if (asked.ok === true) {
    // Accepted: the answer proves it reached the agent. The echo follows at once, unless something
    // slow stands in front of it (a compaction, an MCP server that starts) or the turn is stopped.
    const turnId = text(fields(asked.result, "turn"), "id");
    const over = (): boolean => turnId !== null && stateOf().lastTurn === turnId;
    await facts.until(() => (echoed() || over() || link.gone ? true : null), signMs);
    const proven = echoed() || over() || !link.gone;
    return proven ? { kind: "delivered" } : uncertain("Codex ended on the way.");
  }
  if (echoed()) return { kind: "delivered" };
  return uncertain(
    asked.ok === "gone" ? "Codex ended on the way." : "Codex gave no sign of having read it.",
  );
}

/**
 * Was the message sent by an earlier server? Only one of an earlier process has to be looked for in
 * the thread's own history.
 */
async function look(messageId: string, context: DeliverContext): Promise<Delivery | "absent"> {
  const found = await heard(messageId, { ...context, round: "1" });
  if (found !== "absent") return found;
  if (context.data.resume === null && context.data.generation === 1) return "absent";
  return await inHistory(messageId, context);
}

/**
 * Has this process taken the message? Its answer or echo lies in `out` then, which is
 * durable. `thread/read` is answered behind every request for the thread that stands before it in
 * the FIFO (measured; `thread/turns/list` is not), so once it is answered, absent is proven.
 */
export async function heard(
  messageId: string,
  context: Pick<DeliverContext, "link" | "stateOf" | "threadId"> & { readonly round: string },
): Promise<Delivery | "absent"> {
  const { link, stateOf, threadId } = context;
  const known = (): boolean =>
    stateOf().echoed.includes(messageId) || stateOf().accepted.includes(messageId);
  if (known()) return { kind: "delivered" };
  const barrier = requestId.look(messageId, context.round);
  const asked = await link.ask(barrier, "thread/read", { threadId }, lookMs);
  if (known()) return { kind: "delivered" };
  if (asked.ok === "gone" || asked.ok === "timeout") {
    return uncertain("Codex could not be asked whether it has the message.");
  }
  return "absent";
}

async function inHistory(
  messageId: string,
  { link, threadId }: DeliverContext,
): Promise<Delivery | "absent"> {
  const asked = await link.ask(
    requestId.look(messageId, "2"),
    "thread/turns/list",
    { threadId, limit: lookTurns, itemsView: "full" },
    lookMs,
  );
  if (asked.ok === false && asked.message.includes("not materialized")) return "absent";
  if (asked.ok !== true) return uncertain("Codex could not be asked whether it has the message.");
  const items = objects(asked.result, "data").flatMap((turn) => objects(turn, "items"));
  const has = items.some((item) => isObject(item) && text(item, "clientId") === messageId);
  // The process that worked on it is gone: nobody will, unless it is sent again.
  return has ? uncertain("Codex read the message before it ended.") : "absent";
}

function notDelivered(why: Fault): Delivery {
  return { kind: "not-delivered", fault: why };
}

function uncertain(message: string): Delivery {
  return {
    kind: "uncertain",
    fault: fault("delivery_uncertain", message, "Look at what it did, then send it again."),
  };
}
