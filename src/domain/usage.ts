import type { Usage } from "../contract/run.ts";
import type { UsageDay, UsageTask } from "../contract/usage.ts";

/** What one run used, and when. */
export interface UsedByRun {
  readonly taskId: string;
  /** Null when the task is gone for good. */
  readonly title: string | null;
  readonly harnessId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly usage: Usage;
}

type Sums = Pick<
  UsageDay,
  "runs" | "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "costUsd"
>;

const nothing: Sums = {
  runs: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: null,
};

/** Unknown costs stay out of the sum; a sum of unknown ones alone is unknown. */
function plus(sums: Sums, usage: Usage): Sums {
  return {
    runs: sums.runs + 1,
    inputTokens: sums.inputTokens + usage.inputTokens,
    outputTokens: sums.outputTokens + usage.outputTokens,
    cacheReadTokens: sums.cacheReadTokens + usage.cacheReadTokens,
    cacheWriteTokens: sums.cacheWriteTokens + usage.cacheWriteTokens,
    costUsd: usage.costUsd === null ? sums.costUsd : (sums.costUsd ?? 0) + usage.costUsd,
  };
}

/** Sums by day and account, oldest first; `dayOf` knows the person's time zone. */
export function usageByDay(
  runs: readonly UsedByRun[],
  dayOf: (at: number) => string,
): readonly UsageDay[] {
  const days = new Map<string, UsageDay>();
  for (const run of runs) {
    const day = dayOf(run.at);
    const key = `${day} ${run.harnessId}`;
    const known = days.get(key) ?? { day, harnessId: run.harnessId, ...nothing };
    days.set(key, { ...known, ...plus(known, run.usage) });
  }
  return [...days.values()].sort(
    (a, b) => a.day.localeCompare(b.day) || a.harnessId.localeCompare(b.harnessId),
  );
}

/** The tasks that used most: by cost where it is known, else by tokens. */
export function usageByTask(runs: readonly UsedByRun[], most: number): readonly UsageTask[] {
  const tasks = new Map<string, UsageTask>();
  for (const { taskId, title, harnessId, at, usage } of runs) {
    const known = tasks.get(taskId);
    const before = known ?? { taskId, title: title ?? "A deleted task", harnessId, ...nothing };
    const lastAt = Math.max(known?.lastAt ?? 0, at);
    tasks.set(taskId, { ...before, ...plus(before, usage), lastAt });
  }
  const tokens = (task: UsageTask) =>
    task.inputTokens + task.outputTokens + task.cacheReadTokens + task.cacheWriteTokens;
  return [...tasks.values()]
    .sort((a, b) => (b.costUsd ?? 0) - (a.costUsd ?? 0) || tokens(b) - tokens(a))
    .slice(0, most);
}
