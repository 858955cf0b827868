import type { TranscriptItem } from "../contract/event.ts";
import type { TaskStats } from "../contract/task.ts";

export const noStats: TaskStats = {
  additions: 0,
  deletions: 0,
  files: 0,
  costUsd: null,
  contextPercent: null,
  todosDone: 0,
  todosTotal: 0,
};

/** Whether an event says anything about the numbers of a card. */
export function countsOnCard(item: TranscriptItem): boolean {
  return item.type === "usage.updated" || item.type === "todos.updated";
}

/**
 * The numbers of a card after what its agent said; null when it says nothing about them. `spent` is
 * what the run it speaks of was known to have cost before (US dollars): a card costs what all its
 * runs cost, as far as that is known.
 */
export function statsAfter(
  stats: TaskStats,
  item: TranscriptItem,
  spent: number | null,
): TaskStats | null {
  if (item.type === "usage.updated") {
    const { usage, contextPercent } = item.data;
    return {
      ...stats,
      costUsd: usage.costUsd === null ? stats.costUsd : grown(stats.costUsd, usage.costUsd, spent),
      contextPercent: contextPercent ?? stats.contextPercent,
    };
  }
  if (item.type === "todos.updated") {
    const done = item.data.todos.filter((todo) => todo.status === "completed").length;
    return { ...stats, todosDone: done, todosTotal: item.data.todos.length };
  }
  return null;
}

/** Rounded to what is far below the price of a token: sums of dollars drift. */
function grown(total: number | null, now: number, spent: number | null): number {
  return Math.round(((total ?? 0) + now - (spent ?? 0)) * 1e9) / 1e9;
}
