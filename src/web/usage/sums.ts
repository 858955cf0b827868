import type { UsageDay, UsageReport } from "../../contract/usage.ts";

/** What a table and the chart say of a day, an account or a task. */
export interface Sum {
  readonly runs: number;
  /** Tokens the model read anew, those it put into its cache included. */
  readonly read: number;
  readonly written: number;
  readonly cached: number;
  /** US dollars; null when no agent said. */
  readonly cost: number | null;
}

type Counts = Pick<
  UsageDay,
  "runs" | "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "costUsd"
>;

export function sumOf(parts: readonly Counts[]): Sum {
  return parts.reduce<Sum>(
    (sum, part) => ({
      runs: sum.runs + part.runs,
      read: sum.read + part.inputTokens + part.cacheWriteTokens,
      written: sum.written + part.outputTokens,
      cached: sum.cached + part.cacheReadTokens,
      cost: part.costUsd === null ? sum.cost : (sum.cost ?? 0) + part.costUsd,
    }),
    { runs: 0, read: 0, written: 0, cached: 0, cost: null },
  );
}

/** What the height of a bar can mean. */
export type Measure = "tokens" | "cost";

export function measured(sum: Sum, measure: Measure): number {
  return measure === "cost" ? (sum.cost ?? 0) : sum.read + sum.written;
}

/** One account over the whole time, the one that used most first. */
export interface Account {
  readonly harnessId: string;
  readonly sum: Sum;
}

export function accountsOf({ days }: UsageReport): readonly Account[] {
  const ids = [...new Set(days.map(({ harnessId }) => harnessId))];
  return ids
    .map((harnessId) => ({
      harnessId,
      sum: sumOf(days.filter((day) => day.harnessId === harnessId)),
    }))
    .sort(
      (a, b) =>
        measured(b.sum, "tokens") - measured(a.sum, "tokens") ||
        a.harnessId.localeCompare(b.harnessId),
    );
}

/** One bar of the chart: a day, whole and by account, in the order of the accounts. */
export interface Bar {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly sum: Sum;
  readonly parts: readonly { readonly harnessId: string; readonly sum: Sum }[];
}

/** Every day of the time, those without any use included, oldest first. */
export function barsOf(
  report: UsageReport,
  accounts: readonly Account[],
  days: readonly string[],
): readonly Bar[] {
  return days.map((day) => {
    const used = report.days.filter((part) => part.day === day);
    return {
      day,
      sum: sumOf(used),
      parts: accounts.flatMap(({ harnessId }) => {
        const own = used.filter((part) => part.harnessId === harnessId);
        return own.length === 0 ? [] : [{ harnessId, sum: sumOf(own) }];
      }),
    };
  });
}

/** The last days up to the one of `now`, oldest first, as `YYYY-MM-DD` of the person's clock. */
export function lastDays(count: number, now: number): readonly string[] {
  const date = new Date(now);
  return Array.from({ length: count }, (_, index) => {
    // By the calendar and not by 24 hours: a day may have 23 of them.
    const day = new Date(date.getFullYear(), date.getMonth(), date.getDate() - (count - 1 - index));
    return day.toLocaleDateString("sv-SE");
  });
}

/** The round number at or above the highest bar: 1, 2 or 5 times a power of ten. */
export function ceilingOf(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= highest) ?? 10 * power;
}
