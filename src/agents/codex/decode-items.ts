import type { TranscriptItem } from "../../contract/event.ts";
import { proposed } from "./decode-plan.ts";
import { toolDuration, toolOf, toolStatus } from "./decode-tools.ts";
import type { Collector, DraftOp, LineContext } from "./decoded.ts";
import { type Fields, text, texts } from "./json.ts";
import {
  type OpenItem,
  type State,
  withClosed,
  withOpen,
  withoutClosed,
  withoutOpen,
} from "./state.ts";

/** An `item/started` or `item/completed` notification, taken apart. */
export interface ItemLine {
  readonly item: Fields;
  readonly id: string;
  readonly type: string | null;
  readonly turnId: string | null;
  /** The thread of a sub-agent, or null for the main one. */
  readonly agentId: string | null;
  readonly at: number | null;
}

export interface Scope {
  readonly state: State;
  readonly out: Collector;
  readonly context: LineContext;
}

/** `item/started`: opens a draft, or tells of a tool call. */
export function itemStarted({ state, out, context }: Scope, line: ItemLine): State {
  const { item, id, type, agentId } = line;
  const tool = toolOf(type);
  if (tool !== null) {
    const face = tool.face(item, state.cwd);
    say(out, line.at, {
      type: "tool.call",
      data: { toolId: id, ...face, status: "running", agentId },
    });
    const kept = keptOf(line);
    if (kept !== null) out.drafts.push(kept);
    return withOpen(state, {
      ...{ id, agentId, turnId: line.turnId, from: context.start },
      kind: type === "commandExecution" ? "command" : "tool",
      label: face.title,
    });
  }
  const kind = type === null ? undefined : spoken[type];
  if (kind === undefined) return state;
  // The model speaks one item at a time: one still open was broken off (steered, or cut).
  return withOpen(closeSpoken({ state, out, context }, agentId), {
    ...{ id, kind, label: "", agentId, turnId: line.turnId },
    from: context.start,
  });
}

/** What a patch wants to change: the request for leave, which follows, does not say it. */
export function keptOf({ item, id, type }: Pick<ItemLine, "item" | "id" | "type">): DraftOp | null {
  if (type !== "fileChange") return null;
  return { op: "keep", id, text: JSON.stringify({ changes: item["changes"] }) };
}

const spoken: Readonly<Record<string, OpenItem["kind"]>> = {
  agentMessage: "text",
  reasoning: "thinking",
  plan: "plan",
};

function closeSpoken({ state, out, context }: Scope, agentId: string | null): State {
  let next = state;
  for (const item of state.open) {
    if (isTool(item) || item.agentId !== agentId) continue;
    closeOne(out, item, context.texts.get(item.id) ?? "");
    next = withoutOpen(next, item.id);
  }
  return next;
}

/** Forgets what was being said: the connection broke, and Codex asks the model for it again. */
export function dropSpoken({ state, out }: Pick<Scope, "state" | "out">): State {
  const dropped = state.open.filter((item) => !isTool(item));
  for (const { id } of dropped) out.drafts.push({ op: "end", id });
  return dropped.length === 0 ? state : { ...state, open: state.open.filter(isTool) };
}

/** `item/completed`: the whole of a text, or the result of a tool. */
export function itemCompleted(scope: Scope, line: ItemLine): State {
  const { state, out } = scope;
  const { item, id, type, agentId } = line;
  out.drafts.push({ op: "end", id });
  const after = withoutOpen(state, id);
  if (toolOf(type) !== null) return toolCompleted(scope, line);
  switch (type) {
    case "agentMessage": {
      const said = text(item, "text") ?? "";
      if (said === "") return after;
      say(out, line.at, { type: "assistant.text", data: { text: said, agentId, partial: false } });
      return after;
    }
    case "reasoning": {
      // Without a summary there is nothing to show: the rest of the item is encrypted.
      const thought = texts(item, "summary").join("\n\n") || texts(item, "content").join("\n\n");
      if (thought === "") return after;
      say(out, line.at, { type: "assistant.thinking", data: { text: thought, agentId } });
      return after;
    }
    case "plan":
      say(out, line.at, {
        type: "plan.updated",
        data: { text: text(item, "text") ?? "", final: true },
      });
      return agentId === null ? proposed(after, text(item, "text") ?? "") : after;
    case "contextCompaction":
      out.add((key) => ({
        kind: "notice",
        key,
        notice: {
          level: "info",
          code: "context_compacted",
          message: "Codex summed up the conversation to make room for more.",
          hint: null,
        },
      }));
      return after;
    case "subAgentActivity":
      subAgentActivity(out, line);
      return after;
    default:
      say(out, line.at, { type: "raw", data: { source: "codex", payload: item } });
      return after;
  }
}

function toolCompleted({ state, out }: Scope, line: ItemLine): State {
  const { item, id, type, agentId } = line;
  const tool = toolOf(type);
  if (tool === null) return state;
  if (state.closed.includes(id)) return withoutClosed(state, id);
  if (!state.open.some((it) => it.id === id)) {
    // Some tools are told of only when they are done.
    const face = tool.face(item, state.cwd);
    say(out, line.at, {
      type: "tool.call",
      data: { toolId: id, ...face, status: "running", agentId },
    });
  }
  say(out, line.at, {
    type: "tool.result",
    data: {
      toolId: id,
      status: toolStatus(item),
      ...tool.end(item, state.cwd),
      truncated: false,
      blobId: null,
      durationMs: toolDuration(item),
      agentId,
    },
  });
  return withoutOpen(state, id);
}

function subAgentActivity(out: Collector, line: ItemLine): void {
  const agentId = text(line.item, "agentThreadId");
  const kind = text(line.item, "kind");
  if (agentId !== null && kind === "started") {
    const label = text(line.item, "agentPath") ?? "sub-agent";
    say(out, line.at, {
      type: "subagent.started",
      data: { agentId, toolId: null, label, agentType: null },
    });
    return;
  }
  if (agentId !== null && (kind === "completed" || kind === "interrupted")) {
    const status = kind === "completed" ? "succeeded" : "failed";
    say(out, line.at, { type: "subagent.ended", data: { agentId, status, summary: null } });
    return;
  }
  say(out, line.at, { type: "raw", data: { source: "codex", payload: line.item } });
}

/**
 * Ends what a turn (or, with null, the whole process) left open: unfinished text is kept as
 * partial, tools get a result. A command that outlives a turn that ended well runs on in the
 * background and stays open.
 */
export function closeOpen(
  { state, out, context }: Scope,
  turnId: string | null,
  how: "completed" | "stopped",
): State {
  let next = state;
  for (const item of state.open) {
    if (turnId !== null && item.turnId !== turnId) continue;
    const said = context.texts.get(item.id) ?? "";
    if (item.kind === "command" && how === "completed") {
      dangling(out, item, said, "running");
      continue;
    }
    closeOne(out, item, said);
    next = withClosed(withoutOpen(next, item.id), isTool(item) ? [item.id] : []);
  }
  return next;
}

function closeOne(out: Collector, item: OpenItem, said: string): void {
  const { agentId } = item;
  out.drafts.push({ op: "end", id: item.id });
  if (isTool(item)) {
    dangling(out, item, said, "failed");
    return;
  }
  if (said === "") return;
  if (item.kind === "thinking") {
    say(out, null, { type: "assistant.thinking", data: { text: said, agentId } });
    return;
  }
  if (item.kind === "plan") {
    say(out, null, { type: "plan.updated", data: { text: said, final: false } });
    return;
  }
  say(out, null, { type: "assistant.text", data: { text: said, agentId, partial: true } });
}

function dangling(
  out: Collector,
  item: OpenItem,
  output: string,
  status: "running" | "failed",
): void {
  say(out, null, {
    type: "tool.result",
    data: {
      toolId: item.id,
      status,
      output,
      truncated: false,
      blobId: null,
      diff: null,
      exitCode: null,
      durationMs: null,
      agentId: item.agentId,
    },
  });
}

function isTool(item: OpenItem): boolean {
  return item.kind === "command" || item.kind === "tool";
}

export function say(out: Collector, at: number | null, item: TranscriptItem): void {
  out.add((key) => ({ kind: "transcript", key, at, ...item }));
}
