import type { AgentItem } from "../driver.ts";
import { decodeQueue, noted, settled, steeredId } from "./decode-queue.ts";
import { decodeToolCall, decodeToolResult, isToolResult, notification } from "./decode-tools.ts";
import { decodeUsage } from "./decode-usage.ts";
import {
  isObject,
  type Json,
  numberAt,
  objectAt,
  objectsAt,
  parseObject,
  stringAt,
} from "./json.ts";
import { Line, type LineContext, type Pending } from "./line.ts";
import { modeOf } from "./modes.ts";
import { printOf, unwrap } from "./prompt.ts";
import { type ClaudeState, noUsage } from "./state.ts";

export interface Decoded {
  readonly state: ClaudeState;
  readonly items: readonly AgentItem[];
}

/**
 * Reads one line of a transcript (Claude Code 2.1.330, observed). Pure and total: metadata nobody
 * needs is passed over, an unknown record is kept as `raw`, nothing throws.
 */
export function decode(state: ClaudeState, text: string, context: LineContext): Decoded {
  const record = context.oversize ? null : parseObject(text);
  if (record === null) {
    if (text.trim() === "") return { state, items: [] };
    const line = new Line({}, state, context);
    const payload = { head: text.slice(0, 2000), oversize: context.oversize };
    line.event({ type: "raw", data: { source: "claude", payload } });
    return { state, items: line.items };
  }
  const line = new Line(record, state, context);
  const next = decodeRecord(line, identified(state, line), context);
  return { state: next, items: line.items };
}

function identified(state: ClaudeState, { at, record }: Line): ClaudeState {
  const sessionId = state.sessionId ?? stringAt(record, "sessionId");
  const newestPrompt = stringAt(record, "promptId") ?? state.newestPrompt;
  return { ...state, sessionId, newestPrompt, seenAt: Math.max(state.seenAt, at ?? 0) };
}

function decodeRecord(line: Line, state: ClaudeState, context: LineContext): ClaudeState {
  switch (stringAt(line.record, "type")) {
    case "user":
      return decodeUser(line, state, context);
    case "assistant":
      return decodeAssistant(line, state);
    case "system":
      return decodeSystem(line, state);
    case "attachment":
      return decodeAttachment(line, state, context);
    case "queue-operation":
      return decodeQueue(line, state, context);
    case "permission-mode":
      return inMode(line, state, stringAt(line.record, "permissionMode"));
    default:
      // Records of the conversation have an id; without one it is bookkeeping of the CLI.
      if (stringAt(line.record, "uuid") !== null) raw(line);
      return state;
  }
}

/** Says so when Claude works in another mode than before; sub-agents may have one of their own. */
function inMode(line: Line, state: ClaudeState, mode: string | null): ClaudeState {
  const ours = modeOf(mode);
  if (ours !== null && mode !== state.mode && state.agentId === null) {
    line.items.push({ kind: "mode", key: line.key("mode"), mode: ours });
  }
  return { ...state, mode };
}

function raw(line: Line): void {
  const json = JSON.stringify(line.record);
  const payload = json.length <= 4000 ? line.record : { head: json.slice(0, 4000) };
  line.event({ type: "raw", data: { source: "claude", payload } });
}

function decodeUser(line: Line, state: ClaudeState, context: LineContext): ClaudeState {
  const content = objectAt(line.record, "message")?.["content"];
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  if (blocks.some(isToolResult)) {
    return blocks
      .filter(isToolResult)
      .reduce((now, block) => decodeToolResult(line, now, block), state);
  }
  const text = typeof content === "string" ? content : blockText(blocks);
  if (/^\[Request interrupted by user/.test(text)) return interrupted(line, state);
  if (state.agentId !== null) return noted(line, state, text, "note");
  const person = stringAt(objectAt(line.record, "origin"), "kind") === "human";
  if (!person || line.record["isMeta"] === true) return state;
  return started(line, state, asTyped(text), context);
}

function blockText(blocks: readonly Json[]): string {
  return blocks
    .map((block) => stringAt(block, "text") ?? `[${stringAt(block, "type") ?? "data"}]`)
    .join("\n");
}

/** A slash command is stored as tags; a paste in its wrapper. */
function asTyped(text: string): string {
  const name = /<command-name>([^<]*)<\/command-name>/.exec(text)?.[1];
  if (name === undefined) return unwrap(text);
  const args = /<command-args>([\s\S]*)<\/command-args>/.exec(text)?.[1] ?? "";
  return `${name} ${args}`.trim();
}

function started(line: Line, state: ClaudeState, text: string, context: LineContext): ClaudeState {
  const promptId = stringAt(line.record, "promptId");
  const fresh = promptId === null || promptId !== state.promptId;
  // One that was typed into a turn begins a turn of its own when that one was over first (M2).
  const messageId = awaited(state, text, context.pending) ?? steeredId(state, text, context);
  if (fresh) line.items.push({ kind: "turn-started", key: line.key("turn"), messageId, text });
  line.event({
    type: "user.message",
    data: { text, messageId, source: messageId === null ? "terminal" : "app" },
  });
  const mode = stringAt(line.record, "permissionMode") ?? state.mode;
  return {
    ...settled(inMode(line, state, mode), messageId, context),
    claimed: messageId ?? state.claimed,
    ...(fresh
      ? {
          promptId,
          turn: state.turn + 1,
          turnAt: line.at ?? 0,
          usage: noUsage,
          durationMs: null,
        }
      : {}),
  };
}

/** The message that is being delivered, when these are its words. */
function awaited(state: ClaudeState, text: string, pending: Pending | null): string | null {
  const ours =
    pending !== null && pending.messageId !== state.claimed && pending.print === printOf(text);
  return ours ? pending.messageId : null;
}

function interrupted(line: Line, state: ClaudeState): ClaudeState {
  if (state.agentId !== null || state.interrupted === state.turn) return state;
  line.items.push({
    kind: "turn-ended",
    key: line.key("end"),
    outcome: { kind: "cancelled" },
    durationMs: null,
  });
  return { ...state, interrupted: state.turn, interruptedAt: line.at ?? 0 };
}

function decodeAssistant(line: Line, state: ClaudeState): ClaudeState {
  const message = objectAt(line.record, "message");
  if (line.record["isApiErrorMessage"] === true) return apiError(line, state, message);
  const said = stringAt(message, "model");
  const model = said === "<synthetic>" ? state.model : (said ?? state.model);
  let next = announce(line, worked(line, { ...state, model }));
  for (const block of objectsAt(message, "content")) next = decodeBlock(line, next, block);
  return message === null ? next : decodeUsage(line, next, message);
}

function decodeBlock(line: Line, state: ClaudeState, block: Json): ClaudeState {
  const { agentId } = state;
  switch (stringAt(block, "type")) {
    case "text": {
      const text = stringAt(block, "text") ?? "";
      const partial = line.record["isAbortedMidStream"] === true;
      if (text !== "") line.event({ type: "assistant.text", data: { text, agentId, partial } });
      return state;
    }
    case "thinking": {
      const text = stringAt(block, "thinking") ?? "";
      if (text !== "") line.event({ type: "assistant.thinking", data: { text, agentId } });
      return state;
    }
    case "tool_use":
    case "server_tool_use":
      return decodeToolCall(line, state, block);
    case "redacted_thinking":
      return state;
    default:
      raw(line);
      return state;
  }
}

function apiError(line: Line, state: ClaudeState, message: Json | null): ClaudeState {
  const code = stringAt(line.record, "apiErrorType") ?? stringAt(line.record, "error");
  const text = blockText(objectsAt(message, "content"));
  line.event({
    type: "error",
    data: { message: text, code, willRetry: false, agentId: state.agentId },
  });
  return { ...state, errorAt: Math.max(state.errorAt, line.at ?? 0) };
}

function worked(line: Line, state: ClaudeState): ClaudeState {
  if (state.agentId !== null || state.worked === state.turn) return state;
  line.items.push({ kind: "working", key: line.key("working") });
  return { ...state, worked: state.turn };
}

/** Says once which conversation this is; the first model named is the one it runs with. */
function announce(line: Line, state: ClaudeState): ClaudeState {
  if (state.agentId !== null || state.announced) return state;
  line.event(
    {
      type: "session.started",
      data: {
        sessionRef: state.sessionId,
        model: state.model,
        mode: state.mode,
        version: stringAt(line.record, "version"),
        resumed: state.resumed,
      },
    },
    "session",
  );
  return { ...state, announced: true };
}

function decodeSystem(line: Line, state: ClaudeState): ClaudeState {
  const { record } = line;
  switch (stringAt(record, "subtype")) {
    case "turn_duration":
      return {
        ...state,
        endAt: Math.max(state.endAt, line.at ?? 0),
        durationMs: numberAt(record, "durationMs"),
      };
    case "compact_boundary":
      notice(line, "info", "compacted", "Claude summarised the conversation to free its context.");
      return state;
    case "informational": {
      const ending = objectAt(objectAt(record, "promptSubmitEnding"), "ending");
      if (stringAt(ending, "kind") !== "blocked_by_hook") return state;
      const why = stringAt(ending, "reason") ?? "no reason given";
      return { ...state, refused: { count: state.refused.count + 1, why: why.slice(0, 500) } };
    }
    default:
      return state;
  }
}

function notice(line: Line, level: "info" | "warning", code: string, message: string): void {
  line.items.push({
    kind: "notice",
    key: line.key("notice"),
    notice: { level, code, message, hint: null },
  });
}

function decodeAttachment(line: Line, state: ClaudeState, context: LineContext): ClaudeState {
  const attachment = objectAt(line.record, "attachment");
  if (stringAt(attachment, "type") === "model" && state.model === null) {
    const model = stringAt(objectAt(attachment, "identity"), "modelId");
    return model === null ? state : announce(line, { ...state, model });
  }
  const prompt = stringAt(attachment, "prompt");
  if (stringAt(attachment, "type") !== "queued_command" || prompt === null) return state;
  if (notification(prompt) !== null) return state;
  const text = unwrap(prompt);
  const messageId = steeredId(state, text, context);
  const source = messageId === null ? "terminal" : "app";
  line.event({ type: "user.message", data: { text, messageId, source } });
  return { ...settled(state, messageId, context), claimed: messageId ?? state.claimed };
}
