import type { ToolStatus, TranscriptData } from "../../../contract/event.ts";
import { say } from "../decode-items.ts";
import { Collector, type Decoded, type LineContext } from "../decoded.ts";
import { messageFault } from "../faults.ts";
import { type Fields, fields, number, objects, parseObject, text } from "../json.ts";
import type { Totals } from "../state.ts";
import { oneLine, relativeTo, unwrapShell } from "../words.ts";
import { type ExecState, withOpenTool, withoutOpenTool } from "./state.ts";

/**
 * One line of `codex exec --json` (codex-cli 0.169.0). Whole messages only: no live text, no diffs,
 * no context, no rate limits. Pure and total.
 */
export function decodeExec(
  state: ExecState,
  line: string,
  context: LineContext,
): Decoded<ExecState> {
  const out = new Collector(context.key);
  const parsed = parseObject(line);
  const next = parsed === null ? notJson(state, line, out) : event(state, parsed, out);
  return { state: next, items: out.items, drafts: [], replies: [], answer: null };
}

/** Ends the tools a process left open. */
export function closeExec(state: ExecState, out: Collector): ExecState {
  for (const toolId of state.open) {
    toolResult(out, { toolId, status: "failed", output: "", exitCode: null });
  }
  return { ...state, open: [] };
}

function notJson(state: ExecState, line: string, out: Collector): ExecState {
  if (line.trim() !== "") keepRaw(out, { text: line.slice(0, 4096) });
  return state;
}

function keepRaw(out: Collector, payload: unknown): void {
  say(out, null, { type: "raw", data: { source: "codex exec", payload } });
}

function event(state: ExecState, line: Fields, out: Collector): ExecState {
  switch (text(line, "type")) {
    case "thread.started":
      return threadStarted(state, text(line, "thread_id"), out);
    case "turn.started":
      return turnStarted(state, out);
    case "item.started":
    case "item.updated":
    case "item.completed":
      return itemLine({ ...state, retrying: null }, line, out);
    case "error":
      return failure(state, text(line, "message") ?? "unknown error", out);
    case "turn.completed":
      return turnCompleted(state, fields(line, "usage"), out);
    case "turn.failed": {
      const message = text(fields(line, "error"), "message") ?? "Codex failed without a word.";
      out.add((key) => ({
        kind: "turn-ended",
        key,
        outcome: { kind: "failed", fault: messageFault(message) },
        durationMs: null,
      }));
      return { ...closeExec(state, out), ended: true };
    }
    default:
      keepRaw(out, line);
      return state;
  }
}

function threadStarted(state: ExecState, id: string | null, out: Collector): ExecState {
  if (id === null || id === state.threadId) return state;
  say(out, null, {
    type: "session.started",
    data: {
      sessionRef: id,
      model: state.model,
      mode: state.mode,
      version: null,
      resumed: false,
    },
  });
  return { ...state, threadId: id };
}

function turnStarted(state: ExecState, out: Collector): ExecState {
  const { messageId } = state;
  out.add((key) => ({ kind: "turn-started", key, messageId, text: null }));
  out.add((key) => ({ kind: "working", key }));
  return { ...state, started: true };
}

function failure(state: ExecState, message: string, out: Collector): ExecState {
  const willRetry = message.startsWith("Reconnecting");
  if (willRetry && state.retrying?.message === message) return state;
  const code = willRetry ? null : messageFault(message).code;
  say(out, null, { type: "error", data: { message, code, willRetry, agentId: null } });
  return willRetry ? { ...state, retrying: { message, since: 0 } } : state;
}

function turnCompleted(state: ExecState, usage: Fields, out: Collector): ExecState {
  const totals: Totals = {
    input: number(usage, "input_tokens") ?? 0,
    cached: number(usage, "cached_input_tokens") ?? 0,
    cacheWrite: number(usage, "cache_write_input_tokens") ?? 0,
    output: number(usage, "output_tokens") ?? 0,
  };
  const closed = closeExec(state, out);
  say(out, null, { type: "usage.updated", data: usageData(state, totals) });
  out.add((key) => ({
    kind: "turn-ended",
    key,
    outcome: { kind: "succeeded" },
    durationMs: null,
  }));
  return { ...closed, totals, ended: true };
}

/** Totals grow over the whole thread, also over resumed processes. */
function usageData({ base, model }: ExecState, totals: Totals): TranscriptData["usage.updated"] {
  const input = Math.max(0, totals.input - base.input);
  const cached = Math.max(0, totals.cached - base.cached);
  const cacheWrite = Math.max(0, totals.cacheWrite - base.cacheWrite);
  return {
    usage: {
      inputTokens: Math.max(0, input - cached - cacheWrite),
      outputTokens: Math.max(0, totals.output - base.output),
      cacheReadTokens: cached,
      cacheWriteTokens: cacheWrite,
      costUsd: null,
    },
    model,
    contextPercent: null,
    rateLimits: [],
  };
}

function itemLine(state: ExecState, line: Fields, out: Collector): ExecState {
  const item = fields(line, "item");
  const completed = text(line, "type") === "item.completed";
  switch (text(item, "type")) {
    case "agent_message": {
      const said = text(item, "text") ?? "";
      if (!completed || said === "") return state;
      say(out, null, {
        type: "assistant.text",
        data: { text: said, agentId: null, partial: false },
      });
      return state;
    }
    case "reasoning": {
      const said = text(item, "text") ?? "";
      if (!completed || said === "") return state;
      say(out, null, { type: "assistant.thinking", data: { text: said, agentId: null } });
      return state;
    }
    case "todo_list":
      return todoList(state, item, out);
    case "error":
      out.add((key) => ({ kind: "notice", key, notice: warning(item) }));
      return state;
    case "command_execution":
    case "file_change":
    case "mcp_tool_call":
    case "web_search":
      return tool(state, item, completed, out);
    default:
      if (completed) keepRaw(out, item);
      return state;
  }
}

function warning(item: Fields) {
  const message = text(item, "message") ?? "Codex warns without a word.";
  return { level: "warning", code: "codex_warning", message, hint: null } as const;
}

function todoList(state: ExecState, item: Fields, out: Collector): ExecState {
  const todos = objects(item, "items").map((it) => ({
    text: text(it, "text") ?? "",
    status: it["completed"] === true ? ("completed" as const) : ("pending" as const),
  }));
  const plan = JSON.stringify(todos).slice(0, 8192);
  if (plan === state.plan) return state;
  say(out, null, { type: "todos.updated", data: { todos, explanation: null } });
  return { ...state, plan };
}

function tool(state: ExecState, item: Fields, completed: boolean, out: Collector): ExecState {
  const id = text(item, "id");
  if (id === null) {
    keepRaw(out, item);
    return state;
  }
  // Item ids begin at item_0 in every process.
  const toolId = `g${state.generation}:${id}`;
  if (!state.open.includes(toolId)) {
    const face = toolFace(item, state.cwd);
    say(out, null, {
      type: "tool.call",
      data: { toolId, ...face, status: "running", agentId: null },
    });
  }
  if (!completed) return withOpenTool(state, toolId);
  toolResult(out, {
    toolId,
    status: status(item),
    output: outputOf(item),
    exitCode: number(item, "exit_code"),
  });
  return withoutOpenTool(state, toolId);
}

type Face = Pick<TranscriptData["tool.call"], "name" | "kind" | "title" | "input">;

function toolFace(item: Fields, cwd: string): Face {
  switch (text(item, "type")) {
    case "command_execution": {
      const command = unwrapShell(text(item, "command") ?? "");
      return { name: "shell", kind: "execute", title: oneLine(command), input: { command, cwd } };
    }
    case "file_change": {
      const files = objects(item, "changes").map((change) => ({
        path: relativeTo(cwd, text(change, "path") ?? ""),
        kind: text(change, "kind") ?? "update",
      }));
      const first = files[0]?.path ?? "no files";
      const title = files.length > 1 ? `${first} and ${files.length - 1} more` : first;
      return { name: "apply_patch", kind: "edit", title, input: { files } };
    }
    case "mcp_tool_call": {
      const server = text(item, "server") ?? "mcp";
      const name = text(item, "tool") ?? "tool";
      return {
        name: `mcp__${server}__${name}`,
        kind: "mcp",
        title: `${server}: ${name}`,
        input: item["arguments"] ?? null,
      };
    }
    default: {
      const query = text(item, "query") ?? "web";
      return { name: "web_search", kind: "fetch", title: oneLine(query), input: { query } };
    }
  }
}

function outputOf(item: Fields): string {
  const failure = text(fields(item, "error"), "message");
  const content = objects(fields(item, "result"), "content");
  const said = content.map((part) => text(part, "text") ?? "").join("\n");
  return text(item, "aggregated_output") ?? failure ?? said;
}

function status(item: Fields): ToolStatus {
  const said = text(item, "status");
  if (said === "declined") return "denied";
  return said === "failed" ? "failed" : "succeeded";
}

function toolResult(
  out: Collector,
  result: Pick<TranscriptData["tool.result"], "toolId" | "status" | "output" | "exitCode">,
): void {
  say(out, null, {
    type: "tool.result",
    data: {
      ...result,
      truncated: false,
      blobId: null,
      diff: null,
      durationMs: null,
      agentId: null,
    },
  });
}
