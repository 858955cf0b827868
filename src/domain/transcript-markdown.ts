import type { AskItem, Item, ToolItem } from "./transcript.ts";
import {
  approvalWords,
  askWords,
  commentsOf,
  oneLine,
  todosPhrase,
  toolPhrase,
} from "./transcript-words.ts";

/** A transcript as a Markdown document, for the clipboard. */
export function transcriptToMarkdown(title: string, items: readonly (Item | null)[]): string {
  const parts = items.flatMap((item) => (item === null ? [] : [part(item, "")]));
  return `${[`# ${title}`, ...parts.filter((text) => text !== "")].join("\n\n")}\n`;
}

function part(item: Item, indent: string): string {
  switch (item.kind) {
    case "run":
      return `---`;
    case "user":
      return quote(item.text);
    case "text":
      return item.text.trim();
    case "thinking":
      return `- Thought: ${item.text.trim().replace(/\s+/g, " ")}`;
    case "tool":
      return tool(item, indent);
    case "ask":
      return asked(item);
    case "agent": {
      const inner = item.lane.items.flatMap((one) => (one === null ? [] : [part(one, "  ")]));
      return [`- Asked a sub-agent: ${item.label}`, ...inner.map(indented)].join("\n");
    }
    case "todos": {
      const { verb, object } = todosPhrase(item);
      const steps = item.todos.map(
        (todo) => `  - [${todo.status === "completed" ? "x" : " "}] ${todo.text}`,
      );
      return [`- ${verb} ${object}`, ...steps].join("\n");
    }
    case "plan":
      return item.text.trim();
    case "files":
      return item.files
        .map((file) => `- Changed ${code(file.path)} (+${file.additions} −${file.deletions})`)
        .join("\n");
    case "end":
      return "fault" in item.outcome
        ? `**${item.outcome.kind}**: ${item.outcome.fault.message}`
        : `*${item.outcome.kind}*`;
    case "error":
      return `**Error**: ${item.message}`;
    case "notice":
      return `*${item.notice.message}*`;
    case "raw":
      return fenced(JSON.stringify(item.payload, null, 2) ?? "", "json");
    case "session":
    case "usage":
      return "";
  }
}

function tool(item: ToolItem, indent: string): string {
  const { verb, object } = toolPhrase(item);
  const exit = item.exitCode !== null && item.exitCode !== 0 ? ` (exit ${item.exitCode})` : "";
  const failed = item.status === "failed" && exit === "" ? " (failed)" : "";
  const allowed = approvalWords(item) === "" ? "" : ` (${oneLine(approvalWords(item))})`;
  const head = `- ${verb} ${code(object)}${exit}${failed}${allowed}`;
  const diffs = (item.diff ?? []).map((file) => fenced(file.patch.trimEnd(), "diff"));
  const shown = item.tool === "execute" && item.output.trim() !== "";
  const output = shown ? [fenced(item.output.trimEnd(), "")] : [];
  return [head, ...[...diffs, ...output].map(indented)].join("\n").replaceAll("\n", `\n${indent}`);
}

function asked(item: AskItem): string {
  const { verb, object, outcome } = askWords(item);
  const head = `- ${verb}: ${object}${outcome === "" ? "" : ` (${oneLine(outcome)})`}`;
  const comments = commentsOf(item);
  return comments === "" ? head : [head, indented(quote(comments))].join("\n");
}

function quote(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

/** A fence longer than any run of backticks inside, so that nothing can end it early. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const tick = "`".repeat(longest + 1);
  return longest === 0 ? `${tick}${text}${tick}` : `${tick} ${text} ${tick}`;
}
