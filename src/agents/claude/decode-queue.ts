import { notification } from "./decode-tools.ts";
import { stringAt } from "./json.ts";
import type { Line, LineContext, Pending } from "./line.ts";
import { printOf, unwrap } from "./prompt.ts";
import { type ClaudeState, capped } from "./state.ts";

/**
 * Claude's own queue of what was said while it works (2.1.330, observed). Each entry leaves it in
 * one of three ways: into the running turn (`remove`), as a turn of its own (`dequeue`), or back
 * into the input line (`popAll`, one line for each message of a person; notifications stay).
 */
export function decodeQueue(line: Line, state: ClaudeState, context: LineContext): ClaudeState {
  const content = stringAt(line.record, "content") ?? "";
  const who = notification(content) === null ? "person" : "task";
  switch (stringAt(line.record, "operation")) {
    case "enqueue":
      return enqueued(line, { ...state, queue: capped([...state.queue, who]) }, content);
    case "dequeue":
      return { ...state, queue: state.queue.slice(1) };
    case "remove":
      return without(state, who);
    case "popAll":
      return popped(line, without(state, "person"), unwrap(content), context);
    default:
      return state;
  }
}

function without(state: ClaudeState, who: "person" | "task"): ClaudeState {
  const at = state.queue.indexOf(who);
  return at < 0 ? state : { ...state, queue: state.queue.toSpliced(at, 1) };
}

/** Back in the input line. While we stop Claude it was us who took it back: nobody heard it. */
function popped(line: Line, state: ClaudeState, text: string, context: LineContext): ClaudeState {
  const messageId = steeredId(state, text, context);
  if (context.halted === true) {
    line.items.push({ kind: "returned", key: line.key("returned"), messageId, text });
  }
  return settled(state, messageId, context);
}

/** Our id of words that were typed into a turn: the oldest with this print that still waits. */
export function steeredId(
  state: ClaudeState,
  text: string,
  { steered = [] }: LineContext,
): string | null {
  const print = printOf(text);
  const waits = unsettled(steered, state).find((it) => it.print === print);
  return (waits ?? steered.findLast((it) => it.print === print))?.messageId ?? null;
}

/** What was typed into a turn and has neither been heard nor given back. */
export function unsettled(steered: readonly Pending[], state: ClaudeState): readonly Pending[] {
  // One that was given back may be said again: each time counts.
  const left = [...state.settled];
  return steered.filter(({ messageId }) => {
    const at = left.indexOf(messageId);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The state once a message of ours has left Claude's queue, or never was in it. */
export function settled(
  state: ClaudeState,
  messageId: string | null,
  { steered = [] }: LineContext,
): ClaudeState {
  if (!unsettled(steered, state).some((it) => it.messageId === messageId)) return state;
  return { ...state, settled: capped([...state.settled, messageId ?? ""], 40) };
}

function enqueued(line: Line, state: ClaudeState, content: string): ClaudeState {
  const said = notification(content);
  if (said === null) return state;
  const reportedAt = Math.max(state.reportedAt, line.at ?? 0);
  const unreported = state.unreported.filter((it) => it !== said.id);
  return noted(line, { ...state, unreported, reportedAt }, content, "note");
}

/** Ends the sub-agent a notification speaks of. Shells notify the same way and are none. */
export function noted(line: Line, state: ClaudeState, text: string, part: string): ClaudeState {
  const said = notification(text);
  if (said === null || !state.agents.includes(said.id)) return state;
  const { id: agentId, status, summary } = said;
  line.event({ type: "subagent.ended", data: { agentId, status, summary } }, part);
  return { ...state, agents: state.agents.filter((it) => it !== agentId) };
}
