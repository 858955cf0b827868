import { rankBetween } from "../../domain/rank.ts";
import type { Tasks } from "./order.ts";

/**
 * The rank that puts a card before `beforeId` (null = last) in a column. `list` is the whole column
 * in order, not only what a filter shows of it.
 */
export function rankFor(
  list: readonly string[],
  tasks: Tasks,
  movedId: string,
  beforeId: string | null,
): string {
  const others = list.filter((id) => id !== movedId);
  const at = beforeId === null ? others.length : others.indexOf(beforeId);
  const index = at === -1 ? others.length : at;
  const rankAt = (position: number): string | null => {
    const id = others[position];
    return (id === undefined ? null : tasks.get(id)?.position) ?? null;
  };
  const low = rankAt(index - 1);
  // Cards with equal ranks, or a column sorted by something else, leave no room between: go past.
  let next = index;
  while (low !== null && rankAt(next) !== null && (rankAt(next) ?? "") <= low) next += 1;
  try {
    return rankBetween(low, rankAt(next));
  } catch {
    // A rank some other program wrote: the end of the column is always free.
    return lastRank(others, tasks);
  }
}

function lastRank(list: readonly string[], tasks: Tasks): string {
  let last: string | null = null;
  for (const id of list) {
    const rank = tasks.get(id)?.position ?? null;
    if (rank !== null && isUsable(rank) && (last === null || rank > last)) last = rank;
  }
  return rankBetween(last, null);
}

function isUsable(rank: string): boolean {
  try {
    rankBetween(rank, null);
    return true;
  } catch {
    return false;
  }
}
