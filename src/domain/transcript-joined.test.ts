import { describe, expect, test } from "bun:test";
import { ulid } from "ulid";
import type { Event } from "../contract/event.ts";
import type { Interaction, InteractionAnswer } from "../contract/interaction.ts";
import { answered, approvalOf as approval, openAsk as base } from "./testing/approvals.ts";
import { Events } from "./testing/events.ts";
import type { AskItem } from "./transcript.ts";
import { TranscriptFold } from "./transcript-fold.ts";
import { TranscriptRows } from "./transcript-rows.ts";
import { approvalWords, askWords } from "./transcript-words.ts";

function folded(events: readonly Event[]): TranscriptFold {
  const fold = new TranscriptFold();
  fold.push(events);
  return fold;
}

const asksOf = (fold: TranscriptFold) =>
  fold.items.filter((item): item is AskItem => item?.kind === "ask");

describe("a question or a plan and the call that asked it", () => {
  const question: Interaction = {
    ...base,
    id: "Q",
    kind: "question",
    question: "Go on?",
    choices: null,
    multi: false,
    allowText: true,
  };
  const yes: InteractionAnswer = { kind: "question", selected: [], text: "yes" };
  const asks = (fold: TranscriptFold) =>
    fold.items.flatMap((item) => {
      if (item?.kind === "plan") return [`plan ${item.text}`];
      if (item?.kind === "tool") return [`tool ${item.toolId}`];
      if (item?.kind !== "ask") return [];
      const { verb, object, outcome } = askWords(item);
      return [`${verb} ${object} ${outcome} (${item.call?.toolId ?? "no call"})`];
    });
  const other = (events: Events, id: string, name: string, input: unknown): void =>
    events.call(id, "other", name, { name, input });

  test("are one row where the agent names the call, before and after the answer", () => {
    const events = new Events();
    const named = { ...question, toolId: "a" };
    other(events, "a", "mcp__agetor__ask_user", { question: "Go on?" });
    other(events, "b", "mcp__agetor__ask_user", { question: "Go on?" });
    events.interaction(named);
    expect(asks(folded(events.all))).toEqual(["Asks Go on?  (a)", "tool b"]);
    events.interaction(answered(named, "Answered: yes", yes));
    events.result("a", { output: "yes" });
    events.result("b");
    const fold = folded(events.all);
    expect(asks(fold)).toEqual(["Asked Go on? yes (a)", "tool b"]);
    expect(asksOf(fold)[0]?.call).toMatchObject({ output: "yes", status: "succeeded" });
  });

  test("are one row when the call is read after the answer, and two when it never is", () => {
    const events = new Events();
    const named = { ...question, toolId: "a" };
    events.interaction(named);
    events.interaction(answered(named, "Answered: yes", yes));
    other(events, "z", "ask_user", { question: "Go on?" });
    expect(asks(folded(events.all))).toEqual(["Asked Go on? yes (no call)", "tool z"]);
    other(events, "a", "ask_user", { question: "Go on?" });
    expect(asks(folded(events.all))).toEqual(["tool z", "Asked Go on? yes (a)"]);
  });

  test("nothing is joined to a question without the name of its call", () => {
    const events = new Events();
    other(events, "a", "mcp__agetor__ask_user", { question: "Go on?" });
    events.interaction(answered(question, "Answered: yes", yes));
    expect(asks(folded(events.all))).toEqual(["tool a", "Asked Go on? yes (no call)"]);
  });

  test("a second question about one call is a row of its own", () => {
    const events = new Events();
    events.call("a", "execute", "ls", { name: "shell", input: { command: "ls" } });
    const may = (id: string): Interaction => ({ ...approval(id, "ls"), toolId: "a" });
    events.interaction(answered(may("A"), "Allowed once", { kind: "approval", decision: "allow" }));
    events.interaction(answered(may("B"), "Denied", { kind: "approval", decision: "deny" }));
    const fold = folded(events.all);
    const [tool] = fold.items;
    expect(tool?.kind === "tool" && approvalWords(tool)).toBe("Allowed once");
    expect(asksOf(fold).map((item) => askWords(item).outcome)).toEqual(["Denied"]);
  });

  const set = (words: string) => ({
    question: words,
    header: "H",
    multiSelect: false,
    options: [{ label: "A", description: "", preview: null }],
  });
  /** As Claude calls it: without what it leaves out. */
  const input = (words: string) => ({
    questions: [{ question: words, header: "H", options: [{ label: "A" }] }],
  });
  const several = (id: string, words: string): Interaction => ({
    ...base,
    id,
    kind: "ask_questions",
    questions: [set(words)],
  });
  const picked: InteractionAnswer = { kind: "ask_questions", answers: [{ selected: ["A"] }] };

  test("a set of questions is known by its words, and only where they fit one call", () => {
    const events = new Events();
    other(events, "a", "AskUserQuestion", input("One?"));
    other(events, "b", "AskUserQuestion", input("Two?"));
    other(events, "c", "AskUserQuestion", input("Twin?"));
    other(events, "d", "AskUserQuestion", input("Twin?"));
    events.interaction(answered(several("B", "Two?"), "Answered: A", picked));
    events.interaction(answered(several("N", "None?"), "Answered: A", picked));
    events.interaction(answered(several("T", "Twin?"), "Answered: A", picked));
    expect(asks(folded(events.all))).toEqual([
      "tool a",
      "Asked Two? A (b)",
      "tool c",
      "tool d",
      "Asked None? A (no call)",
      "Asked Twin? A (no call)",
    ]);
  });

  /** A plan that a hook began to ask about then. */
  const planAsked = (at: number, text = "Do it"): Interaction => ({
    ...base,
    id: ulid(at),
    kind: "plan_approval",
    plan: text,
  });
  const approve: InteractionAnswer = { kind: "plan_approval", choice: "approve_ask" };
  const exit = (events: Events, id: string): void => other(events, id, "ExitPlanMode", {});
  /** The time of the next event. */
  const next = (events: Events): number => 1_000_000 + events.all.length * 1000;

  test("a plan, its call and the plan that the result tells are one row", () => {
    const events = new Events();
    exit(events, "a");
    const ask = planAsked(next(events));
    events.interaction(ask);
    expect(asks(folded(events.all))).toEqual(["Proposes a plan Do it  (a)"]);
    events.interaction(answered(ask, "Approved", approve));
    events.result("a");
    events.add("plan.updated", { text: "Do it\n", final: true, toolId: "a" });
    const fold = folded(events.all);
    expect(asks(fold)).toEqual(["Proposed a plan Do it Approved (a)"]);
    const rows = new TranscriptRows();
    const shown = rows.update(fold.items, 0, { detail: "normal", toggled: new Map() });
    expect(shown.map((row) => row.kind === "item" && row.open)).toEqual([true]);
  });

  test("a plan the call tells is taken in, another plan stays", () => {
    const events = new Events();
    exit(events, "a");
    events.add("plan.updated", { text: "Do it", final: true, toolId: "a" });
    expect(asks(folded(events.all))).toEqual(["tool a", "plan Do it"]);
    events.interaction(planAsked(next(events)));
    events.add("plan.updated", { text: "Do more", final: true, toolId: "a" });
    expect(asks(folded(events.all))).toEqual(["Proposes a plan Do it  (a)", "plan Do more"]);
  });

  test("a plan asked about while two calls may be meant is a row of its own", () => {
    const events = new Events();
    exit(events, "a");
    exit(events, "b");
    events.interaction(answered(planAsked(next(events)), "Approved", approve));
    expect(asks(folded(events.all))).toEqual([
      "tool a",
      "tool b",
      "Proposed a plan Do it Approved (no call)",
    ]);
  });

  test("a call that was made after the question, or had its result before, is another one", () => {
    const events = new Events();
    const early = planAsked(next(events));
    events.user("one");
    events.interaction(answered(early, "Changes requested", { ...approve, choice: "reject" }));
    exit(events, "late");
    expect(asks(folded(events.all)).at(0)).toBe(
      "Proposed a plan Do it Changes requested (no call)",
    );
    const asked = planAsked(next(events) + 1500);
    events.interaction(asked);
    expect(asks(folded(events.all)).at(-1)).toBe("Proposes a plan Do it  (late)");
    // What is read with a delay: that one was refused without a question, and this is about the next.
    events.result("late", { status: "failed" });
    expect(asks(folded(events.all)).at(-1)).toBe("tool late");
    events.interaction(answered(asked, "Approved", approve));
    const call = { toolId: "right", name: "ExitPlanMode", kind: "think", title: "", input: {} };
    const at = events.add("tool.call", { ...call, kind: "think", status: "running" });
    events.all[events.all.length - 1] = { ...at, at: next(events) - 2500 };
    expect(asks(folded(events.all)).slice(1)).toEqual([
      "tool late",
      "Proposed a plan Do it Approved (right)",
    ]);
  });

  test("a plan that no tool proposed is asked about where it stands, in exactly those words", () => {
    const events = new Events();
    events.add("plan.updated", { text: "Do it", final: true });
    const ask = planAsked(next(events));
    events.interaction({ ...ask, plan: "Do" } as Interaction);
    expect(asks(folded(events.all))).toEqual(["plan Do it"]);
    events.interaction(ask);
    expect(asks(folded(events.all))).toEqual(["Proposes a plan Do it  (no call)"]);
    events.add("plan.updated", { text: "Do it", final: true });
    events.interaction(answered(ask, "Approved", approve));
    expect(asks(folded(events.all))).toEqual([
      "Proposed a plan Do it Approved (no call)",
      "plan Do it",
    ]);
  });
});
