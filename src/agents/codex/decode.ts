import { fault } from "../../contract/fault.ts";
import type { RunOutcome } from "../../contract/run.ts";
import { asked, closeAsks, resolved } from "./decode-asks.ts";
import { closeOpen, dropSpoken, itemCompleted, itemStarted, keptOf, say } from "./decode-items.ts";
import { decodeNotice } from "./decode-notices.ts";
import { askPlan, isPlanMessage, withdrawPlan } from "./decode-plan.ts";
import { sameLimits, usageData, withLimits, withUsage } from "./decode-usage.ts";
import { Collector, type Decoded, type DraftOp, type LineContext } from "./decoded.ts";
import { turnFault } from "./faults.ts";
import { type Fields, fields, number, objects, parseObject, text } from "./json.ts";
import { modeOfThread } from "./modes.ts";
import { type Incoming, incoming, requestKind, type StopReason } from "./rpc.ts";
import { type OpenTurn, type State, withAccepted, withEchoed, withSteered } from "./state.ts";

/**
 * One line of `codex app-server` (codex-cli 0.169.0): what it says, and what is known after it.
 * Pure and total: a line nobody knows becomes `raw`, nothing throws.
 */
export function decode(state: State, line: string, context: LineContext): Decoded<State> {
  const out = new Collector(context.key);
  const parsed = parseObject(line);
  if (parsed === null) {
    if (line.trim() !== "") keepRaw(out, { text: line.slice(0, 4096) });
    return result(state, out);
  }
  const message = incoming(parsed);
  if (message.kind === "notification") {
    return result(notification({ state, out, context }, message), out);
  }
  if (message.kind === "response") {
    const next = response({ state, out, context }, message);
    return { ...result(next, out), answer: { id: message.id, outcome: message.outcome } };
  }
  if (message.kind === "request") {
    const next = asked({ state, out, context }, message);
    if (next !== null) return result(next, out);
  }
  keepRaw(out, parsed);
  return result(state, out);
}

/** What a line does to open drafts, for rebuilding them after a restart; everything else is left out. */
export function draftOf(line: string): DraftOp | null {
  const parsed = parseObject(line);
  if (parsed === null) return null;
  const message = incoming(parsed);
  if (message.kind !== "notification") return null;
  const { method, params } = message;
  return method === "item/started" ? kept(fields(params, "item")) : delta(method, params);
}

function kept(item: Fields): DraftOp | null {
  const id = text(item, "id");
  return id === null ? null : keptOf({ item, id, type: text(item, "type") });
}

interface Scope {
  readonly state: State;
  readonly out: Collector;
  readonly context: LineContext;
}

type Notification = Extract<Incoming, { kind: "notification" }>;

function result(state: State, out: Collector): Decoded<State> {
  const { items, drafts, replies } = out;
  return { state, items, drafts, replies, answer: null };
}

function keepRaw(out: Collector, payload: unknown): void {
  say(out, null, { type: "raw", data: { source: "codex", payload } });
}

function notification(scope: Scope, message: Notification): State {
  const { method, params, at } = message;
  const { state, out } = scope;
  const draft = delta(method, params);
  if (draft !== null) {
    if (state.open.some((it) => draft.op === "append" && it.id === draft.id))
      out.drafts.push(draft);
    return calm(state);
  }
  switch (method) {
    case "item/started":
    case "item/completed":
      return itemLine(scope, method, params, at);
    case "turn/started":
      return turnStarted(scope, params);
    case "turn/completed":
      return turnCompleted(scope, params, at);
    case "thread/tokenUsage/updated":
      return ofAgent(state, params) === null ? usage(scope, withUsage(state, params), at) : state;
    case "account/rateLimits/updated": {
      const next = withLimits(state, params);
      return sameLimits(next.limits, state.limits) ? state : usage(scope, next, at);
    }
    case "turn/plan/updated":
      todos(out, params, at);
      return state;
    case "error":
      return failure(scope, params, at);
    case "serverRequest/resolved":
      return resolved(scope, params);
    case "thread/settings/updated":
      return ofAgent(state, params) === null ? withSettings(state, params) : state;
    default:
      return decodeNotice(scope, message) ? state : unknown(scope, message);
  }
}

function unknown({ state, out }: Scope, { method, params }: Notification): State {
  keepRaw(out, { method, params });
  return state;
}

/** Live text of an item; null for every other notification. */
function delta(method: string, params: Fields): DraftOp | null {
  const id = text(params, "itemId");
  if (id === null) return null;
  const said = text(params, "delta") ?? "";
  switch (method) {
    case "item/agentMessage/delta":
    case "item/plan/delta":
      return { op: "append", id, kind: "text", text: said };
    case "item/reasoning/summaryTextDelta":
    case "item/reasoning/textDelta":
      return { op: "append", id, kind: "thinking", text: said };
    case "item/reasoning/summaryPartAdded": {
      const first = (number(params, "summaryIndex") ?? 0) === 0;
      return { op: "append", id, kind: "thinking", text: first ? "" : "\n\n" };
    }
    case "item/commandExecution/outputDelta":
      return { op: "append", id, kind: "output", text: said };
    default:
      return null;
  }
}

function itemLine(scope: Scope, method: string, params: Fields, at: number | null): State {
  const item = fields(params, "item");
  const type = text(item, "type");
  const id = text(item, "id");
  if (id === null) return unknown(scope, { kind: "notification", method, params, at });
  const agentId = ofAgent(scope.state, params);
  const line = { item, id, type, turnId: text(params, "turnId"), agentId, at };
  const state = calm(scope.state);
  if (type === "userMessage") {
    return method === "item/started" ? userMessage({ ...scope, state }, line, agentId) : state;
  }
  const within = { ...scope, state: announced({ ...scope, state }, type, agentId) };
  if (method === "item/started") return itemStarted(within, line);
  const after = itemCompleted(within, line);
  if (type !== "dynamicToolCall") return after;
  // The end of such a call is all that says that its answer was taken.
  const why = "Codex no longer waits for it.";
  return closeAsks({ state: after, out: scope.out }, why, (ask) => ask.itemId === id);
}

/** The echo of a message: it proves the delivery (M7), and begins the turn for the engine. */
function userMessage(
  { state, out }: Scope,
  line: { readonly item: Fields; readonly at: number | null },
  agentId: string | null,
): State {
  // What a sub-agent is told is in the tool call that started it.
  if (agentId !== null) return state;
  const messageId = text(line.item, "clientId");
  const said = objects(line.item, "content")
    .map((part) => text(part, "text") ?? "")
    .join("\n");
  const { turn } = state;
  if (turn !== null && !turn.announced) {
    out.add((key) => ({ kind: "turn-started", key, messageId, text: said }));
  }
  say(out, line.at, {
    type: "user.message",
    data: {
      text: said,
      messageId: isPlanMessage(messageId) ? null : messageId,
      source: messageId === null ? "terminal" : "app",
    },
  });
  const known = turn === null ? null : { ...turn, announced: true };
  const next = { ...state, turn: known };
  return messageId === null ? next : withEchoed(next, messageId);
}

/** A turn that does something without a message of its own was begun by Codex itself (a goal). */
function announced({ state, out }: Scope, type: string | null, agentId: string | null): State {
  const { turn } = state;
  if (agentId !== null || turn === null || turn.announced) return state;
  // These come in front of the message that started the turn.
  if (type === "contextCompaction" || type === "hookPrompt") return state;
  out.add((key) => ({
    kind: "turn-started",
    key,
    messageId: null,
    text: "(Codex went on by itself)",
  }));
  return { ...state, turn: { ...turn, announced: true } };
}

function turnStarted({ state, out }: Scope, params: Fields): State {
  const id = text(fields(params, "turn"), "id");
  if (id === null || ofAgent(state, params) !== null) return state;
  out.add((key) => ({ kind: "working", key }));
  const turn: OpenTurn = { id, announced: false, base: state.totals, stop: null };
  // A stop that was asked before the turn began still counts.
  const stop = state.turn?.id === id ? state.turn.stop : null;
  const left = withdrawPlan(state, out, "Codex went on.");
  return { ...left, turn: { ...turn, stop }, proposed: null, retrying: null };
}

function turnCompleted(scope: Scope, params: Fields, at: number | null): State {
  const { out } = scope;
  const turn = fields(params, "turn");
  const id = text(turn, "id");
  const status = text(turn, "status");
  const how = status === "completed" ? "completed" : "stopped";
  const gone = "Its turn has ended.";
  const left = closeAsks(scope, gone, (ask) => ask.turnId === id);
  const closed = closeOpen({ ...scope, state: left }, id, how);
  const agentId = ofAgent(closed, params);
  if (agentId !== null) {
    say(out, at, {
      type: "subagent.ended",
      data: { agentId, status: how === "completed" ? "succeeded" : "failed", summary: null },
    });
    return closed;
  }
  const running = closed.open.filter((it) => it.kind === "command");
  if (running.length > 0) {
    out.add((key) => ({
      kind: "background",
      key,
      tasks: running.map((it) => ({ id: it.id, kind: "shell", label: it.label })),
    }));
  }
  const outcome = outcomeOf(closed, status, fields(turn, "error"));
  const durationMs = number(turn, "durationMs");
  const over = { ...closed, turn: null, lastTurn: id, retrying: null };
  const waiting = askPlan({ state: over, out }, { id, outcome, durationMs });
  if (waiting !== null) return waiting;
  out.add((key) => ({ kind: "turn-ended", key, outcome, durationMs }));
  return { ...over, proposed: null };
}

function outcomeOf(state: State, status: string | null, error: Fields): RunOutcome {
  if (status === "completed") return { kind: "succeeded" };
  if (status === "failed") return { kind: "failed", fault: turnFault(error, state.limits) };
  if (state.turn?.stop !== "network") return { kind: "cancelled" };
  const why = state.retrying?.message ?? "Codex could not reach its model.";
  return { kind: "failed", fault: networkFault(why) };
}

/** The end of a turn our watchdog gave up on. */
function networkFault(why: string): ReturnType<typeof fault> {
  return fault(
    "network_lost",
    `Codex could not reach its model and was stopped: ${why}`,
    "Check the connection, then send a message: the conversation goes on where it stopped.",
  );
}

function failure({ state, out }: Scope, params: Fields, at: number | null): State {
  const error = fields(params, "error");
  const willRetry = params["willRetry"] === true;
  const details = text(error, "additionalDetails");
  const said = text(error, "message") ?? "unknown error";
  const message = details === null ? said : `${said} (${details})`;
  const fresh = state.retrying?.message !== message;
  if (!willRetry || fresh) {
    const code = willRetry ? null : turnFault(error, state.limits).code;
    const agentId = ofAgent(state, params);
    say(out, at, { type: "error", data: { message, code, willRetry, agentId } });
  }
  if (!willRetry) return state;
  const since = state.retrying?.since ?? at ?? 0;
  const left = dropSpoken({ state, out });
  return fresh ? { ...left, retrying: { message, since } } : left;
}

/** Anything the model or a tool does ends a series of failed attempts. */
function calm(state: State): State {
  return state.retrying === null ? state : { ...state, retrying: null };
}

function usage({ out }: Scope, next: State, at: number | null): State {
  say(out, at, { type: "usage.updated", data: usageData(next) });
  return next;
}

function todos(out: Collector, params: Fields, at: number | null): void {
  const words = { inProgress: "in_progress", completed: "completed" } as const;
  say(out, at, {
    type: "todos.updated",
    data: {
      explanation: text(params, "explanation"),
      todos: objects(params, "plan").map((step) => {
        const status = text(step, "status");
        const known = status === "inProgress" || status === "completed" ? words[status] : "pending";
        return { text: text(step, "step") ?? "", status: known };
      }),
    },
  });
}

/** The thread of a sub-agent a notification belongs to, or null for our own. */
function ofAgent(state: State, params: Fields): string | null {
  const threadId = text(params, "threadId");
  return threadId === null || threadId === state.threadId ? null : threadId;
}

function response(scope: Scope, message: Extract<Incoming, { kind: "response" }>): State {
  const { state, out } = scope;
  const { kind, rest } = requestKind(message.id);
  const { outcome } = message;
  if (kind === "initialize") return { ...state, initialized: true };
  if (!outcome.ok) return state;
  if (kind === "thread") return thread({ state, out }, rest.startsWith("resume"), outcome.result);
  if (kind === "turn") return withAccepted(state, rest);
  if (kind === "steer") return withSteered(state, rest);
  if (kind === "interrupt") return interrupted(state, rest);
  return state;
}

function thread(
  { state, out }: Pick<Scope, "state" | "out">,
  resumed: boolean,
  answer: Fields,
): State {
  const described = fields(answer, "thread");
  const id = text(described, "id");
  // A second start, sent because the first answer was not yet read, leaves an empty thread behind.
  if (id === null || state.threadOpen) return state;
  const model = text(answer, "model");
  const mode = modeOfThread(text(fields(answer, "sandbox"), "type"), answer["approvalPolicy"]);
  const version = text(described, "cliVersion");
  say(out, null, {
    type: "session.started",
    data: { sessionRef: id, model, mode, version, resumed },
  });
  return {
    ...state,
    threadId: id,
    threadOpen: true,
    model,
    own: { model, effort: text(answer, "reasoningEffort") },
    mode,
    cwd: text(answer, "cwd") ?? state.cwd,
  };
}

/** Settings that changed with a turn of ours. */
function withSettings(state: State, params: Fields): State {
  const model = text(fields(params, "threadSettings"), "model");
  return model === null || model === state.model ? state : { ...state, model };
}

function interrupted(state: State, rest: string): State {
  const at = rest.indexOf(":");
  const why: StopReason = rest.slice(0, at) === "network" ? "network" : "person";
  const { turn } = state;
  if (turn === null || turn.id !== rest.slice(at + 1)) return state;
  return { ...state, turn: { ...turn, stop: why } };
}
