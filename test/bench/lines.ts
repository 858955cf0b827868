import type { FromAgent } from "../../src/agents/fake/protocol.ts";
import type { TranscriptItem } from "../../src/contract/event.ts";
import { lastWords } from "./page.ts";

const prose =
  "The importer reads **each row** once and hands it to `parseRow`. Two cases differ:\n\n- an empty cell means *unknown*\n- a cell of blanks means nothing\n\n```ts\nconst row = parseRow(line);\n```";
const output = Array.from({ length: 14 }, (_, n) => `  ok ${n} - parses case ${n} (0.${n} ms)`);
const patch =
  "@@ -10,3 +10,4 @@\n const row = line.split(',');\n-return row;\n+const cells = row.map(trim);\n+return cells;\n }";

const base = { agentId: null } as const;

/** Event `n` of a long transcript: rows of every usual sort and of very different heights. */
export function eventOf(n: number): TranscriptItem {
  const toolId = `t${n - (n % 2)}`;
  switch (n % 10) {
    case 0:
      return { type: "assistant.thinking", data: { ...base, text: `Case ${n} needs a look.` } };
    case 2:
    case 6:
      return call(toolId, "Bash", "execute", `node test/case-${n}.test.js`);
    case 3:
    case 7:
      return result(toolId, output.join("\n"), null);
    case 4:
      return call(toolId, "Edit", "edit", `src/case-${n}.ts`);
    case 5:
      return result(toolId, "", `src/case-${n}.ts`);
    case 8:
      return call(toolId, "Read", "read", `src/case-${n}.ts`);
    case 9:
      return result(toolId, "one\ntwo\nthree", null);
    default:
      return text(`Step ${n}. ${prose}`);
  }
}

export function lastEvent(): TranscriptItem {
  return text(lastWords);
}

function text(words: string): TranscriptItem {
  return { type: "assistant.text", data: { ...base, text: words, partial: false } };
}

function call(
  toolId: string,
  name: string,
  kind: "execute" | "edit" | "read",
  title: string,
): TranscriptItem {
  return {
    type: "tool.call",
    data: { ...base, toolId, name, kind, title, input: { title }, status: "running" },
  };
}

function result(toolId: string, words: string, edited: string | null): TranscriptItem {
  const diff =
    edited === null
      ? null
      : [{ path: edited, kind: "update" as const, patch, additions: 2, deletions: 1 }];
  return {
    type: "tool.result",
    data: {
      ...base,
      toolId,
      status: "succeeded",
      output: words,
      truncated: false,
      blobId: null,
      diff,
      exitCode: 0,
      durationMs: 40,
    },
  };
}

/** The same in the words of the scripted agent, with a mark in every text. */
export function lineOf(n: number): string {
  const id = `l${n - (n % 2)}`;
  switch (n % 10) {
    case 0:
      return say({ t: "thinking", id, text: `Case ${n} needs a look.` });
    case 2:
    case 4:
    case 6:
    case 8:
      return say({
        t: "tool",
        id,
        name: "Bash",
        kind: "execute",
        title: `node test/case-${n}.test.js`,
        input: { command: "node" },
      });
    case 3:
    case 5:
    case 7:
    case 9:
      return say({
        t: "result",
        id,
        ok: true,
        output: output.join("\n"),
        exitCode: 0,
        ms: 4,
        file: null,
      });
    default:
      return markOf(n, prose);
  }
}

/** A text the page is watched for. */
export function markOf(n: number, words = ""): string {
  return say({ t: "text", id: `m${n}`, text: `mark-${n} ${words}` });
}

/** A question the inbox is watched for, and its end. */
export function askOf(n: number): string {
  const question = `question-${n}: which way for case ${n} of the old format?`;
  const choices = ["this", "that", "neither"];
  return say({ t: "ask", id: `q${n}`, ask: { kind: "question", question, choices }, cwd: "/" });
}

export function withdrawalOf(n: number): string {
  return say({ t: "asked", id: `q${n}`, why: "Withdrawn" });
}

function say(line: FromAgent): string {
  return `${JSON.stringify(line)}\n`;
}
