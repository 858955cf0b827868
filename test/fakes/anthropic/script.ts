/**
 * The prompt is the script: one directive a line, so a test says in one place what the person
 * asked and what the model does. Lines that are no directive are ignored.
 *
 * - `text: …` / `thinking: …`  a block; `\n` is a line break
 * - `words: n`                 a text block of n words
 * - `tool: Name {json}`        a tool call
 * - `delay: ms`                waits before the next block
 * - `chunk: ms`                from here on: streams word by word, `ms` apart
 * - `hold: name`               waits until the test calls `release(name)`
 * - `error: status [n]`        fails the request, n times (default: always)
 * - `abort`                    closes the connection in the middle of the reply
 * - `context: n`               counts n input tokens instead of 100
 * - `stop: reason`             the stop reason, when it should not follow from the blocks
 * - `next`                     what follows answers the next request of the same turn
 */
export type Directive =
  | { readonly kind: "text" | "thinking"; readonly text: string }
  | { readonly kind: "tool"; readonly name: string; readonly input: Record<string, unknown> }
  | { readonly kind: "delay" | "chunk"; readonly ms: number }
  | { readonly kind: "context"; readonly tokens: number }
  | { readonly kind: "hold"; readonly name: string }
  | { readonly kind: "error"; readonly status: number; readonly times: number }
  | { readonly kind: "abort" }
  | { readonly kind: "stop"; readonly reason: string };

const line =
  /^\s*(text|thinking|words|tool|delay|chunk|context|hold|error|stop):\s?(.*)$|^\s*(abort|next)\s*$/;

/** True when a text holds at least one directive. */
export function isScript(text: string): boolean {
  return text.split("\n").some((it) => line.test(it));
}

/** The replies a script asks for, one list of directives for each request. */
export function parseScript(text: string): readonly (readonly Directive[])[] {
  const replies: Directive[][] = [[]];
  for (const each of text.split("\n")) {
    const match = line.exec(each);
    if (!match) continue;
    const name = match[1] ?? match[3];
    if (name === "next") replies.push([]);
    else if (name) replies.at(-1)?.push(directive(name, (match[2] ?? "").trim()));
  }
  return replies;
}

function directive(name: string, rest: string): Directive {
  switch (name) {
    case "text":
    case "thinking":
      return { kind: name, text: rest.replaceAll("\\n", "\n") };
    case "words":
      return { kind: "text", text: words(Number(rest)) };
    case "tool": {
      const [, tool = "", json = "{}"] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
      return { kind: "tool", name: tool, input: JSON.parse(json || "{}") };
    }
    case "delay":
    case "chunk":
      return { kind: name, ms: Number(rest) };
    case "context":
      return { kind: "context", tokens: Number(rest) };
    case "hold":
      return { kind: "hold", name: rest };
    case "error": {
      const [status = "500", times] = rest.split(/\s+/);
      return { kind: "error", status: Number(status), times: times ? Number(times) : Infinity };
    }
    case "stop":
      return { kind: "stop", reason: rest };
    default:
      return { kind: "abort" };
  }
}

function words(count: number): string {
  return Array.from({ length: count }, (_, at) => `word${at}`).join(" ");
}
