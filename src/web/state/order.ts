import type { Column } from "../../contract/primitives.ts";
import type { Task } from "../../contract/task.ts";

export const columns: readonly Column[] = [
  "backlog",
  "ready",
  "running",
  "blocked",
  "review",
  "done",
];

export type Order = Readonly<Record<Column, readonly string[]>>;

export const emptyOrder: Order = {
  backlog: [],
  ready: [],
  running: [],
  blocked: [],
  review: [],
  done: [],
};

export type Tasks = ReadonlyMap<string, Task>;
/** Since when a task waits for its person, in epoch milliseconds. */
export type WaitingSince = (id: string) => number | null;

/** Ranks are plain strings; ids break a tie the same way everywhere. */
function byRank(a: Task, b: Task): number {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function comparator(column: Column, tasks: Tasks, since: WaitingSince) {
  return (left: string, right: string): number => {
    const a = tasks.get(left);
    const b = tasks.get(right);
    if (a === undefined || b === undefined) return 0;
    if (column === "blocked") {
      // Who waits longest for an answer stands first; a card put here by hand has its rank.
      const waitA = since(left) ?? Number.POSITIVE_INFINITY;
      const waitB = since(right) ?? Number.POSITIVE_INFINITY;
      if (waitA !== waitB) return waitA < waitB ? -1 : 1;
    }
    return byRank(a, b);
  };
}

/** Above this many changes sorting anew is cheaper than inserting one by one. */
const bulk = 24;

/**
 * The order after `changed` tasks changed. A column that looks the same keeps its array, so nothing
 * that shows it has to draw again.
 */
export function reorder(
  order: Order,
  tasks: Tasks,
  changed: ReadonlySet<string>,
  since: WaitingSince,
): Order {
  const arrivals = new Map<Column, string[]>();
  for (const id of changed) {
    const column = tasks.get(id)?.column;
    if (column === undefined) continue;
    const list = arrivals.get(column);
    if (list === undefined) arrivals.set(column, [id]);
    else list.push(id);
  }
  let next: Record<Column, readonly string[]> | null = null;
  for (const column of columns) {
    const before = order[column];
    const arriving = arrivals.get(column) ?? [];
    const kept = before.filter((id) => !changed.has(id));
    if (arriving.length === 0 && kept.length === before.length) continue;
    const after = place(kept, arriving, comparator(column, tasks, since));
    if (sameList(before, after)) continue;
    next ??= { ...order };
    next[column] = after;
  }
  return next ?? order;
}

function place(
  kept: string[],
  arriving: readonly string[],
  compare: (a: string, b: string) => number,
): readonly string[] {
  if (arriving.length > bulk) return [...kept, ...arriving].sort(compare);
  for (const id of arriving) {
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = kept[middle];
      if (there !== undefined && compare(there, id) <= 0) low = middle + 1;
      else high = middle;
    }
    kept.splice(low, 0, id);
  }
  return kept;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
