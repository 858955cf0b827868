import type { RateLimit, TranscriptData } from "../../contract/event.ts";
import { type Fields, fields, number, text } from "./json.ts";
import { noTotals, type State, type Totals } from "./state.ts";

/** `thread/tokenUsage/updated`: totals of the whole thread, also over a resume. */
export function withUsage(state: State, params: Fields): State {
  const usage = fields(params, "tokenUsage");
  const last = fields(usage, "last");
  return {
    ...state,
    totals: totalsOf(fields(usage, "total")),
    contextTokens: number(last, "totalTokens") ?? state.contextTokens,
    contextWindow: number(usage, "modelContextWindow") ?? state.contextWindow,
  };
}

/** `account/rateLimits/updated`: windows of the account; null members say nothing new. */
export function withLimits(state: State, params: Fields): State {
  const snapshot = fields(params, "rateLimits");
  const limits = (["primary", "secondary"] as const).flatMap((name): RateLimit[] => {
    const window = fields(snapshot, name);
    const usedPercent = number(window, "usedPercent");
    if (usedPercent === null) return [];
    const windowMinutes = number(window, "windowDurationMins");
    const resetsAt = number(window, "resetsAt");
    return [
      {
        label: windowLabel(windowMinutes) ?? text(snapshot, "limitName") ?? name,
        usedPercent,
        windowMinutes,
        // Unix seconds on this wire.
        resetsAt: resetsAt === null || resetsAt < 0 ? null : Math.round(resetsAt * 1000),
      },
    ];
  });
  return limits.length === 0 ? state : { ...state, limits };
}

/** What the current turn has used: the thread's totals less what they were when it began. */
export function usageData(state: State): TranscriptData["usage.updated"] {
  const base = state.turn?.base ?? noTotals;
  // A thread that counts anew (another process, a rewritten history) has less than its base.
  const since = state.totals.input < base.input ? noTotals : base;
  const cached = Math.max(0, state.totals.cached - since.cached);
  const cacheWrite = Math.max(0, state.totals.cacheWrite - since.cacheWrite);
  const input = Math.max(0, state.totals.input - since.input);
  return {
    usage: {
      // OpenAI counts cached tokens as input, the contract counts them apart.
      inputTokens: Math.max(0, input - cached - cacheWrite),
      outputTokens: Math.max(0, state.totals.output - since.output),
      cacheReadTokens: cached,
      cacheWriteTokens: cacheWrite,
      costUsd: null,
    },
    model: state.model,
    contextPercent: contextPercent(state),
    rateLimits: [...state.limits],
  };
}

export function sameLimits(a: readonly RateLimit[], b: readonly RateLimit[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function contextPercent(state: State): number | null {
  const { contextTokens, contextWindow } = state;
  if (contextTokens === null || contextWindow === null || contextWindow <= 0) return null;
  return Math.min(100, Math.round((contextTokens / contextWindow) * 1000) / 10);
}

function totalsOf(total: Fields): Totals {
  return {
    input: number(total, "inputTokens") ?? 0,
    cached: number(total, "cachedInputTokens") ?? 0,
    cacheWrite: number(total, "cacheWriteInputTokens") ?? 0,
    output: number(total, "outputTokens") ?? 0,
  };
}

function windowLabel(minutes: number | null): string | null {
  if (minutes === null || minutes <= 0) return null;
  if (minutes % 1440 === 0) return minutes === 10_080 ? "weekly" : `${minutes / 1440} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
