import { type Json, numberAt, objectAt, stringAt } from "./json.ts";
import type { SpoolState } from "./spool-reader.ts";

/** What Claude told its status line once (Claude Code 2.1.330, observed). */
export interface Report {
  /** Epoch ms. */
  readonly at: number;
  readonly conversation: string;
  /** The newest prompt that was given to this process; null before the first. */
  readonly prompt: string | null;
  /**
   * US dollars: all that the conversation has cost. It starts from 0 with a new one and after
   * `/clear`, and in a resumed one from what its last process wrote down when it ended.
   */
  readonly total: number;
  /** Input tokens of the last message of the main agent, cached ones included. */
  readonly tokens: number;
  /** Context window of the model in tokens, as the CLI knows it; null where it says none. */
  readonly window: number | null;
}

/** What the reports so far come to. */
export interface Count {
  /** Null until the first report. */
  readonly conversation: string | null;
  readonly at: number;
  readonly total: number | null;
  readonly tokens: number;
  readonly window: number | null;
  /** The turn that is counted, what the total was when it began (null = unknown)… */
  readonly turn: number;
  readonly from: number | null;
  /** …and what it had cost before the total began anew. */
  readonly before: number;
}

export interface MeterState extends SpoolState, Count {}

export const noCount: MeterState = {
  v: 1,
  taken: 0,
  conversation: null,
  at: 0,
  total: null,
  tokens: 0,
  window: null,
  turn: 0,
  from: null,
  before: 0,
};

/** A report, or null for anything else. */
export function reportOf(payload: Json, at: number): Report | null {
  const conversation = stringAt(payload, "session_id");
  const total = numberAt(objectAt(payload, "cost"), "total_cost_usd");
  if (conversation === null || total === null) return null;
  const context = objectAt(payload, "context_window");
  return {
    at,
    conversation,
    prompt: stringAt(payload, "prompt_id"),
    total,
    tokens: numberAt(context, "total_input_tokens") ?? 0,
    window: numberAt(context, "context_window_size"),
  };
}

/**
 * Takes the next report. A turn costs what the total has grown by since it began; what is reported
 * between two turns belongs to the earlier one. Pure.
 */
export function counted(
  old: Count,
  report: Report,
  /** The newest turn and the ms at which it began. */
  turn: { readonly number: number; readonly at: number },
  /** Whether this process took up a conversation of an earlier one. */
  resumed: boolean,
): Count {
  const begins = turn.number !== old.turn && report.at >= turn.at;
  const count = begins ? { ...old, turn: turn.number, from: old.total, before: 0 } : old;
  return { ...count, ...startOf(count, report, resumed), ...said(report) };
}

function said({ at, conversation, total, tokens, window }: Report): Partial<Count> {
  return { at, conversation, total, tokens, window };
}

/** Where the total of a conversation starts that was not heard of yet, or that counts anew. */
function startOf(count: Count, report: Report, resumed: boolean): Partial<Count> {
  const first = count.conversation === null;
  const known = report.conversation === count.conversation;
  if (known && report.total >= (count.total ?? 0)) return {};
  const before = first ? 0 : costOf(count);
  if (before === null) return { from: null };
  if (known) return { before, from: 0 };
  // Before its first prompt it has cost nothing yet, whatever its total is.
  if (report.prompt === null) return { before, from: report.total };
  return { before, from: first && !resumed ? 0 : null };
}

function costOf({ before, from, total }: Count): number | null {
  // A billionth of a dollar is far below the price of a token, and above what sums of them lose.
  return from === null || total === null ? null : Math.round((before + total - from) * 1e9) / 1e9;
}

/** What the turn has cost, and how full the context is: null = Claude has not said. */
export function figures(
  count: Count,
  turn: number,
): { readonly costUsd: number | null; readonly contextPercent: number | null } {
  return { costUsd: count.turn === turn ? costOf(count) : null, contextPercent: percentOf(count) };
}

function percentOf({ tokens, window }: Count): number | null {
  if (window === null || window <= 0 || tokens <= 0) return null;
  return Math.min(100, Math.round((tokens / window) * 1000) / 10);
}
