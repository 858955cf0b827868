import { createTwoFilesPatch } from "diff";
import type { FileDiff, TranscriptData } from "../../contract/event.ts";
import { fault } from "../../contract/fault.ts";
import type { RunOutcome } from "../../contract/run.ts";
import type { AgentItem, Draft, InteractionRequest } from "../driver.ts";
import type { FromAgent } from "./protocol.ts";

export interface Decoded {
  readonly items: readonly AgentItem[];
  readonly drafts: readonly Draft[];
  /** The parsed line, for those who wait for an echo. */
  readonly line: FromAgent | null;
}

/** Turns one line of the scripted agent into items. Total: an unknown line becomes `raw`. */
export function decode(text: string, start: number): Decoded {
  const line = parse(text);
  const key = `o:${start}`;
  if (line === null) {
    return text.trim() === ""
      ? { items: [], drafts: [], line: null }
      : { items: [raw(key, text)], drafts: [], line: null };
  }
  if (line.t === "delta") {
    return {
      items: [],
      drafts: [{ draftId: line.id, kind: line.kind, offset: line.offset, text: line.text }],
      line,
    };
  }
  const drafts: Draft[] =
    line.t === "text" || line.t === "thinking"
      ? [{ draftId: line.id, kind: line.t, offset: 0, text: null }]
      : [];
  return { items: itemsOf(line, key, text), drafts, line };
}

function itemsOf(
  line: Exclude<FromAgent, { t: "delta" }>,
  key: string,
  text: string,
): readonly AgentItem[] {
  const base = { kind: "transcript", key, at: null } as const;
  switch (line.t) {
    case "ready":
      return [{ ...base, type: "session.started", data: startOf(line) }];
    case "took":
      return [{ kind: "turn-started", key, messageId: line.id, text: null }];
    case "history":
      return [];
    case "ask":
      return [{ kind: "asked", key, ref: line.id, request: requestOf(line) }];
    case "asked":
      return [{ kind: "no-longer-asked", key, ref: line.id, why: line.why }];
    case "text":
      return [
        {
          ...base,
          type: "assistant.text",
          data: { text: line.text, agentId: null, partial: false },
        },
      ];
    case "thinking":
      return [{ ...base, type: "assistant.thinking", data: { text: line.text, agentId: null } }];
    case "tool":
      return [
        {
          ...base,
          type: "tool.call",
          data: {
            toolId: line.id,
            name: line.name,
            kind: line.kind,
            title: line.title,
            input: line.input,
            status: "running",
            agentId: null,
          },
        },
      ];
    case "result":
      return [{ ...base, type: "tool.result", data: resultOf(line) }];
    case "todos":
      return [
        { ...base, type: "todos.updated", data: { todos: [...line.todos], explanation: null } },
      ];
    case "usage":
      return [{ ...base, type: "usage.updated", data: usageOf(line) }];
    case "done":
      return [{ kind: "turn-ended", key, outcome: outcomeOf(line), durationMs: null }];
    default:
      return [raw(key, text)];
  }
}

function requestOf({ ask, cwd }: Extract<FromAgent, { t: "ask" }>): InteractionRequest {
  switch (ask.kind) {
    case "approval":
      return {
        kind: "approval",
        toolName: "Bash",
        toolInput: { command: ask.command },
        title: ask.command,
        cwd,
        reason: "The script says so",
        diff: null,
        editable: true,
      };
    case "question":
      return {
        kind: "question",
        question: ask.question,
        choices: ask.choices.length === 0 ? null : ask.choices,
        multi: false,
        allowText: true,
      };
    case "plan":
      return { kind: "plan_approval", plan: ask.plan };
  }
}

function startOf(line: Extract<FromAgent, { t: "ready" }>): TranscriptData["session.started"] {
  const { session, model, resumed } = line;
  return { sessionRef: session, model, mode: null, version: "1.0.0", resumed };
}

function resultOf(line: Extract<FromAgent, { t: "result" }>): TranscriptData["tool.result"] {
  return {
    toolId: line.id,
    status: line.denied === true ? "denied" : line.ok ? "succeeded" : "failed",
    output: line.output,
    truncated: false,
    blobId: null,
    diff: line.file === null ? null : [diffOf(line.file)],
    exitCode: line.exitCode,
    durationMs: line.ms,
    agentId: null,
  };
}

function diffOf(file: { path: string; before: string | null; after: string }): FileDiff {
  const whole = createTwoFilesPatch(file.path, file.path, file.before ?? "", file.after, "", "", {
    context: 3,
  });
  const at = whole.indexOf("@@");
  const patch = at < 0 ? "" : whole.slice(at);
  const lines = patch.split("\n");
  return {
    path: file.path,
    kind: file.before === null ? "add" : "update",
    patch,
    additions: lines.filter((line) => line.startsWith("+")).length,
    deletions: lines.filter((line) => line.startsWith("-")).length,
  };
}

function usageOf(line: Extract<FromAgent, { t: "usage" }>): TranscriptData["usage.updated"] {
  return {
    usage: {
      inputTokens: line.input,
      outputTokens: line.output,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: null,
    },
    model: null,
    contextPercent: Math.round(line.percent),
    rateLimits: [],
  };
}

function outcomeOf(line: Extract<FromAgent, { t: "done" }>): RunOutcome {
  switch (line.outcome) {
    case "succeeded":
      return { kind: "succeeded" };
    case "interrupted":
      return { kind: "cancelled" };
    case "failed":
      return {
        kind: "failed",
        fault: fault(
          "agent_error",
          line.why ?? "The agent failed.",
          "Send a message to try again.",
        ),
      };
  }
}

function raw(key: string, payload: string): AgentItem {
  return {
    kind: "transcript",
    key,
    at: null,
    type: "raw",
    data: { source: "fake", payload },
  };
}

function parse(text: string): FromAgent | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "t" in value
      ? (value as FromAgent)
      : null;
  } catch {
    return null;
  }
}
