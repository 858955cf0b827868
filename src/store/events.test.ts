import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { EventType } from "../contract/event.ts";
import { opened, tempDir, tempStore } from "./testing/harness.ts";
import { anEvent, ulid } from "./testing/records.ts";
import type { EventFilter } from "./types.ts";

describe("the journal", () => {
  test("numbers events and gives them back whole", () => {
    using store = tempStore();
    const data = {
      text: "NUL \u0000, half a pair \ud800, 😀, \u2028",
      deep: [1, null, { a: 0.5 }],
    };
    const event = store.transact((tx) =>
      tx.appendEvent(
        anEvent({ at: 9_007_199_254_740_991, taskId: ulid(1), runId: ulid(2), key: "k", data }),
      ),
    );
    expect(event).toEqual({
      seq: 1,
      at: 9_007_199_254_740_991,
      type: "assistant.text",
      taskId: ulid(1),
      runId: ulid(2),
      data,
    });
    expect(store.events({ after: 0, limit: 10 })).toEqual([event!]);
    expect([store.firstSeq(), store.lastSeq()]).toEqual([1, 1]);
  });

  test("is empty at first", () => {
    using store = tempStore();
    expect([store.firstSeq(), store.lastSeq(), store.tailSeq(ulid(1), 5)]).toEqual([0, 0, 0]);
    expect(store.events({ after: 0, limit: 10 })).toEqual([]);
    expect(store.events({ after: 0, limit: 10, taskIds: [] })).toEqual([]);
  });

  test("takes data that is not there as null", () => {
    using store = tempStore();
    const event = store.transact((tx) => tx.appendEvent(anEvent({ data: undefined })));
    expect(event?.data).toBeNull();
    expect(store.events({ after: 0, limit: 1 })[0]?.data).toBeNull();
  });

  test("refuses a second event of the same run and key without using up a number", () => {
    using store = tempStore();
    const append = (runId: string | null, key: string | null, taskId: string | null = null) =>
      store.transact((tx) => tx.appendEvent(anEvent({ runId, key, taskId })))?.seq ?? null;
    expect(append("r1", "a")).toBe(1);
    expect(append("r1", "a")).toBeNull();
    expect(append("r1", "a", "another task")).toBeNull();
    expect(append("r2", "a")).toBe(2);
    expect(append("r1", "b")).toBe(3);
    expect(append("r1", null)).toBe(4);
    expect(append("r1", null)).toBe(5);
    // Without a run the key belongs to the task.
    expect(append(null, "a", "t1")).toBe(6);
    expect(append(null, "a", "t1")).toBeNull();
    expect(append(null, "a", "t2")).toBe(7);
    expect(append(null, "a")).toBe(8);
    expect(append(null, "a")).toBeNull();
    expect(store.lastSeq()).toBe(8);
  });

  test("orders by number alone when the clock goes back", () => {
    using store = tempStore();
    store.transact((tx) => {
      for (const at of [3000, 1000, 1000, 2000]) tx.appendEvent(anEvent({ at }));
    });
    expect(store.events({ after: 0, limit: 9 }).map((event) => event.at)).toEqual([
      3000, 1000, 1000, 2000,
    ]);
  });

  test("stops at the last number JavaScript can count to", () => {
    using dir = tempDir();
    opened(dir.path).close();
    const db = new Database(join(dir.path, "agetor.sqlite"));
    db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', 9007199254740991)");
    db.close();
    const store = opened(dir.path);
    expect(() => store.transact((tx) => tx.appendEvent(anEvent()))).toThrow("out of event numbers");
    expect(store.events({ after: 0, limit: 1 })).toEqual([]);
    store.close();
  });
});

test("the calls of a run that have no result yet are found by their tool", () => {
  using store = tempStore();
  const append = (type: EventType, data: unknown, runId = ulid(2)) =>
    store.transact((tx) => tx.appendEvent(anEvent({ type, runId, data })));
  const call = (toolId: string, name: string, runId = ulid(2), of = toolId) =>
    append("tool.call", { toolId, name, input: { of } }, runId);
  const unfinished = () => store.transact((tx) => tx.unfinishedCalls(ulid(2), "Bash"));
  call("a", "Bash", ulid(2), "not yet whole");
  call("b", "Bash");
  call("a", "Bash");
  call("c", "Read");
  call("d", "Bash", ulid(3));
  append("tool.result", { toolId: "b" }, ulid(3));
  expect(unfinished()).toEqual([{ input: { of: "b" } }, { input: { of: "a" } }]);
  append("tool.result", { toolId: "a" });
  expect(unfinished()).toEqual([{ input: { of: "b" } }]);
});

describe("events", () => {
  /** 60 events: tasks 0..2 in turn, every fifth one a state event, two runs per task. */
  function filled() {
    const store = tempStore();
    store.transact((tx) => {
      for (let n = 1; n <= 60; n += 1) {
        const task = n % 3;
        const type = n % 5 === 0 ? "task.upserted" : "assistant.text";
        tx.appendEvent(anEvent({ type, taskId: `t${task}`, runId: `r${task}${n % 2}`, data: n }));
      }
    });
    return store;
  }
  const numbers = (test: (n: number) => boolean) =>
    Array.from({ length: 60 }, (_, index) => index + 1).filter(test);

  test("filters by range, task, run and kind, in order and up to the limit", () => {
    using store = filled();
    const seqs = (filter: Partial<EventFilter>) =>
      store.events({ after: 0, limit: 100, ...filter }).map((event) => event.seq);
    expect(seqs({})).toEqual(numbers(() => true));
    expect(seqs({ after: 50 })).toEqual(numbers((n) => n > 50));
    expect(seqs({ after: 50, upTo: 55 })).toEqual([51, 52, 53, 54, 55]);
    expect(seqs({ after: 10, limit: 3 })).toEqual([11, 12, 13]);
    expect(seqs({ only: "state" })).toEqual(numbers((n) => n % 5 === 0));
    expect(seqs({ only: "state", after: 20, upTo: 40, limit: 3 })).toEqual([25, 30, 35]);
    expect(seqs({ taskIds: ["t1"] })).toEqual(numbers((n) => n % 3 === 1));
    expect(seqs({ taskIds: ["t1"], only: "state" })).toEqual([10, 25, 40, 55]);
    expect(seqs({ taskIds: ["t2", "t1", "t2", "nobody"], after: 7, limit: 5 })).toEqual([
      8, 10, 11, 13, 14,
    ]);
    expect(seqs({ runId: "r11" })).toEqual(numbers((n) => n % 3 === 1 && n % 2 === 1));
    expect(seqs({ runId: "r11", taskIds: ["t1"], upTo: 20 })).toEqual([1, 7, 13, 19]);
    expect(seqs({ runId: "r11", taskIds: ["t2"] })).toEqual([]);
    expect(seqs({ runId: "r11", only: "state" })).toEqual([25, 55]);
  });

  test("the tail is where the last n events of a task begin", () => {
    using store = filled();
    const taskIds = ["t1"];
    for (const n of [0, 1, 7, 19]) {
      const after = store.tailSeq("t1", n);
      expect(store.events({ after, taskIds, limit: 100 })).toHaveLength(n);
    }
    expect(store.tailSeq("t1", 20)).toBe(0);
    expect(store.tailSeq("t1", 1000)).toBe(0);
  });

  test("pages backwards through a task", () => {
    using store = filled();
    const before = (seq: number, limit: number) =>
      store.eventsBefore("t1", seq, limit).map((event) => event.seq);
    expect(before(Number.MAX_SAFE_INTEGER, 3)).toEqual([52, 55, 58]);
    expect(before(52, 2)).toEqual([46, 49]);
    expect(before(7, 9)).toEqual([1, 4]);
    expect(before(1, 9)).toEqual([]);
  });
});
