import { expect, test } from "bun:test";
import { waitingCount } from "../state/board.ts";
import {
  type Board,
  emptyBoard,
  foldFrames,
  foldLoaded,
  foldReopened,
  foldSettled,
  foldWaiting,
} from "../state/fold.ts";
import { anApproval, aTask, upserted } from "../test-support/tasks.ts";
import type { Frame } from "../wire/frames.ts";
import { keep, openKeys, stepFrom } from "./items.ts";

const asked = (id: string, taskId: string, at: number): Frame => ({
  seq: at,
  at,
  type: "interaction.opened",
  taskId,
  runId: "r",
  data: anApproval(id, taskId, at),
});
const blocked = (id: string, on: string[]) =>
  upserted(aTask(id, { column: "blocked", phase: { kind: "blocked", on } }));

function world(): Board {
  return foldFrames(
    emptyBoard,
    [
      blocked("t1", ["b"]),
      blocked("t2", ["a", "c"]),
      blocked("t3", ["terminal"]),
      upserted(aTask("t4", { column: "blocked" })),
      asked("b", "t1", 5),
      asked("a", "t2", 3),
      asked("c", "t2", 9),
      asked("x", "archived", 1),
    ],
    0,
  );
}

test("what waits over all tasks, the oldest first; a card put into Blocked by hand does not", () => {
  expect(openKeys(world())).toEqual(["terminal:t3", "a", "b", "c"]);
  expect(waitingCount(world())).toBe(4);
});

test("an answer clears it everywhere and keeps what became of it", () => {
  const over = { ...anApproval("b", "t1", 5), state: "answered" as const, outcome: "Allowed once" };
  const after = foldSettled(world(), over);
  expect(openKeys(after)).not.toContain("b");
  expect(after.asks.has("t1")).toBe(false);
  expect(after.settled.get("b")?.outcome).toBe("Allowed once");
  // Its task still says "blocked" until its agent has gone on; it waits for nobody.
  expect(waitingCount(after)).toBe(3);
  const back = foldReopened(after, anApproval("b", "t1", 5));
  expect(openKeys(back)).toContain("b");
  expect(back.settled.has("b")).toBe(false);
});

test("a list that was read before an answer or before a question does not undo either", () => {
  const over = { ...anApproval("b", "t1", 5), state: "answered" as const, outcome: "Denied" };
  const before = foldSettled(world(), over);
  const known = new Set(["t1", "t2", "t3", "t4"]);
  const stale = [anApproval("a", "t2", 3), anApproval("b", "t1", 5)];
  const after = foldLoaded(before, known, stale, new Set(["c"]));
  expect([...after.interactions.keys()].sort()).toEqual(["a", "c"]);
  expect(after.settled.get("b")?.outcome).toBe("Denied");
  expect(after.settled.get("x")?.state).toBe("gone");
});

test("what waits is taken before the load has ended, and nothing is given up for it", () => {
  const over = { ...anApproval("b", "t1", 5), state: "answered" as const, outcome: "Denied" };
  const before = { ...foldSettled(world(), over), loaded: false };
  const after = foldWaiting(before, [anApproval("b", "t1", 5), anApproval("d", "t1", 9)]);
  expect(openKeys(after)).toEqual(["terminal:t3", "a", "c", "d"]);
  expect(after.loaded).toBe(false);
  expect(foldWaiting(after, [anApproval("d", "t1", 9)])).toBe(after);
});

test("what ended under somebody's eyes keeps its place", () => {
  const shown = ["a", "b", "c"];
  expect(keep(shown, ["a", "c", "d"], (key) => key === "b")).toEqual(["a", "b", "c", "d"]);
  expect(keep(shown, ["c"], () => false)).toEqual(["c"]);
  expect(keep(shown, ["c", "a"], (key) => key === "b")).toBe(shown);
});

test("a step goes on from where one is, and the ends hold", () => {
  expect(stepFrom(["a", "b"], null, 1)).toBe("a");
  expect(stepFrom(["a", "b"], "a", 1)).toBe("b");
  expect(stepFrom(["a", "b"], "b", 1)).toBe("b");
  expect(stepFrom(["a", "b"], "gone", -1)).toBe("b");
  expect(stepFrom([], null, 1)).toBeNull();
});
