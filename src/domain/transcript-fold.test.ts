import { describe, expect, test } from "bun:test";
import type { Event } from "../contract/event.ts";
import { Events } from "./testing/events.ts";
import type { Item } from "./transcript.ts";
import { TranscriptFold } from "./transcript-fold.ts";

function folded(events: readonly Event[]): TranscriptFold {
  const fold = new TranscriptFold();
  fold.push(events);
  return fold;
}

const kinds = (fold: TranscriptFold) => fold.items.map((item) => item?.kind ?? null);
const only = <K extends Item["kind"]>(fold: TranscriptFold, kind: K) =>
  fold.items.filter((item): item is Extract<Item, { kind: K }> => item?.kind === kind);

describe("folding a transcript", () => {
  test("begins a run with its first message, and only there", () => {
    const events = new Events();
    events.user("one");
    events.say("hello");
    events.user("steered");
    events.runId = "RUN2";
    events.user("two");
    expect(kinds(folded(events.all))).toEqual(["run", "user", "text", "user", "run", "user"]);
  });

  test("joins a tool's calls and its result into one item, wherever they stand", () => {
    const events = new Events();
    events.call("a", "execute", "");
    events.call("b", "read", "b.ts");
    events.call("a", "execute", "npm test");
    events.result("b", { output: "text" });
    events.result("a", { status: "failed", exitCode: 1, output: "1 fail" });
    const tools = only(folded(events.all), "tool");
    expect(tools).toHaveLength(2);
    expect(tools[0]).toMatchObject({ title: "npm test", status: "failed", exitCode: 1 });
    expect(tools[0]?.durationMs).toBe(4000);
    expect(tools[1]).toMatchObject({ title: "b.ts", status: "succeeded", output: "text" });
  });

  test("a late update of a call does not make a finished tool run again", () => {
    const events = new Events();
    events.tool("a", "execute", "ls");
    events.call("a", "execute", "ls -l");
    expect(only(folded(events.all), "tool")[0]).toMatchObject({
      title: "ls -l",
      status: "succeeded",
    });
  });

  test("keeps a result whose call is in an older page", () => {
    const events = new Events();
    events.result("lost", { output: "found" });
    const [tool] = only(folded(events.all), "tool");
    expect(tool).toMatchObject({ output: "found", status: "succeeded", name: "" });
  });

  test("nests what a sub-agent does under the call that asked for it", () => {
    const events = new Events();
    events.call("task", "agent", "Find callers");
    events.say("before it was announced", "A");
    events.add("subagent.started", {
      agentId: "A",
      toolId: "task",
      label: "Find every caller",
      agentType: "explore",
    });
    events.tool("t1", "search", "create", { agentId: "A" });
    events.say("meanwhile");
    events.say("two callers", "A");
    events.result("task", { output: "two callers" });
    events.add("subagent.ended", { agentId: "A", status: "succeeded", summary: "done" });
    const fold = folded(events.all);
    expect(kinds(fold)).toEqual(["agent", null, "text"]);
    const [agent] = only(fold, "agent");
    expect(agent).toMatchObject({
      label: "Find every caller",
      status: "succeeded",
      tools: 1,
      summary: "done",
    });
    expect(agent?.call?.output).toBe("two callers");
    expect(agent?.lane.items.map((item) => item?.kind)).toEqual(["text", "tool", "text"]);
  });

  test("makes a sub-agent's item anew whenever its lane grows", () => {
    const events = new Events();
    events.add("subagent.started", { agentId: "A", toolId: null, label: "A", agentType: null });
    const fold = folded(events.all);
    const before = fold.items[0];
    expect(fold.takeDirty()).toBe(0);
    events.say("x", "A");
    fold.push(events.all.slice(1));
    expect(fold.items[0]).not.toBe(before ?? null);
    expect(fold.takeDirty()).toBe(0);
  });

  test("says what changed between two lists of steps", () => {
    const events = new Events();
    const todo = (text: string, status: "pending" | "in_progress" | "completed") => ({
      text,
      status,
    });
    events.add("todos.updated", {
      todos: [todo("a", "in_progress"), todo("b", "pending"), todo("c", "pending")],
      explanation: null,
    });
    events.add("todos.updated", {
      todos: [todo("a", "completed"), todo("b", "in_progress"), todo("d", "pending")],
      explanation: null,
    });
    const fold = folded(events.all);
    expect(only(fold, "todos").map((item) => item.changes)).toEqual([
      null,
      { finished: ["a"], started: ["b"], added: ["d"], removed: ["c"] },
    ]);
    expect(fold.todos?.todos).toHaveLength(3);
  });

  test("a plan that is being written is one item until it is final", () => {
    const events = new Events();
    events.add("plan.updated", { text: "1", final: false });
    events.add("plan.updated", { text: "1 2", final: false });
    events.add("plan.updated", { text: "1 2 3", final: true });
    events.add("plan.updated", { text: "another", final: true });
    expect(only(folded(events.all), "plan").map((item) => item.text)).toEqual(["1 2 3", "another"]);
  });

  test("drops nothing but state: what nobody knows is kept as it came", () => {
    const events = new Events();
    events.add("raw", { source: "claude", payload: { a: 1 } });
    const strange = { ...events.add("raw", {}), type: "something.new", data: { x: 1 } };
    const state = { ...events.add("raw", {}), type: "task.upserted" };
    const fold = folded([events.all[0]!, strange as Event, state as Event]);
    expect(only(fold, "raw")).toMatchObject([
      { source: "claude", payload: { a: 1 } },
      { source: "something.new", payload: { x: 1 } },
    ]);
  });

  test("notices, errors and the end of a turn stand where they happened", () => {
    const events = new Events();
    events.add("error", { message: "overloaded", code: "529", willRetry: true });
    events.all.push({
      ...events.all[0]!,
      seq: 50,
      type: "notice",
      data: { level: "info", code: "x", message: "compacted", hint: null },
    });
    events.add("turn.ended", { outcome: { kind: "succeeded" }, durationMs: 5 });
    expect(kinds(folded(events.all))).toEqual(["error", "notice", "end"]);
  });

  test("thinking lasts from the thing before it", () => {
    const events = new Events();
    events.say("hm");
    events.add("assistant.thinking", { text: "because" });
    expect(only(folded(events.all), "thinking")[0]?.durationMs).toBe(1000);
  });

  test("folds in pieces to the same as at once", () => {
    const events = new Events();
    for (let index = 0; index < 40; index += 1) {
      events.call(`t${index}`, index % 2 === 0 ? "read" : "execute", `f${index}`);
      if (index > 2) events.result(`t${index - 2}`, { output: String(index) });
      events.say(`text ${index}`, index % 5 === 0 ? "A" : null);
    }
    const whole = folded(events.all);
    const pieces = new TranscriptFold();
    for (const event of events.all) pieces.push([event]);
    expect(pieces.items).toEqual(whole.items);
  });

  test("folds 100,000 events in well under a second", () => {
    const events = new Events();
    for (let index = 0; index < 25_000; index += 1) {
      events.tool(`t${index}`, index % 3 === 0 ? "execute" : "read", `src/f${index}.ts`);
      events.say(`Step ${index}`);
      events.add("assistant.thinking", { text: "hm" });
    }
    const began = performance.now();
    const fold = folded(events.all);
    const took = performance.now() - began;
    expect(fold.items).toHaveLength(75_000);
    // About 60 ms on a laptop; the rest is for a machine that does other things too.
    expect(took).toBeLessThan(1500);
  });
});
