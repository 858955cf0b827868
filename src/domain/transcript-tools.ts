import type { TranscriptData } from "../contract/event.ts";
import type { Interaction } from "../contract/interaction.ts";
import { canonical } from "./canonical.ts";
import type { Approval, Item, ToolItem } from "./transcript.ts";
import { changedInput } from "./transcript-asks.ts";

type Base = { readonly key: string; readonly at: number; readonly runId: string | null };

export function emptyTool(base: Base, toolId: string): ToolItem {
  return {
    ...base,
    kind: "tool",
    toolId,
    name: "",
    tool: "other",
    title: "",
    input: null,
    status: "running",
    output: "",
    truncated: false,
    blobId: null,
    diff: null,
    exitCode: null,
    durationMs: null,
    approval: null,
    asked: null,
  };
}

/** A tool as its newest call tells it. */
export function called(item: ToolItem, data: TranscriptData["tool.call"]): ToolItem {
  const { name, kind: tool, title, input } = data;
  const status = isOver(item.status) && !isOver(data.status) ? item.status : data.status;
  const next: ToolItem = { ...item, name, tool, title, input, status, asked: null };
  return item.approval === null ? next : approved(next, item.approval);
}

export function finished(
  item: ToolItem,
  base: Base,
  data: TranscriptData["tool.result"],
): ToolItem {
  const { status, output, truncated, blobId, diff, exitCode } = data;
  const durationMs = data.durationMs ?? Math.max(0, base.at - item.at);
  return { ...item, status, output, truncated, blobId, diff, exitCode, durationMs };
}

/**
 * A tool with what became of the question whether it may. An agent tells its call as it asked for
 * it; with an input that the person changed, that is not what it ran.
 */
export function approved(item: ToolItem, approval: Approval): ToolItem {
  const asked = item.asked ?? { title: item.title, input: item.input };
  const changed = changedInput(approval);
  if (changed === null || canonical(changed) === canonical(asked.input)) {
    return { ...item, approval };
  }
  const title = titleOf(changed, asked);
  return { ...item, approval, asked, title, input: changed };
}

/** The title of a changed input: the value of the field that the title was made of. */
function titleOf(
  changed: Readonly<Record<string, unknown>>,
  asked: { readonly title: string; readonly input: unknown },
): string {
  if (typeof changed["command"] === "string") return changed["command"];
  const fields = Object.entries((asked.input ?? {}) as Record<string, unknown>);
  const field = fields.find(([, value]) => {
    return typeof value === "string" && asked.title !== "" && value.endsWith(asked.title);
  });
  const value = field === undefined ? undefined : changed[field[0]];
  return typeof value !== "string" || value === field?.[1] ? asked.title : value;
}

export function isOver(status: ToolItem["status"]): boolean {
  return status === "succeeded" || status === "failed" || status === "denied";
}

/** An item whose call is another one by now; undefined when it is about no call. */
export function withCall(item: Item, change: (call: ToolItem) => ToolItem): Item | undefined {
  if (item.kind === "tool") return change(item);
  if ((item.kind !== "agent" && item.kind !== "ask") || item.call === null) return undefined;
  const call = change(item.call);
  return item.kind === "ask" ? { ...item, call } : { ...item, call, version: item.version + 1 };
}

/**
 * A call with what was asked by it or about it: whether it may stands with it, a question or a plan
 * is all that the call was. Undefined when these two do not go together.
 */
export function withAsk(item: Item, ask: Interaction): Item | undefined {
  if (ask.kind === "approval") return withCall(item, (call) => approved(call, ask));
  if (item.kind === "ask") return item.ask.id === ask.id ? { ...item, ask } : undefined;
  if (item.kind !== "tool") return undefined;
  const { key, at, runId } = item;
  return { key, at, runId, kind: "ask", ask, call: item };
}
