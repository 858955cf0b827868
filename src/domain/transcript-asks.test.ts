import { describe, expect, test } from "bun:test";
import type { Event } from "../contract/event.ts";
import type { Interaction, InteractionAnswer } from "../contract/interaction.ts";
import { answered, approvalOf as approval, openAsk as base } from "./testing/approvals.ts";
import { Events } from "./testing/events.ts";
import type { Item } from "./transcript.ts";
import { TranscriptFold } from "./transcript-fold.ts";
import { transcriptToMarkdown } from "./transcript-markdown.ts";
import { TranscriptRows } from "./transcript-rows.ts";
import { answersOf, approvalWords, askWords, commentsOf, toolPhrase } from "./transcript-words.ts";

const allow = (command?: string): InteractionAnswer => ({
  kind: "approval",
  decision: "allow",
  ...(command === undefined ? {} : { updatedInput: { command } }),
});

function bash(events: Events, id: string, command: string): void {
  events.call(id, "execute", command, { name: "Bash", input: { command, timeout: 5 } });
}

function folded(events: readonly Event[]): TranscriptFold {
  const fold = new TranscriptFold();
  fold.push(events);
  return fold;
}

const only = <K extends Item["kind"]>(fold: TranscriptFold, kind: K) =>
  fold.items.filter((item): item is Extract<Item, { kind: K }> => item?.kind === kind);

/** The lines of the tools, and what stands at their end. */
const lines = (fold: TranscriptFold): string[] =>
  only(fold, "tool").map((item) => {
    const { verb, object } = toolPhrase(item);
    return [`${verb} ${object}`, approvalWords(item)].filter((part) => part !== "").join(" | ");
  });

describe("approvals in a transcript", () => {
  test("a call wants to run while its approval is open, and says how it was allowed", () => {
    const events = new Events();
    bash(events, "a", "echo one");
    expect(lines(folded(events.all))).toEqual(["Running echo one"]);
    const ask = approval("A", "echo one");
    events.interaction(ask);
    expect(lines(folded(events.all))).toEqual(["Wants to run echo one"]);
    events.interaction(answered(ask, "Allowed once", allow()));
    expect(lines(folded(events.all))).toEqual(["Running echo one | Allowed once"]);
    events.result("a");
    expect(lines(folded(events.all))).toEqual(["Ran echo one | Allowed once"]);
    expect(only(folded(events.all), "ask")).toEqual([]);
  });

  test("a command the person changed is the one that is shown, the one asked for stays", () => {
    const events = new Events();
    bash(events, "a", "echo one");
    const ask = approval("A", "echo one");
    events.interaction(ask);
    events.interaction(answered(ask, "Allowed with your changes", allow("echo TWO")));
    // The agent tells its call again, as it wanted it.
    bash(events, "a", "echo one");
    events.result("a", { output: "TWO" });
    const fold = folded(events.all);
    expect(lines(fold)).toEqual(["Ran echo TWO | edited by you"]);
    expect(only(fold, "tool")[0]).toMatchObject({
      input: { command: "echo TWO" },
      asked: { title: "echo one", input: { command: "echo one", timeout: 5 } },
    });
    expect(transcriptToMarkdown("T", fold.items)).toContain("- Ran `echo TWO` (edited by you)");
  });

  test("an allowance with the same input is no change", () => {
    const events = new Events();
    events.call("a", "execute", "ls", { name: "Bash", input: { command: "ls" } });
    const ask = approval("A", "ls");
    events.interaction(answered(ask, "Allowed with your changes", allow("ls")));
    expect(lines(folded(events.all))).toEqual(["Running ls | Allowed with your changes"]);
  });

  test("a changed path is in the line of its tool", () => {
    const events = new Events();
    const input = { file_path: "/repo/a.ts", content: "x" };
    events.call("a", "edit", "a.ts", { name: "Write", input });
    const ask = { ...approval("A", ""), toolName: "Write", toolInput: input } as Interaction;
    const updatedInput = { file_path: "/repo/b.ts", content: "x" };
    const answer = { kind: "approval", decision: "allow", updatedInput } as const;
    events.interaction(answered(ask, "Allowed with your changes", answer));
    expect(lines(folded(events.all))).toEqual(["Editing /repo/b.ts | edited by you"]);
  });

  test("an approval whose call is read later is joined with it, and leaves no row behind", () => {
    const events = new Events();
    const ask = approval("A", "rm x");
    const no: InteractionAnswer = { kind: "approval", decision: "deny", reason: "not now" };
    events.interaction(ask);
    events.interaction(answered(ask, "Denied: not now", no));
    const alone = only(folded(events.all), "ask");
    expect(alone.map(askWords)).toEqual([
      { verb: "Asked to use", object: "Bash rm x", outcome: "Denied: not now" },
    ]);
    bash(events, "a", "rm x");
    events.result("a", { status: "denied" });
    const fold = folded(events.all);
    expect(only(fold, "ask")).toEqual([]);
    expect(lines(fold)).toEqual(["Wanted to run rm x | Denied: not now"]);
  });

  test("an answer is given to one call only, and never to one of another run", () => {
    const events = new Events();
    const ask = (id: string): Interaction => approval(id, "ls");
    events.user("one");
    bash(events, "a", "ls");
    bash(events, "b", "ls");
    events.interaction(ask("A"));
    events.interaction(answered(ask("A"), "Allowed once", allow()));
    events.interaction(answered(ask("B"), "Allowed by your rule for Bash", allow()));
    expect(lines(folded(events.all))).toEqual([
      "Running ls | Allowed once",
      "Running ls | Allowed by your rule for Bash",
    ]);
    events.result("a");
    bash(events, "c", "ls");
    bash(events, "d", "ls -l");
    events.runId = "RUN2";
    events.user("two");
    events.interaction(ask("C"));
    events.interaction(answered(ask("C"), "Stopped", null));
    const fold = folded(events.all);
    expect(lines(fold).slice(2)).toEqual(["Running ls", "Running ls -l"]);
    expect(only(fold, "ask").map((item) => askWords(item).outcome)).toEqual(["Stopped"]);
  });

  test("a call that became a sub-agent keeps its approval", () => {
    const events = new Events();
    const input = { prompt: "look" };
    events.call("a", "agent", "look", { name: "Agent", input });
    events.add("subagent.started", { agentId: "S", toolId: "a", label: "look", agentType: null });
    const ask = { ...approval("A", "x"), toolName: "Agent", toolInput: input } as Interaction;
    events.interaction(answered(ask, "Allowed once", allow()));
    expect(only(folded(events.all), "agent")[0]?.call?.approval?.outcome).toBe("Allowed once");
  });

  test("only what is asked shows again when an answer comes late in a long transcript", () => {
    const events = new Events();
    for (let at = 0; at < 50; at += 1) events.say(`line ${at}`);
    bash(events, "a", "ls");
    const fold = folded(events.all);
    const rows = new TranscriptRows();
    const options = { detail: "normal", toggled: new Map() } as const;
    rows.update(fold.items, fold.takeDirty(), options);
    const ask = new Events();
    ask.interaction(approval("A", "ls"));
    fold.push(ask.all);
    expect(fold.takeDirty()).toBe(50);
  });
});

describe("questions and plans in a transcript", () => {
  test("stand there once they are over, with what was answered", () => {
    const events = new Events();
    const question: Interaction = {
      ...base,
      id: "Q",
      kind: "question",
      question: "Which colour?\nThink well.",
      choices: ["red", "green"],
      multi: false,
      allowText: true,
    };
    events.interaction(question);
    expect(folded(events.all).items).toEqual([]);
    const answer = { kind: "question", selected: ["green"], text: "dark" } as const;
    events.interaction(
      answered(question, "Answered: green, dark", { ...answer, selected: ["green"] }),
    );
    const [item] = only(folded(events.all), "ask");
    if (item === undefined) throw new Error("no row");
    expect(askWords(item)).toEqual({
      verb: "Asked",
      object: "Which colour?",
      outcome: "green, dark",
    });
    expect(answersOf(item)).toEqual([
      { question: "Which colour?\nThink well.", answer: "green, dark" },
    ]);
  });

  test("each of several questions has its own answer; what nobody answered says so", () => {
    const events = new Events();
    const one = (question: string) => ({ question, header: "", multiSelect: true, options: [] });
    const ask: Interaction = {
      ...base,
      id: "Q",
      kind: "ask_questions",
      questions: [one("A?"), one("B?")],
    };
    const answers = [{ selected: ["x", "y"] }, { selected: [], custom: "z" }];
    events.interaction(answered(ask, "Answered: x, y; z", { kind: "ask_questions", answers }));
    events.interaction(answered({ ...ask, id: "R" }, "Answered in the agent's terminal", null));
    const [first, second] = only(folded(events.all), "ask");
    if (first === undefined || second === undefined) throw new Error("no rows");
    expect(answersOf(first).map(({ answer }) => answer)).toEqual(["x, y", "z"]);
    expect(answersOf(second).map(({ answer }) => answer)).toEqual(["", ""]);
    expect(askWords(second).outcome).toBe("Answered in the agent's terminal");
  });

  test("a plan that was sent back keeps its comments", () => {
    const events = new Events();
    const ask: Interaction = { ...base, id: "P", kind: "plan_approval", plan: "# Plan\n\n1. Go" };
    const revision = "> 1. Go\n\nNot yet";
    const answer = { kind: "plan_approval", choice: "reject", revision } as const;
    events.interaction(answered(ask, "Changes requested", answer));
    const [item] = only(folded(events.all), "ask");
    if (item === undefined) throw new Error("no row");
    expect(askWords(item)).toEqual({
      verb: "Proposed a plan",
      object: "1. Go",
      outcome: "Changes requested",
    });
    expect(commentsOf(item)).toBe(revision);
    expect(transcriptToMarkdown("T", [item])).toContain("> > 1. Go");
  });

  test("what was stored before answers were told is shown by its outcome", () => {
    const events = new Events();
    const { answer: _, ...old } = answered(approval("A", "ls"), "Allowed once", allow());
    bash(events, "a", "ls");
    events.interaction(old as Interaction);
    expect(lines(folded(events.all))).toEqual(["Running ls | Allowed once"]);
  });
});
