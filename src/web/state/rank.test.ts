import { expect, test } from "bun:test";
import { aTask } from "../test-support/tasks.ts";
import { rankFor } from "./rank.ts";

function column(...ranks: string[]) {
  const list = ranks.map((_, index) => String(index));
  const tasks = new Map(list.map((id, index) => [id, aTask(id, { position: ranks[index]! })]));
  return { list, tasks };
}

test("between two cards, first, and last", () => {
  const { list, tasks } = column("a0", "a1", "a2");
  const between = rankFor(list, tasks, "new", "1");
  expect(between > "a0" && between < "a1").toBe(true);
  expect(rankFor(list, tasks, "new", "0") < "a0").toBe(true);
  expect(rankFor(list, tasks, "new", null) > "a2").toBe(true);
});

test("the moved card itself does not count", () => {
  const { list, tasks } = column("a0", "a1", "a2");
  const rank = rankFor(list, tasks, "1", "2");
  expect(rank > "a0" && rank < "a2").toBe(true);
});

test("equal and unreadable ranks still leave a place", () => {
  const same = column("a1", "a1", "a2");
  const rank = rankFor(same.list, same.tasks, "new", "1");
  expect(rank > "a1" && rank < "a2").toBe(true);
  const odd = column("a0", "!!", "a3");
  expect(rankFor(odd.list, odd.tasks, "new", "2") > "a3").toBe(true);
  expect(rankFor([], new Map(), "new", null)).toBe("a0");
});
