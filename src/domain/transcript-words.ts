import type { FileDiff } from "../contract/event.ts";
import type { Interaction } from "../contract/interaction.ts";
import type { AskItem, Item, TodosItem, ToolItem } from "./transcript.ts";

/** One line of the transcript: a verb, then its object. */
export interface Phrase {
  readonly verb: string;
  readonly object: string;
}

const verbs: Readonly<
  Record<ToolItem["tool"], readonly [now: string, done: string, wish: string]>
> = {
  read: ["Reading", "Read", "read"],
  edit: ["Editing", "Edited", "edit"],
  delete: ["Deleting", "Deleted", "delete"],
  move: ["Moving", "Moved", "move"],
  search: ["Searching", "Searched", "search"],
  execute: ["Running", "Ran", "run"],
  think: ["Thinking", "Thought", "think"],
  fetch: ["Fetching", "Fetched", "fetch"],
  mcp: ["Using", "Used", "use"],
  agent: ["Asking a sub-agent", "Asked a sub-agent", "ask a sub-agent"],
  other: ["Using", "Used", "use"],
};

export function toolPhrase(item: ToolItem): Phrase {
  const running = item.status === "running" || item.status === "pending";
  const [now, done, wish] = verbs[item.tool];
  const object = oneLine(item.title === "" ? item.name : item.title);
  if (item.name === "" && item.title === "") return { verb: "Result of an earlier step", object };
  if (item.status === "denied") return { verb: `Wanted to ${wish}`, object };
  if (isWaiting(item)) return { verb: `Wants to ${wish}`, object };
  const only = item.diff?.length === 1 ? item.diff[0] : undefined;
  if (item.tool === "edit" && only !== undefined && !running) {
    return { verb: diffVerb(only), object };
  }
  if (item.tool === "fetch" && /search/i.test(item.name)) {
    return { verb: running ? "Searching the web for" : "Searched the web for", object };
  }
  return { verb: running ? now : done, object };
}

/** Whether a tool does nothing yet because its person was asked and has not answered. */
export function isWaiting(item: ToolItem): boolean {
  return (
    (item.status === "running" || item.status === "pending") && item.approval?.state === "open"
  );
}

export function diffVerb(file: FileDiff): string {
  const verbs = { add: "Created", update: "Edited", delete: "Deleted", move: "Moved" } as const;
  return verbs[file.kind];
}

/** What became of the question whether a tool may; empty when nobody was asked, or nobody answered yet. */
export function approvalWords({ approval, asked }: ToolItem): string {
  if (approval === null || approval.state === "open") return "";
  return asked === null ? (approval.outcome ?? "") : "edited by you";
}

/** Whether the person or their rule said no. */
export function isDenied(ask: Interaction): boolean {
  const given = (ask as Partial<Interaction>).answer ?? null;
  return given?.kind === "approval" && given.decision === "deny";
}

/** A plan in one line: what stands below its heading "Plan". */
export function planLine(text: string): string {
  return oneLine(text.replace(/^\s*#+\s*(?:Plan\s*\n\s*)?/i, ""));
}

/** What was asked, and how it ended. */
export interface AskWords extends Phrase {
  readonly outcome: string;
}

export function askWords({ ask }: AskItem): AskWords {
  const outcome = (ask.outcome ?? "").replace(/^Answered: /, "");
  const open = ask.state === "open";
  const asked = open ? "Asks" : "Asked";
  switch (ask.kind) {
    case "approval":
      return { verb: `${asked} to use`, object: `${ask.toolName} ${oneLine(ask.title)}`, outcome };
    case "question":
      return { verb: asked, object: oneLine(ask.question), outcome };
    case "ask_questions":
      return {
        verb: asked,
        object: ask.questions.map(({ question }) => oneLine(question)).join(" · "),
        outcome,
      };
    case "plan_approval":
      return {
        verb: open ? "Proposes a plan" : "Proposed a plan",
        object: planLine(ask.plan),
        outcome,
      };
  }
}

/** The parts of a question with the answers to each; an answer nobody gave is empty. */
export function answersOf({ ask }: AskItem): readonly { question: string; answer: string }[] {
  // What was stored before answers were told has none.
  const given = (ask as Partial<Interaction>).answer ?? null;
  const joined = (selected: readonly string[], more: string | undefined): string =>
    [...selected, more ?? ""].filter((one) => one !== "").join(", ");
  if (ask.kind === "question") {
    const answer = given?.kind === "question" ? joined(given.selected, given.text) : "";
    return [{ question: ask.question, answer }];
  }
  if (ask.kind !== "ask_questions") return [];
  return ask.questions.map(({ question }, index) => {
    const one = given?.kind === "ask_questions" ? given.answers[index] : undefined;
    return { question, answer: one === undefined ? "" : joined(one.selected, one.custom) };
  });
}

/** What a person wanted changed in a plan; empty when nothing. */
export function commentsOf({ ask }: AskItem): string {
  const given = (ask as Partial<Interaction>).answer ?? null;
  return given?.kind === "plan_approval" ? (given.revision ?? "") : "";
}

export function todosPhrase(item: TodosItem): Phrase {
  const { changes, todos } = item;
  const steps = counted(todos.length, "step");
  if (changes === null) return { verb: "Planned", object: steps };
  const [finished] = changes.finished;
  const [started] = changes.started;
  if (todos.length > 0 && todos.every((todo) => todo.status === "completed")) {
    return { verb: "Finished the plan", object: steps };
  }
  if (changes.finished.length > 1) {
    return { verb: `Finished ${changes.finished.length} steps`, object: started ?? "" };
  }
  if (finished !== undefined) return { verb: "Finished", object: finished };
  if (changes.added.length + changes.removed.length > 0) {
    return { verb: "Changed the plan", object: steps };
  }
  return started === undefined
    ? { verb: "Looked at the plan", object: steps }
    : { verb: "Started", object: started };
}

/** "Read 14 files", "searched 3 times": what a run of items comes to, most telling first. */
export function sumUp(items: readonly Item[]): readonly string[] {
  const of = (test: (item: ToolItem) => boolean): readonly ToolItem[] =>
    items.filter((item): item is ToolItem => item.kind === "tool" && test(item));
  const tools = (kind: ToolItem["tool"]): readonly ToolItem[] => of((item) => item.tool === kind);
  const titles = (list: readonly ToolItem[]): number =>
    new Set(list.map((item) => item.title)).size;
  const rest = of((item) => ["mcp", "other", "move", "delete", "agent"].includes(item.tool)).length;
  const count = (kind: Item["kind"]): number => items.filter((item) => item.kind === kind).length;
  const said: readonly [number, (count: number) => string][] = [
    [titles(tools("edit")), (n) => `edited ${counted(n, "file")}`],
    [tools("execute").length, (n) => `ran ${counted(n, "command")}`],
    [titles(tools("read")), (n) => `read ${counted(n, "file")}`],
    [tools("search").length, (n) => `searched ${times(n)}`],
    [tools("fetch").length, (n) => `went to the web ${times(n)}`],
    [count("agent"), (n) => `asked ${counted(n, "sub-agent")}`],
    [rest, (n) => `used ${counted(n, "other tool")}`],
    [count("thinking") + tools("think").length, (n) => `thought ${times(n)}`],
    [count("todos"), (n) => `changed the plan ${times(n)}`],
    [count("raw"), (n) => `${counted(n, "unknown record")}`],
  ];
  const words = said.flatMap(([n, word]) => (n === 0 ? [] : [word(n)]));
  const [first = counted(items.length, "step"), ...others] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...others];
}

/** The sum of what the items took, in milliseconds; null when none says. */
export function sumOfDurations(items: readonly Item[]): number | null {
  let sum: number | null = null;
  for (const item of items) {
    const one = "durationMs" in item ? item.durationMs : null;
    if (one !== null) sum = (sum ?? 0) + one;
  }
  return sum;
}

/** 0.3 s, 4.8 s, 38 s, 2:05. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export function oneLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

function times(count: number): string {
  if (count === 1) return "once";
  return count === 2 ? "twice" : `${count} times`;
}
