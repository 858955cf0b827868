import type { Board } from "../state/fold.ts";

/**
 * What stands in the inbox: the id of an interaction, or `terminal:` and the id of a task whose
 * agent waits in its own terminal.
 */
export type Key = string;

const terminal = "terminal:";

export function terminalOf(key: Key): string | null {
  return key.startsWith(terminal) ? key.slice(terminal.length) : null;
}

/** Everything that waits, the oldest first. */
export function openKeys(board: Pick<Board, "asks" | "tasks" | "order">): readonly Key[] {
  const found: { key: Key; at: number }[] = [];
  for (const [taskId, asks] of board.asks) {
    // What belongs to an archived task waits for nobody.
    if (!board.tasks.has(taskId)) continue;
    for (const { id, createdAt } of asks) found.push({ key: id, at: createdAt });
  }
  for (const id of board.order.blocked) {
    const task = board.tasks.get(id);
    if (task?.phase?.kind !== "blocked" || board.asks.has(id)) continue;
    if (!task.phase.on.includes("terminal")) continue;
    found.push({ key: terminal + id, at: task.live?.at ?? task.updatedAt });
  }
  found.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  return found.map(({ key }) => key);
}

/**
 * What the page shows: what waits, and in its old place what ended while somebody looked at it.
 * The same list comes back when nothing has changed.
 */
export function keep(
  shown: readonly Key[],
  open: readonly Key[],
  settled: (key: Key) => boolean,
): readonly Key[] {
  const waits = new Set(open);
  const stays = shown.filter((key) => waits.has(key) || settled(key));
  const known = new Set(stays);
  const next = [...stays, ...open.filter((key) => !known.has(key))];
  const same = next.length === shown.length && next.every((key, index) => key === shown[index]);
  return same ? shown : next;
}

/** The entry a step away from `from`; the ends hold. */
export function stepFrom(keys: readonly Key[], from: Key | null, step: 1 | -1): Key | null {
  const at = from === null ? -1 : keys.indexOf(from);
  if (at < 0) return (step === 1 ? keys[0] : keys.at(-1)) ?? null;
  return keys[Math.min(keys.length - 1, Math.max(0, at + step))] ?? null;
}
