import { describe, expect, test } from "bun:test";
import type { TranscriptItem } from "../contract/event.ts";
import { noStats, statsAfter } from "./task-stats.ts";

function used(costUsd: number | null, contextPercent: number | null): TranscriptItem {
  const tokens = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return {
    type: "usage.updated",
    data: { usage: { ...tokens, costUsd }, model: null, contextPercent, rateLimits: [] },
  };
}

describe("the numbers of a card", () => {
  test("add up what its runs cost, and keep what is not said again", () => {
    const first = statsAfter(noStats, used(0.1, 12), null);
    expect(first).toEqual({ ...noStats, costUsd: 0.1, contextPercent: 12 });
    const more = statsAfter(first ?? noStats, used(0.3, 20), 0.1);
    expect(more).toMatchObject({ costUsd: 0.3, contextPercent: 20 });
    const unknown = statsAfter(more ?? noStats, used(null, null), null);
    expect(unknown).toMatchObject({ costUsd: 0.3, contextPercent: 20 });
    expect(statsAfter(unknown ?? noStats, used(0.4, null), null)?.costUsd).toBe(0.7);
  });

  test("stay unknown while no agent says what it costs", () => {
    expect(statsAfter(noStats, used(null, null), null)?.costUsd).toBeNull();
    const text = { text: "hi", agentId: null, partial: false };
    expect(statsAfter(noStats, { type: "assistant.text", data: text }, null)).toBeNull();
  });
});
