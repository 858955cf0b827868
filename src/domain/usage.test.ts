import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Usage } from "../contract/run.ts";
import { type UsedByRun, usageByDay, usageByTask } from "./usage.ts";

const used = (inputTokens: number, costUsd: number | null): Usage => ({
  inputTokens,
  outputTokens: 1,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  costUsd,
});
const run = (at: number, usage: Usage, more: Partial<UsedByRun> = {}): UsedByRun => ({
  taskId: "a",
  title: "A",
  harnessId: "codex",
  at,
  usage,
  ...more,
});
const dayOf = (at: number) => `day ${Math.floor(at / 10)}`;

test("days are summed per account; an unknown cost is not taken for free", () => {
  const runs = [
    run(1, used(10, null)),
    run(2, used(20, 0.5)),
    run(3, used(5, null), { harnessId: "claude-code" }),
    run(12, used(1, 0)),
  ];
  const rows = usageByDay(runs, dayOf);
  expect(
    rows.map((row) => [row.day, row.harnessId, row.runs, row.inputTokens, row.costUsd]),
  ).toEqual([
    ["day 0", "claude-code", 1, 5, null],
    ["day 0", "codex", 2, 30, 0.5],
    ["day 1", "codex", 1, 1, 0],
  ]);
  expect(rows[1]).toMatchObject({ outputTokens: 2, cacheReadTokens: 4, cacheWriteTokens: 6 });
});

test("tasks come by cost, then by tokens, and no more than asked for", () => {
  const runs = [
    run(1, used(1, 2), { taskId: "dear" }),
    run(2, used(900, null), { taskId: "long", title: null }),
    run(3, used(5, null), { taskId: "short" }),
    run(9, used(1, 2), { taskId: "dear" }),
  ];
  const tasks = usageByTask(runs, 2);
  expect(
    tasks.map(({ taskId, title, costUsd, lastAt }) => [taskId, title, costUsd, lastAt]),
  ).toEqual([
    ["dear", "A", 4, 9],
    ["long", "A deleted task", null, 2],
  ]);
});

test("nothing is lost or counted twice, however it is cut", () => {
  const runs = fc.array(
    fc.record({
      taskId: fc.constantFrom("a", "b", "c"),
      title: fc.constant("T"),
      harnessId: fc.constantFrom("x", "y"),
      at: fc.integer({ min: 0, max: 99 }),
      usage: fc.nat(1_000).map((n) => used(n, null)),
    }),
  );
  fc.assert(
    fc.property(runs, (all) => {
      const total = all.reduce((sum, { usage }) => sum + usage.inputTokens, 0);
      const sum = (rows: readonly { inputTokens: number }[]) =>
        rows.reduce((so, row) => so + row.inputTokens, 0);
      expect(sum(usageByDay(all, dayOf))).toBe(total);
      expect(sum(usageByTask(all, 1_000))).toBe(total);
    }),
  );
});
