import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Count, counted, figures, noCount, type Report, reportOf } from "./count.ts";
import type { Json } from "./json.ts";
import { decodeAll, fixture } from "./testing/outline.ts";

/** The recorded reports, each with the turn that the transcript had begun by then. */
function recorded(name: string) {
  const lines = fixture(name);
  return fixture(`${name}.reports`).map((line) => {
    const { at, payload } = JSON.parse(line) as { at: number; payload: Json };
    const report = reportOf(payload, at);
    if (report === null) throw new Error("no report");
    const read = lines.filter((it) => !(Date.parse(JSON.parse(it).timestamp) > at));
    const { turn, turnAt } = decodeAll(read).state;
    return { report, turn: { number: turn, at: turnAt } };
  });
}

const report = (total: number, at: number, more: Partial<Report> = {}): Report => ({
  at,
  conversation: "c1",
  prompt: "p1",
  total,
  tokens: 0,
  window: null,
  ...more,
});

/** Reports and the turns they were made in; answers the cost of the last turn. */
function costAfter(
  all: readonly (readonly [report: Report, turn: number, began: number])[],
  resumed: boolean,
): number | null {
  let count: Count = noCount;
  for (const [each, number, at] of all) count = counted(count, each, { number, at }, resumed);
  return figures(count, all.at(-1)?.[1] ?? 0).costUsd;
}

describe("recorded reports of Claude Code 2.1.330", () => {
  let count: Count = noCount;
  const told = recorded("costs").map(({ report: each, turn }) => {
    count = counted(count, each, turn, false);
    return [turn.number, figures(count, turn.number)] as const;
  });

  test("give each turn what it cost and how full the context was", () => {
    expect(told).toEqual([
      [0, { costUsd: 0, contextPercent: null }],
      [1, { costUsd: 1.0003, contextPercent: 25 }],
      [1, { costUsd: 2.6005, contextPercent: 40 }],
      [2, { costUsd: 0.0007, contextPercent: 0 }],
      // What a stopped answer cost is told with the next one.
      [3, { costUsd: 0.0012, contextPercent: 0 }],
      [3, { costUsd: 0.0012, contextPercent: null }],
      [4, { costUsd: 2.0002, contextPercent: 50 }],
    ]);
  });

  test("come to what Claude wrote down when the conversation ended", () => {
    const written = fixture("costs").map((line) => JSON.parse(line));
    const total = written.find(({ type }) => type === "cost-state")?.totalCostUSD;
    const costs = [1, 2, 3].map((turn) => told.findLast(([it]) => it === turn)?.[1].costUsd ?? 0);
    expect(costs.reduce((a, b) => a + b, 0)).toBeCloseTo(total, 9);
  });
});

describe("the cost of a turn", () => {
  test("begins at what the conversation had cost before", () => {
    const one = [report(2, 10), 1, 5] as const;
    expect(costAfter([one, [report(5, 30), 2, 20]], false)).toBe(3);
    // Reported when the next one had begun, but made before it.
    expect(costAfter([one, [report(4, 18), 2, 20], [report(5, 30), 2, 20]], false)).toBe(1);
  });

  test("is all there was in a new conversation, even when its start was not reported", () => {
    expect(costAfter([[report(2, 10), 1, 5]], false)).toBe(2);
  });

  test("leaves out what an earlier process had spent", () => {
    const start = [report(7, 1, { prompt: null }), 0, 0] as const;
    expect(costAfter([start, [report(9, 10), 1, 5]], true)).toBe(2);
  });

  test("is unknown where nobody said what it began with, and known from the next one on", () => {
    const blind = [report(9, 10), 1, 5] as const;
    expect(costAfter([blind], true)).toBeNull();
    expect(costAfter([blind, [report(9.5, 20), 1, 5]], true)).toBeNull();
    expect(costAfter([blind, [report(10, 30), 2, 25]], true)).toBe(1);
  });

  test("goes on over another conversation, and over a total that begins anew", () => {
    const one = [report(2, 10), 1, 5] as const;
    const cleared = report(0, 20, { conversation: "c2", prompt: null });
    const after = report(3, 40, { conversation: "c2" });
    expect(costAfter([one, [cleared, 1, 5]], false)).toBe(2);
    expect(costAfter([one, [cleared, 1, 5], [after, 1, 5]], false)).toBe(5);
    expect(costAfter([one, [cleared, 1, 5], [after, 2, 30]], false)).toBe(3);
    expect(costAfter([one, [report(0.5, 20), 1, 5]], false)).toBe(2.5);
    // Another one whose start nobody saw.
    expect(costAfter([one, [after, 1, 5]], false)).toBeNull();
  });

  test("never comes out below nothing, and sums to the total", () => {
    const steps = fc.array(fc.tuple(fc.nat(1_000_000), fc.boolean()), { minLength: 1 });
    fc.assert(
      fc.property(steps, (all) => {
        let [count, total, turn, at]: [Count, number, number, number] = [noCount, 0, 1, 0];
        const costs: number[] = [];
        for (const [micros, next] of all) {
          if (next) turn += 1;
          total += micros / 1e6;
          at += 10;
          count = counted(count, report(total, at), { number: turn, at: at - 5 }, false);
          costs[turn] = figures(count, turn).costUsd ?? Number.NaN;
        }
        const known = costs.filter((it) => it !== undefined);
        expect(known.every((it) => it >= 0)).toBe(true);
        expect(known.reduce((a, b) => a + b, 0)).toBeCloseTo(total, 6);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the context", () => {
  const percent = (tokens: number, window: number | null) =>
    figures(counted(noCount, report(0, 1, { tokens, window }), { number: 0, at: 0 }, false), 0)
      .contextPercent;

  test("is the last message's part of the window the CLI names", () => {
    expect(percent(50_000, 200_000)).toBe(25);
    expect(percent(1_234, 200_000)).toBe(0.6);
    expect(percent(300_000, 200_000)).toBe(100);
  });

  test("is unknown without a window, and before the first message", () => {
    expect(percent(50_000, null)).toBeNull();
    expect(percent(50_000, 0)).toBeNull();
    expect(percent(0, 200_000)).toBeNull();
  });
});

describe("anything else", () => {
  test("is no report", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(reportOf(value as Json, 1)).toBeNull();
      }),
    );
    expect(reportOf({ session_id: "c", cost: { total_cost_usd: "1" } }, 1)).toBeNull();
    expect(reportOf({ session_id: "c", cost: { total_cost_usd: 1 } }, 1)).toMatchObject({
      total: 1,
      tokens: 0,
      window: null,
      prompt: null,
    });
  });
});
