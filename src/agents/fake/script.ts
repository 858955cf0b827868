/** One thing the scripted agent does. */
export type Step =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "think"; readonly text: string }
  | { readonly do: "run"; readonly command: string }
  | { readonly do: "write"; readonly path: string; readonly content: string }
  | { readonly do: "read"; readonly path: string }
  | { readonly do: "todos"; readonly items: readonly string[]; readonly done: number }
  /** Milliseconds. */
  | { readonly do: "pause"; readonly ms: number }
  /** Waits until a file exists: a test's way to hold the agent at a fact. */
  | { readonly do: "until"; readonly path: string }
  | { readonly do: "emit"; readonly line: string }
  | { readonly do: "fail"; readonly why: string }
  | { readonly do: "exit"; readonly code: number }
  /** Asks its person by the tool `ask_user`, over HTTP MCP. */
  | { readonly do: "call"; readonly question: string; readonly choices: readonly string[] }
  /** Asks its person, and says what it was told. */
  | { readonly do: "ask"; readonly ask: AskWhat };

/** What the scripted agent can ask: a command to run, one question, or a plan. */
export type AskWhat =
  | { readonly kind: "approval"; readonly command: string }
  | { readonly kind: "question"; readonly question: string; readonly choices: readonly string[] }
  | { readonly kind: "plan"; readonly plan: string };

const directive =
  /^(say|think|run|write|read|todos|pause|until|emit|fail|exit|approve|question|ask|plan):\s?(.*)$/;

/**
 * Reads a prompt as a script: each line that begins with a directive is a step. A prompt without
 * any is answered in words, so that the agent is good for trying things out too.
 */
export function parseScript(prompt: string): readonly Step[] {
  const steps = prompt.split("\n").flatMap((line) => {
    const found = directive.exec(line.trim());
    return found === null ? [] : [stepOf(found[1] ?? "", found[2] ?? "")];
  });
  return steps.length > 0
    ? steps
    : [
        { do: "think", text: "There is no directive in this message, so I answer in words." },
        {
          do: "say",
          text: `I am a scripted agent. You wrote:\n\n> ${prompt.trim().slice(0, 2000)}`,
        },
      ];
}

function stepOf(verb: string, rest: string): Step {
  switch (verb) {
    case "think":
      return { do: "think", text: rest };
    case "run":
      return { do: "run", command: rest };
    case "write": {
      const bar = rest.indexOf("|");
      return bar < 0
        ? { do: "write", path: rest.trim(), content: "" }
        : {
            do: "write",
            path: rest.slice(0, bar).trim(),
            content: `${rest
              .slice(bar + 1)
              .trim()
              .replaceAll("\\n", "\n")}\n`,
          };
    }
    case "read":
      return { do: "read", path: rest.trim() };
    case "todos": {
      const items = rest.split(";").map((item) => item.trim());
      return {
        do: "todos",
        items: items.map((item) => item.replace(/^\*/, "")),
        done: items.filter((item) => item.startsWith("*")).length,
      };
    }
    case "pause":
      return { do: "pause", ms: Number(rest) || 0 };
    case "until":
      return { do: "until", path: rest.trim() };
    case "emit":
      return { do: "emit", line: rest };
    case "approve":
      return { do: "ask", ask: { kind: "approval", command: rest } };
    case "question":
      return { do: "ask", ask: { kind: "question", ...questionOf(rest) } };
    case "ask":
      return { do: "call", ...questionOf(rest) };
    case "plan":
      return { do: "ask", ask: { kind: "plan", plan: rest.replaceAll("\\n", "\n") } };
    case "fail":
      return { do: "fail", why: rest };
    case "exit":
      return { do: "exit", code: Number(rest) || 0 };
    default:
      return { do: "say", text: rest.replaceAll("\\n", "\n") };
  }
}

function questionOf(text: string): { question: string; choices: readonly string[] } {
  const [question = "", ...choices] = text.split("|").map((part) => part.trim());
  return { question, choices };
}

const plan = ["Look at the greeting", "Let it take a name", "Test both ways"];

const greeting = `/**
 * Greets someone by name, or the whole world when there is none.
 */
export function greeting(name) {
  return \`Hello, \${name ?? "world"}!\`;
}
`;

const test = `import assert from "node:assert/strict";
import { greeting } from "../src/greeting.js";

assert.equal(greeting(), "Hello, world!");
assert.equal(greeting("Ada"), "Hello, Ada!");
console.log("2 assertions passed");
`;

const closing = `The greeting now takes a name, and stays as it was without one.

- \`src/greeting.js\`: \`greeting(name)\` falls back to \`"world"\`.
- \`test/greeting.test.js\`: one assertion for each way.

The test passes. Read the changes in the **Changes** tab, or send a follow-up: this conversation goes on.`;

/** The sample task: every kind of thing a real agent does, in about ten seconds. */
export const sampleSteps: readonly Step[] = [
  {
    do: "think",
    text: "The greeting is one function. I should see how it is called before I change its signature.",
  },
  {
    do: "say",
    text: "I'll look at the greeting first, then let it take a name and test both ways.",
  },
  { do: "todos", items: plan, done: 0 },
  { do: "read", path: "src/greeting.js" },
  { do: "read", path: "test/greeting.test.js" },
  { do: "pause", ms: 600 },
  { do: "todos", items: plan, done: 1 },
  { do: "write", path: "src/greeting.js", content: greeting },
  { do: "pause", ms: 600 },
  { do: "todos", items: plan, done: 2 },
  { do: "write", path: "test/greeting.test.js", content: test },
  { do: "run", command: "node test/greeting.test.js" },
  { do: "pause", ms: 400 },
  { do: "todos", items: plan, done: 3 },
  { do: "say", text: closing },
];

/** What the sample agent does with a follow-up: a small change that shows in the same worktree. */
export function sampleFollowUp(text: string): readonly Step[] {
  const words = text.replace(/\s+/g, " ").trim().slice(0, 200);
  return [
    {
      do: "think",
      text: "A follow-up in the same conversation: I note it where people will read it.",
    },
    { do: "read", path: "README.md" },
    {
      do: "write",
      path: "NOTES.md",
      content: `# Notes\n\nAsked in a follow-up:\n\n> ${words}\n`,
    },
    { do: "run", command: "node test/greeting.test.js" },
    {
      do: "say",
      text: "I am the sample agent, so I cannot really do that; I wrote your words into `NOTES.md` to show how a follow-up goes on in the same conversation and worktree.",
    },
  ];
}
