import { describe, expect, test } from "bun:test";
import { tempStore } from "./testing/harness.ts";
import { aRun, aTask, ulid } from "./testing/records.ts";
import type { RunRecord } from "./types.ts";

const ids = (runs: readonly RunRecord[]) => runs.map((run) => run.id);

describe("a run", () => {
  test("comes back as it was put, and is overwritten", () => {
    using store = tempStore();
    const run = aRun(ulid(5), ulid(1), {
      prompt: "p".repeat(3000),
      sessionId: ulid(6),
      sessionRef: "thread-1",
      phase: { kind: "blocked", on: [ulid(7)] },
      usage: {
        inputTokens: 1,
        outputTokens: 2,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        costUsd: 0.01,
      },
      background: [{ id: "b", kind: "shell", label: "dev server" }],
    });
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1)));
      tx.putRun(run);
    });
    expect(store.run(ulid(5))).toEqual(run);
    expect(store.run(ulid(6))).toBeNull();
    const ended: RunRecord = {
      ...run,
      prompt: "Another",
      phase: { kind: "ended", outcome: { kind: "succeeded" } },
      endedAt: 9,
      exitCode: 0,
      usage: null,
    };
    store.transact((tx) => tx.putRun(ended));
    expect(store.run(ulid(5))).toEqual(ended);
  });

  test("needs its task", () => {
    using store = tempStore();
    expect(() => store.transact((tx) => tx.putRun(aRun(ulid(1), ulid(2))))).toThrow("FOREIGN KEY");
  });

  test("lists newest first in the order they came, even if the clock went back between them", () => {
    using store = tempStore();
    store.transact((tx) => {
      for (const n of [1, 2]) tx.putTask(aTask(ulid(n)));
      // Ids hold a time: the third one was made by a clock that had jumped back.
      for (const n of [20, 30, 10, 40]) tx.putRun(aRun(ulid(n), ulid(1)));
      tx.putRun(aRun(ulid(99), ulid(2)));
      // An update does not change the place.
      tx.putRun(aRun(ulid(20), ulid(1), { exitCode: 1 }));
    });
    const expected = [40, 10, 30, 20].map(ulid);
    expect(ids(store.runs(ulid(1), 10, null))).toEqual(expected);
    expect(ids(store.runs(ulid(1), 2, null))).toEqual(expected.slice(0, 2));
    expect(ids(store.runs(ulid(1), 2, ulid(10)))).toEqual(expected.slice(2));
    expect(store.runs(ulid(1), 2, ulid(20))).toEqual([]);
    expect(store.runs(ulid(1), 2, "unknown")).toEqual([]);
    expect([20, 10, 40, 99, 7].map((n) => store.turn(ulid(n)))).toEqual([
      { number: 1, previous: null, next: ulid(30) },
      { number: 3, previous: ulid(30), next: ulid(40) },
      { number: 4, previous: ulid(10), next: null },
      { number: 1, previous: null, next: null },
      { number: 0, previous: null, next: null },
    ]);
  });

  test("is open until it has ended", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1)));
      tx.putRun(aRun(ulid(3), ulid(1), { phase: { kind: "queued", reason: "wip-limit" } }));
      tx.putRun(aRun(ulid(2), ulid(1)));
      const outcome = { kind: "cancelled" } as const;
      tx.putRun(aRun(ulid(4), ulid(1), { phase: { kind: "ended", outcome } }));
    });
    expect(ids(store.openRuns())).toEqual([ulid(3), ulid(2)]);
  });
});
