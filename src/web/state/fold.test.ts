import { describe, expect, test } from "bun:test";
import type { Task } from "../../contract/task.ts";
import { anApproval, aTask, upserted } from "../test-support/tasks.ts";
import {
  addPatch,
  type Board,
  dropPatch,
  emptyBoard,
  foldAnswer,
  foldDeleted,
  foldFrames,
  foldLoaded,
  foldRestored,
} from "./fold.ts";

function boardOf(...tasks: ReturnType<typeof aTask>[]): Board {
  return foldFrames(
    emptyBoard,
    tasks.map((task) => upserted(task)),
    0,
  );
}

describe("order", () => {
  test("by rank, then by id", () => {
    const board = boardOf(
      aTask("3", { position: "a1" }),
      aTask("2", { position: "a0" }),
      aTask("1", { position: "a0" }),
    );
    expect(board.order.backlog).toEqual(["1", "2", "3"]);
  });

  test("many at once sort like one by one", () => {
    const tasks = Array.from({ length: 60 }, (_, index) =>
      aTask(String(index), { position: `a${(index * 37) % 60}`.padStart(4, "0") }),
    );
    const atOnce = boardOf(...tasks);
    const oneByOne = tasks.reduce(
      (board, task) => foldFrames(board, [upserted(task)], 0),
      emptyBoard,
    );
    expect(oneByOne.order).toEqual(atOnce.order);
  });

  test("a column that looks the same keeps its array", () => {
    const before = boardOf(aTask("1"), aTask("2", { column: "done" }));
    const after = foldFrames(before, [upserted(aTask("1", { title: "New" }))], 0);
    expect(after.order).toBe(before.order);
    expect(after.tasks.get("1")?.title).toBe("New");
  });

  test("blocked: who waits longest stands first", () => {
    const blocked: Partial<Task> = { column: "blocked", phase: { kind: "blocked", on: ["x"] } };
    let board = boardOf(
      aTask("1", { ...blocked, position: "a0" }),
      aTask("2", { ...blocked, position: "a1" }),
    );
    const opened = (id: string, task: string, at: number) =>
      ({
        seq: at,
        at,
        type: "interaction.opened",
        taskId: task,
        runId: "r",
        data: anApproval(id, task, at),
      }) as const;
    board = foldFrames(board, [opened("i1", "1", 200), opened("i2", "2", 100)], 0);
    expect(board.order.blocked).toEqual(["2", "1"]);
    board = foldFrames(
      board,
      [
        {
          seq: 9,
          at: 9,
          type: "interaction.resolved",
          taskId: "2",
          runId: "r",
          data: anApproval("i2", "2", 100),
        },
      ],
      0,
    );
    expect(board.order.blocked).toEqual(["1", "2"]);
    expect(board.asks.has("2")).toBe(false);
  });

  test("an archived task leaves the board, and comes back", () => {
    const before = boardOf(aTask("1"));
    const away = foldFrames(before, [upserted(aTask("1", { archivedAt: 5 }))], 0);
    expect(away.order.backlog).toEqual([]);
    expect(foldFrames(away, [upserted(aTask("1"))], 0).order.backlog).toEqual(["1"]);
  });
});

describe("optimistic changes", () => {
  test("show at once and vanish when dropped", () => {
    const before = boardOf(aTask("1"));
    const moved = addPatch(before, { key: "k", taskId: "1", change: { column: "review" } });
    expect(moved.order.review).toEqual(["1"]);
    expect(moved.base.get("1")?.column).toBe("backlog");
    expect(dropPatch(moved, "k").order).toEqual(before.order);
  });

  test("the server's word stands when the answer came first", () => {
    const moved = addPatch(boardOf(aTask("1")), {
      key: "k",
      taskId: "1",
      change: { column: "review" },
    });
    const answered = dropPatch(
      foldAnswer(moved, [aTask("1", { column: "done", updatedAt: 9 })], 0),
      "k",
    );
    expect(answered.order.done).toEqual(["1"]);
  });

  test("an event older than the answer does not take the card back", () => {
    const answered = foldAnswer(
      boardOf(aTask("1", { updatedAt: 1 })),
      [aTask("1", { column: "done", updatedAt: 9 })],
      0,
    );
    const late = foldFrames(
      answered,
      [upserted(aTask("1", { column: "ready", updatedAt: 5 }))],
      100,
    );
    expect(late.order.done).toEqual(["1"]);
    const caughtUp = foldFrames(
      late,
      [upserted(aTask("1", { column: "review", updatedAt: 10 }))],
      200,
    );
    expect(caughtUp.order.review).toEqual(["1"]);
  });

  test("a clock that was set back cannot freeze a card", () => {
    const answered = foldAnswer(
      boardOf(aTask("1")),
      [aTask("1", { column: "done", updatedAt: 9_000 })],
      0,
    );
    const later = foldFrames(
      answered,
      [upserted(aTask("1", { column: "ready", updatedAt: 5 }))],
      5_000,
    );
    expect(later.order.ready).toEqual(["1"]);
  });

  test("an answer older than what the stream said is not taken", () => {
    const board = boardOf(aTask("1", { column: "review", updatedAt: 9 }));
    expect(foldAnswer(board, [aTask("1", { updatedAt: 9 })], 0).order.review).toEqual(["1"]);
  });
});

describe("loading", () => {
  test("what nobody names any more is gone; what the stream brought stays", () => {
    const before = boardOf(aTask("1"), aTask("2"), aTask("3"));
    const after = foldLoaded(before, new Set(["1", "3"]), [anApproval("i", "1", 4)]);
    expect([...after.tasks.keys()]).toEqual(["1", "3"]);
    expect(after.asks.get("1")).toHaveLength(1);
    expect(after.loaded).toBe(true);
  });

  test("a page that was read earlier does not bring a deleted task back; restoring does", () => {
    const deleted = foldDeleted(boardOf(aTask("1")), "1");
    expect(foldAnswer(deleted, [aTask("1", { updatedAt: 2 })], 0).tasks.size).toBe(0);
    expect(foldRestored(deleted, aTask("1", { updatedAt: 3 }), 0).order.backlog).toEqual(["1"]);
  });
});

test("activity moves the live line and nothing else", () => {
  const before = boardOf(aTask("1", { column: "running" }));
  const live = { verb: "Editing", object: "a.ts", at: 7 };
  const after = foldFrames(before, [{ type: "activity", taskId: "1", at: 7, events: 3, live }], 7);
  expect(after.tasks.get("1")?.live).toEqual(live);
  expect(after.order).toBe(before.order);
  const unknown = foldFrames(after, [{ type: "activity", taskId: "x", at: 7, events: 3, live }], 7);
  expect(unknown).toBe(after);
});
