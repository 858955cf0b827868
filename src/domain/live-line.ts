import type { ToolKind, TranscriptItem } from "../contract/event.ts";

/** What a card says of a working agent: a verb first, then its object. */
export interface Doing {
  readonly verb: string;
  readonly object: string;
}

const verbs: Record<ToolKind, string> = {
  read: "Reading",
  edit: "Editing",
  delete: "Deleting",
  move: "Moving",
  search: "Searching",
  execute: "Running",
  think: "Thinking",
  fetch: "Fetching",
  mcp: "Using",
  agent: "Asking a sub-agent",
  other: "Using",
};

const testCommand =
  /(^|[\s/&;])((npm|pnpm|yarn|bun|cargo|go|deno|make|gradle|mvn)\s+(run\s+)?test|pytest|vitest|jest|rspec|ctest)\b/;

/** The live line an event leads to, or null when it changes nothing a card shows. */
export function doing(item: TranscriptItem): Doing | null {
  switch (item.type) {
    case "tool.call": {
      const { kind, title, name } = item.data;
      const object = oneLine(title === "" ? name : title);
      return kind === "execute" && testCommand.test(object)
        ? { verb: "Running tests", object }
        : { verb: verbs[kind], object };
    }
    case "assistant.thinking":
      return { verb: "Thinking", object: "" };
    case "assistant.text": {
      // The event comes when the text is finished: what stands there is not being written any more.
      const said = oneLine(item.data.text);
      return { verb: "Said", object: said === "" ? "" : `“${said}”` };
    }
    default:
      return null;
  }
}

function oneLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
