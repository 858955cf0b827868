import type { ToolKind, ToolStatus, TranscriptData } from "../../contract/event.ts";
import { type Fields, fields, list, number, objects, text, texts } from "./json.ts";
import { fileDiffs } from "./patch.ts";
import { oneLine, relativeTo, unwrapShell } from "./words.ts";

/** How a tool-like item of codex-cli 0.169.0 is shown when it begins. */
export interface ToolFace {
  readonly name: string;
  readonly kind: ToolKind;
  readonly title: string;
  readonly input: unknown;
}

type ToolEnd = Pick<TranscriptData["tool.result"], "status" | "output" | "diff" | "exitCode">;

interface Tool {
  readonly face: (item: Fields, cwd: string) => ToolFace;
  readonly end: (item: Fields, cwd: string) => Omit<ToolEnd, "status">;
}

const plain = (output: string): Omit<ToolEnd, "status"> => ({ output, diff: null, exitCode: null });

const command: Tool = {
  face: (item, cwd) => {
    const line = unwrapShell(text(item, "command") ?? "");
    return {
      name: "shell",
      kind: "execute",
      title: oneLine(line),
      input: { command: line, cwd: text(item, "cwd") ?? cwd },
    };
  },
  end: (item) => ({
    output: text(item, "aggregatedOutput") ?? "",
    diff: null,
    exitCode: whole(number(item, "exitCode")),
  }),
};

const fileChange: Tool = {
  face: (item, cwd) => {
    const diffs = fileDiffs(item, cwd);
    const first = diffs[0]?.path ?? "no files";
    return {
      name: "apply_patch",
      kind: "edit",
      title: diffs.length > 1 ? `${first} and ${diffs.length - 1} more` : first,
      input: { files: diffs.map(({ path, kind }) => ({ path, kind })) },
    };
  },
  end: (item, cwd) => ({ output: "", diff: fileDiffs(item, cwd), exitCode: null }),
};

const mcp: Tool = {
  face: (item) => {
    const server = text(item, "server") ?? "mcp";
    const tool = text(item, "tool") ?? "tool";
    return {
      name: `mcp__${server}__${tool}`,
      kind: "mcp",
      title: `${server}: ${tool}`,
      input: item["arguments"] ?? null,
    };
  },
  end: (item) => {
    const failure = text(fields(item, "error"), "message");
    return plain(failure ?? contentText(objects(fields(item, "result"), "content")));
  },
};

const dynamic: Tool = {
  face: (item) => {
    const name = text(item, "tool") ?? "tool";
    return { name, kind: "other", title: name, input: item["arguments"] ?? null };
  },
  end: (item) => plain(contentText(objects(item, "contentItems"))),
};

const collaboration: Tool = {
  face: (item) => ({
    name: text(item, "tool") ?? "agent",
    kind: "agent",
    title: oneLine(text(item, "prompt") ?? text(item, "tool") ?? "agent"),
    input: { prompt: text(item, "prompt"), agents: texts(item, "receiverThreadIds") },
  }),
  end: (item) => {
    const said = Object.values(fields(item, "agentsStates")).map((it) =>
      typeof it === "object" && it !== null && "message" in it ? it.message : null,
    );
    return plain(said.filter((it) => typeof it === "string").join("\n"));
  },
};

const webSearch: Tool = {
  face: (item) => ({
    name: "web_search",
    kind: "fetch",
    title: oneLine(webTitle(item)),
    input: item["action"] ?? { query: text(item, "query") },
  }),
  end: (item) => plain(list(item, "results").length > 0 ? JSON.stringify(item["results"]) : ""),
};

const imageView: Tool = {
  face: (item, cwd) => {
    const path = text(item, "path") ?? "";
    return { name: "view_image", kind: "read", title: relativeTo(cwd, path), input: { path } };
  },
  end: () => plain(""),
};

const imageGeneration: Tool = {
  face: (item) => ({
    name: "image_generation",
    kind: "other",
    title: oneLine(text(item, "revisedPrompt") ?? "image"),
    input: { prompt: text(item, "revisedPrompt") },
  }),
  end: (item) => plain(text(item, "savedPath") ?? ""),
};

const sleep: Tool = {
  face: (item) => ({
    name: "sleep",
    kind: "other",
    title: `${number(item, "durationMs") ?? 0} ms`,
    input: { durationMs: number(item, "durationMs") },
  }),
  end: () => plain(""),
};

const tools: Readonly<Record<string, Tool>> = {
  commandExecution: command,
  fileChange,
  mcpToolCall: mcp,
  dynamicToolCall: dynamic,
  collabAgentToolCall: collaboration,
  webSearch,
  imageView,
  imageGeneration,
  sleep,
};

/** The tool an item is, or null when it is something else. */
export function toolOf(type: string | null): Tool | null {
  return type === null || !Object.hasOwn(tools, type) ? null : (tools[type] ?? null);
}

/** Item states of the protocol in the words of the contract. */
export function toolStatus(item: Fields): ToolStatus {
  if (text(item, "type") === "dynamicToolCall" && item["success"] === false) return "failed";
  const status = text(item, "status");
  if (status === "inProgress") return "running";
  if (status === "declined") return "denied";
  if (status === "failed" || status === "interrupted") return "failed";
  return "succeeded";
}

export function toolDuration(item: Fields): number | null {
  const said = number(item, "durationMs");
  if (said !== null && text(item, "type") !== "sleep") return said;
  const started = number(item, "startedAtMs");
  const completed = number(item, "completedAtMs");
  return started === null || completed === null ? null : Math.max(0, completed - started);
}

function webTitle(item: Fields): string {
  const action = fields(item, "action");
  const asked = texts(action, "queries").join(", ") || text(action, "query");
  return text(action, "url") ?? asked ?? text(item, "query") ?? "web";
}

function contentText(content: readonly Fields[]): string {
  return content
    .map((part) => text(part, "text") ?? `[${text(part, "type") ?? "content"}]`)
    .join("\n");
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.trunc(value);
}
