import { describe, expect, test } from "bun:test";
import { Events } from "./testing/events.ts";
import { TranscriptFold } from "./transcript-fold.ts";
import { type Detail, type Row, type RowOptions, TranscriptRows } from "./transcript-rows.ts";

const as = (detail: Detail, toggled: readonly [string, boolean][] = []): RowOptions => ({
  detail,
  toggled: new Map(toggled),
});

function rowsOf(events: Events, options: RowOptions): readonly Row[] {
  const fold = new TranscriptFold();
  fold.push(events.all);
  return new TranscriptRows().update(fold.items, 0, options);
}

const shape = (rows: readonly Row[]): string[] =>
  rows.map(
    (row) =>
      "  ".repeat(row.depth) +
      (row.kind === "group" ? `group ${row.items.length}` : row.item.kind) +
      (row.open ? " open" : ""),
  );

function story(): Events {
  const events = new Events();
  events.user("go");
  events.add("session.started", { sessionRef: null, model: "m", mode: null, resumed: false });
  events.tool("r1", "read", "a.ts");
  events.tool("r2", "read", "b.ts");
  events.tool("s1", "search", "needle");
  events.say("I see.");
  events.tool("e1", "edit", "a.ts", {
    diff: [
      { path: "a.ts", kind: "update", patch: "@@ -1 +1 @@\n-a\n+b", additions: 1, deletions: 1 },
    ],
  });
  events.tool("x1", "execute", "npm test", { status: "failed", exitCode: 1 });
  events.tool("x2", "execute", "ls");
  events.add("turn.ended", { outcome: { kind: "succeeded" }, durationMs: 1 });
  return events;
}

describe("rows", () => {
  test("Normal folds looking around into one sentence, and opens edits and failures", () => {
    expect(shape(rowsOf(story(), as("normal")))).toEqual([
      "run",
      "user",
      "group 3",
      "text",
      "tool open",
      "tool open",
      "tool",
      "end",
    ]);
  });

  test("Summary folds all work between two texts", () => {
    expect(shape(rowsOf(story(), as("summary")))).toEqual([
      "run",
      "user",
      "group 3",
      "text",
      "group 3",
      "end",
    ]);
  });

  test("Verbose shows every step open", () => {
    expect(shape(rowsOf(story(), as("verbose")))).toEqual(
      [
        "run",
        "user",
        "session open",
        "tool open",
        "tool open",
        "tool open",
        "text open",
        "tool open",
        "tool open",
        "tool open",
        "end open",
      ].map((line) => (line === "run" || line === "user" ? `${line} open` : line)),
    );
  });

  test("one look alone is no group; a group that is opened lists what it holds", () => {
    const events = new Events();
    events.tool("r1", "read", "a.ts");
    events.say("x");
    events.tool("r2", "read", "b.ts");
    events.tool("r3", "read", "c.ts");
    const closed = rowsOf(events, as("normal"));
    expect(shape(closed)).toEqual(["tool", "text", "group 2"]);
    const key = closed[2]?.key ?? "";
    expect(shape(rowsOf(events, as("normal", [[key, true]])))).toEqual([
      "tool",
      "text",
      "group 2 open",
      "  tool",
      "  tool",
    ]);
  });

  test("a sub-agent is one line until it is opened", () => {
    const events = new Events();
    events.add("subagent.started", { agentId: "A", toolId: null, label: "A", agentType: null });
    events.tool("r1", "read", "a.ts", { agentId: "A" });
    events.tool("r2", "read", "b.ts", { agentId: "A" });
    events.say("found it", "A");
    expect(shape(rowsOf(events, as("normal")))).toEqual(["agent"]);
    expect(shape(rowsOf(events, as("normal", [["aA", true]])))).toEqual([
      "agent open",
      "  group 2",
      "  text",
    ]);
  });

  test("every way of growing leads to the rows of the whole", () => {
    for (const detail of ["summary", "normal", "verbose"] as const) {
      const events = story();
      events.add("subagent.started", { agentId: "A", toolId: null, label: "A", agentType: null });
      events.tool("r8", "read", "x.ts", { agentId: "A" });
      events.call("r9", "read", "y.ts");
      events.tool("s9", "search", "more");
      events.result("r9");
      const options = as(detail, [["aA", true]]);
      const fold = new TranscriptFold();
      const rows = new TranscriptRows();
      let last: readonly Row[] = [];
      for (const event of events.all) {
        fold.push([event]);
        last = rows.update(fold.items, fold.takeDirty(), options).slice();
      }
      expect(last).toEqual(rowsOf(events, options));
    }
  });

  test("a row that did not change is the same object", () => {
    const events = story();
    const fold = new TranscriptFold();
    fold.push(events.all);
    const rows = new TranscriptRows();
    const options = as("normal");
    const before = rows.update(fold.items, fold.takeDirty(), options).slice();
    events.say("more");
    fold.push(events.all.slice(-1));
    const after = rows.update(fold.items, fold.takeDirty(), options).slice();
    for (const [index, row] of before.entries()) expect(after[index]).toBe(row);
    const toggled = as("normal", [[before[4]?.key ?? "", false]]);
    const closed = rows.update(fold.items, fold.takeDirty(), toggled);
    expect(closed[4]).not.toBe(after[4]!);
    expect(closed[3]).toBe(after[3]!);
  });

  test("appending to 100,000 rows costs what is appended", () => {
    const events = new Events();
    for (let index = 0; index < 100_000; index += 1) events.say(`line ${index}`);
    const fold = new TranscriptFold();
    fold.push(events.all);
    const rows = new TranscriptRows();
    const options = as("normal");
    rows.update(fold.items, fold.takeDirty(), options);
    const began = performance.now();
    for (let index = 0; index < 1000; index += 1) {
      events.say("one more");
      fold.push(events.all.slice(-1));
      rows.update(fold.items, fold.takeDirty(), options);
    }
    expect(performance.now() - began).toBeLessThan(200);
  });
});
