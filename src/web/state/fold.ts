import type { Interaction } from "../../contract/interaction.ts";
import type { Column } from "../../contract/primitives.ts";
import type { Task } from "../../contract/task.ts";
import type { Frame } from "../wire/frames.ts";
import { emptyOrder, type Order, reorder, type Tasks } from "./order.ts";

/** A change shown before the server confirmed it. */
export interface Patch {
  readonly key: string;
  readonly taskId: string;
  readonly change: Partial<Task>;
}

export interface Board {
  /** What the server said last. */
  readonly base: Tasks;
  /** What it has not answered yet, oldest first. */
  readonly patches: readonly Patch[];
  /** `base` with the patches on it, without archived tasks: what is shown. */
  readonly tasks: Tasks;
  readonly order: Order;
  readonly interactions: ReadonlyMap<string, Interaction>;
  /** The last ones that are over, with what became of them: whoever looks at one learns it. */
  readonly settled: ReadonlyMap<string, Interaction>;
  /** Open interactions by task, oldest first. */
  readonly asks: ReadonlyMap<string, readonly Interaction[]>;
  /** Deleted tasks: a page of the list that was read earlier must not bring them back. */
  readonly gone: ReadonlySet<string>;
  /** Tasks whose newest state came as an answer, until the stream has caught up. */
  readonly ahead: ReadonlyMap<string, { readonly updatedAt: number; readonly until: number }>;
  /** Whole counts as the server gives them, for the time until every page is here. */
  readonly counts: Readonly<Record<Column, number>> | null;
  readonly loaded: boolean;
}

export const emptyBoard: Board = {
  base: new Map(),
  patches: [],
  tasks: new Map(),
  order: emptyOrder,
  interactions: new Map(),
  settled: new Map(),
  asks: new Map(),
  gone: new Set(),
  ahead: new Map(),
  counts: null,
  loaded: false,
};

/** An answer may run ahead of the stream; past this time the stream is right again. */
const aheadFor = 3_000;

type Draft = {
  base: Map<string, Task>;
  interactions: Map<string, Interaction>;
  settled: Map<string, Interaction>;
  gone: Set<string>;
  ahead: Map<string, { updatedAt: number; until: number }>;
  changed: Set<string>;
};

function draftOf(board: Board): Draft {
  return {
    base: new Map(board.base),
    interactions: new Map(board.interactions),
    settled: new Map(board.settled),
    gone: new Set(board.gone),
    ahead: new Map(board.ahead),
    changed: new Set(),
  };
}

/** Folds one batch of the stream; frames that are not about the board change nothing. */
export function foldFrames(board: Board, frames: readonly Frame[], now: number): Board {
  const draft = draftOf(board);
  for (const frame of frames) foldFrame(draft, frame, now);
  return finish(board, draft);
}

function foldFrame(draft: Draft, frame: Frame, now: number): void {
  switch (frame.type) {
    case "task.upserted":
      streamed(draft, frame.data as Task, now);
      break;
    case "task.deleted":
      if (frame.taskId !== null) remove(draft, frame.taskId);
      break;
    case "interaction.opened": {
      const opened = frame.data as Interaction;
      draft.interactions.set(opened.id, opened);
      draft.changed.add(opened.taskId);
      break;
    }
    case "interaction.resolved": {
      settleAsk(draft, frame.data as Interaction);
      break;
    }
    case "activity": {
      const task = draft.base.get(frame.taskId);
      if (task !== undefined && frame.live !== null) {
        draft.base.set(task.id, { ...task, live: frame.live });
        draft.changed.add(task.id);
      }
      break;
    }
    default:
      break;
  }
}

/** As many as anybody still looks at. */
const settledKept = 200;

function settleAsk(draft: Draft, over: Interaction): void {
  draft.interactions.delete(over.id);
  // The newest stand last, so that the oldest are the first to go.
  draft.settled.delete(over.id);
  draft.settled.set(over.id, over);
  for (const id of draft.settled.keys()) {
    if (draft.settled.size <= settledKept) break;
    draft.settled.delete(id);
  }
  draft.changed.add(over.taskId);
}

/** Takes an interaction that is over from an answer, or shows it as over before one is there. */
export function foldSettled(board: Board, over: Interaction): Board {
  const draft = draftOf(board);
  settleAsk(draft, over);
  return finish(board, draft);
}

/** An answer that did not get through: the question is open again. */
export function foldReopened(board: Board, ask: Interaction): Board {
  const draft = draftOf(board);
  draft.settled.delete(ask.id);
  draft.interactions.set(ask.id, ask);
  draft.changed.add(ask.taskId);
  return finish(board, draft);
}

function streamed(draft: Draft, task: Task, now: number): void {
  const ahead = draft.ahead.get(task.id);
  if (ahead !== undefined) {
    if (task.updatedAt < ahead.updatedAt && now < ahead.until) return;
    draft.ahead.delete(task.id);
  }
  draft.gone.delete(task.id);
  draft.base.set(task.id, task);
  draft.changed.add(task.id);
}

function remove(draft: Draft, id: string): void {
  draft.gone.add(id);
  draft.base.delete(id);
  draft.ahead.delete(id);
  draft.changed.add(id);
  for (const interaction of draft.interactions.values()) {
    if (interaction.taskId === id) draft.interactions.delete(interaction.id);
  }
}

/** Takes tasks out of an answer: of a write, or a page of the list. */
export function foldAnswer(board: Board, tasks: readonly Task[], now: number): Board {
  const draft = draftOf(board);
  for (const task of tasks) {
    const held = draft.base.get(task.id);
    if (draft.gone.has(task.id) || (held !== undefined && held.updatedAt >= task.updatedAt)) {
      continue;
    }
    draft.base.set(task.id, task);
    draft.ahead.set(task.id, { updatedAt: task.updatedAt, until: now + aheadFor });
    draft.changed.add(task.id);
  }
  return finish(board, draft);
}

/** A task the server brought back is no longer gone. */
export function foldRestored(board: Board, task: Task, now: number): Board {
  const gone = new Set(board.gone);
  gone.delete(task.id);
  return foldAnswer({ ...board, gone }, [task], now);
}

export function foldDeleted(board: Board, id: string): Board {
  const draft = draftOf(board);
  remove(draft, id);
  return finish(board, draft);
}

/** Takes what waits out of a list that was read; what is over in the meantime stays over. */
export function foldWaiting(board: Board, interactions: readonly Interaction[]): Board {
  const draft = draftOf(board);
  for (const item of interactions) {
    if (draft.interactions.has(item.id) || draft.settled.has(item.id)) continue;
    draft.interactions.set(item.id, item);
    draft.changed.add(item.taskId);
  }
  return finish(board, draft);
}

/**
 * Ends a load of the whole list: what no page and no event named does not exist any more. `opened`
 * are the interactions the stream told of meanwhile; the list that was read may be older.
 */
export function foldLoaded(
  board: Board,
  known: ReadonlySet<string>,
  interactions: readonly Interaction[],
  opened: ReadonlySet<string> = new Set(),
): Board {
  const draft = draftOf(board);
  for (const id of board.base.keys()) {
    if (known.has(id)) continue;
    draft.base.delete(id);
    draft.ahead.delete(id);
    draft.changed.add(id);
  }
  for (const { taskId } of board.interactions.values()) draft.changed.add(taskId);
  const open = interactions.filter(({ id }) => !board.settled.has(id));
  draft.interactions = new Map(open.map((item) => [item.id, item]));
  for (const item of board.interactions.values()) {
    if (draft.interactions.has(item.id)) continue;
    if (opened.has(item.id)) draft.interactions.set(item.id, item);
    else settleAsk(draft, { ...item, state: "gone", outcome: "Settled while you were away" });
  }
  for (const { taskId } of interactions) draft.changed.add(taskId);
  return { ...finish(board, draft), loaded: true, counts: null };
}

export function addPatch(board: Board, patch: Patch): Board {
  return settle({ ...board, patches: [...board.patches, patch] }, new Set([patch.taskId]));
}

export function dropPatch(board: Board, key: string): Board {
  const dropped = board.patches.filter((patch) => patch.key === key);
  if (dropped.length === 0) return board;
  const patches = board.patches.filter((patch) => patch.key !== key);
  return settle({ ...board, patches }, new Set(dropped.map((patch) => patch.taskId)));
}

function finish(board: Board, draft: Draft): Board {
  if (draft.changed.size === 0) return board;
  const asks = groupAsks(draft.interactions, board.asks);
  const { base, interactions, settled, gone, ahead } = draft;
  return settle({ ...board, base, interactions, settled, gone, ahead, asks }, draft.changed);
}

function groupAsks(
  interactions: ReadonlyMap<string, Interaction>,
  before: Board["asks"],
): Board["asks"] {
  const groups = new Map<string, Interaction[]>();
  for (const item of interactions.values()) {
    const group = groups.get(item.taskId);
    if (group === undefined) groups.set(item.taskId, [item]);
    else group.push(item);
  }
  for (const [taskId, group] of groups) {
    group.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    // The same interactions keep their array, so their card is not drawn again.
    const held = before.get(taskId);
    if (held?.length === group.length && held.every((item, index) => item === group[index])) {
      groups.set(taskId, held as Interaction[]);
    }
  }
  return groups;
}

/** Brings `tasks` and `order` in line with `base` and the patches, for the tasks that changed. */
function settle(board: Board, changed: ReadonlySet<string>): Board {
  const tasks = new Map(board.tasks);
  for (const id of changed) {
    let task = board.base.get(id);
    for (const patch of board.patches) {
      if (patch.taskId === id && task !== undefined) task = { ...task, ...patch.change };
    }
    if (task === undefined || task.archivedAt !== null) tasks.delete(id);
    else tasks.set(id, task);
  }
  const since = (id: string): number | null => waitingSince(board, tasks.get(id));
  return { ...board, tasks, order: reorder(board.order, tasks, changed, since) };
}

/** Since when a task waits for an answer; null when it does not. */
export function waitingSince(board: Pick<Board, "asks">, task: Task | undefined): number | null {
  if (task === undefined) return null;
  const first = board.asks.get(task.id)?.[0];
  if (first !== undefined) return first.createdAt;
  return task.phase?.kind === "blocked" ? (task.live?.at ?? task.runStartedAt) : null;
}
