import { expect, test } from "bun:test";
import { fault } from "../contract/fault.ts";
import { tempStore } from "./testing/harness.ts";
import { aTask, ulid } from "./testing/records.ts";
import type { WorktreeRecord } from "./types.ts";

const task = ulid(1);

function aWorktree(taskId: string, change: Partial<WorktreeRecord> = {}): WorktreeRecord {
  return {
    taskId,
    mark: "m",
    firstPort: null,
    ports: 0,
    copied: false,
    attempts: 0,
    setup: { kind: "due" },
    teardown: { kind: "none" },
    ...change,
  };
}

test("the set-up of a repository is kept by its git directory, the last word counts", () => {
  using store = tempStore();
  const said = { setup: "npm ci\n", teardown: "", copy: [".env", "*.pem"], ports: 5 };
  store.transact((tx) => {
    tx.putProjectSetup({ ...said, setup: "old", commonDir: "/r/.git", updatedAt: 1 });
    tx.putProjectSetup({ ...said, commonDir: "/r/.git", updatedAt: 2 });
  });
  expect(store.projectSetup("/r/.git")).toEqual(said);
  expect(store.projectSetup("/other/.git")).toBeNull();
});

test("a worktree's state comes back as it was put", () => {
  using store = tempStore();
  const states: readonly WorktreeRecord[] = [
    aWorktree(task),
    aWorktree(task, {
      firstPort: 20_000,
      ports: 10,
      copied: true,
      attempts: 3,
      setup: { kind: "running", attempt: 3, runId: ulid(9), digest: "d", startedAt: 7 },
      teardown: { kind: "running", attempt: 2, startedAt: 5 },
    }),
    aWorktree(task, {
      setup: { kind: "failed", runId: ulid(9), fault: fault("setup_failed", "No", "Try") },
      teardown: { kind: "done" },
    }),
  ];
  store.transact((tx) => tx.putTask(aTask(task)));
  expect(store.worktree(task)).toBeNull();
  for (const state of states) {
    store.transact((tx) => tx.putWorktree(state));
    expect(store.worktree(task)).toEqual(state);
  }
});

test("port ranges are those of the worktrees that have some, and are free once one is gone", () => {
  using store = tempStore();
  store.transact((tx) => {
    for (const [n, firstPort] of [
      [1, 30_000],
      [2, null],
      [3, 20_000],
    ] as const) {
      tx.putTask(aTask(ulid(n)));
      tx.putWorktree(aWorktree(ulid(n), { firstPort, ports: 10 }));
    }
  });
  expect(store.portRanges()).toEqual([
    { first: 20_000, count: 10 },
    { first: 30_000, count: 10 },
  ]);
  store.transact((tx) => tx.dropWorktree(ulid(3)));
  expect(store.portRanges()).toEqual([{ first: 30_000, count: 10 }]);
  store.transact((tx) => tx.purgeTask(ulid(1)));
  expect(store.portRanges()).toEqual([]);
});
