import { expect, test } from "bun:test";
import type { UsageDay, UsageReport } from "../../contract/usage.ts";
import { accountsOf, barsOf, ceilingOf, lastDays, measured, sumOf } from "./sums.ts";
import { dollars, resetWords, tokens } from "./words.ts";

const used = (day: string, harnessId: string, over: Partial<UsageDay> = {}): UsageDay => ({
  day,
  harnessId,
  runs: 1,
  inputTokens: 100,
  outputTokens: 10,
  cacheReadTokens: 1000,
  cacheWriteTokens: 5,
  costUsd: null,
  ...over,
});
const report = (days: readonly UsageDay[]): UsageReport => ({
  from: 0,
  to: 1,
  days: [...days],
  tasks: [],
  limits: [],
});

test("what the cache held is no token read anew, what is put into it is", () => {
  const sum = sumOf([used("2026-11-25", "a"), used("2026-11-26", "a", { costUsd: 0.5 })]);
  expect(sum).toEqual({ runs: 2, read: 210, written: 20, cached: 2000, cost: 0.5 });
  expect(measured(sum, "tokens")).toBe(230);
  expect(sumOf([]).cost).toBeNull();
});

test("every day has a bar, its parts in the order of the accounts", () => {
  const found = report([
    used("2026-11-24", "small", { inputTokens: 1 }),
    used("2026-11-24", "big"),
    used("2026-11-26", "big"),
  ]);
  const accounts = accountsOf(found);
  expect(accounts.map(({ harnessId }) => harnessId)).toEqual(["big", "small"]);
  const bars = barsOf(found, accounts, ["2026-11-24", "2026-11-25", "2026-11-26"]);
  expect(bars.map(({ parts }) => parts.map(({ harnessId }) => harnessId))).toEqual([
    ["big", "small"],
    [],
    ["big"],
  ]);
});

test("the last days go back over the end of a month and end today", () => {
  const now = new Date(2026, 2, 1, 0, 30).getTime();
  expect(lastDays(3, now)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
});

test("the axis ends at a round number", () => {
  expect([0, 0.3, 1, 7, 120, 9999].map(ceilingOf)).toEqual([1, 0.5, 1, 10, 200, 10_000]);
});

test("numbers are short, and never look smaller or free when they are not", () => {
  expect([0, 812, 1000, 12_400, 999_999, 1_234_567].map(tokens)).toEqual([
    "0",
    "812",
    "1.00k",
    "12.4k",
    "1.00M",
    "1.23M",
  ]);
  expect([null, 0, 0.004, 1.5].map(dollars)).toEqual(["–", "$0.00", "<$0.01", "$1.50"]);
});

test("a limit says when it begins anew", () => {
  const limit = { label: "5 h", usedPercent: 1, windowMinutes: 300, resetsAt: 7_200_000 };
  expect(resetWords(limit, 0)).toBe("new in 2 h");
  expect(resetWords(limit, 7_140_000)).toBe("new in 1 min");
  expect(resetWords(limit, 7_200_001)).toBe("has begun anew since");
  expect(resetWords({ ...limit, resetsAt: null }, 0)).toBe("");
});
