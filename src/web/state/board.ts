import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { createStore } from "zustand/vanilla";
import type { Interaction } from "../../contract/interaction.ts";
import type { Task } from "../../contract/task.ts";
import { type Board, emptyBoard } from "./fold.ts";

/** Every task that is not archived, with what it waits for. Changed only through `fold.ts`. */
export const board = createStore<Board>(() => emptyBoard);

export function changeBoard(fold: (before: Board) => Board): void {
  board.setState(fold, true);
}

export function useBoard<T>(select: (state: Board) => T): T {
  return useStore(board, select);
}

export function useTask(id: string | null): Task | null {
  return useStore(board, (state) => (id === null ? null : (state.tasks.get(id) ?? null)));
}

const none: readonly Interaction[] = [];

/** What a task waits for, oldest first. */
export function useAsks(taskId: string): readonly Interaction[] {
  return useStore(board, (state) => state.asks.get(taskId) ?? none);
}

export function useBoardShallow<T>(select: (state: Board) => T): T {
  return useStore(board, useShallow(select));
}

/** How many tasks wait for their person; a card that was put into Blocked by hand does not. */
export function waitingCount(state: Board): number {
  let count = 0;
  for (const id of state.order.blocked) {
    if (state.tasks.get(id)?.phase?.kind === "blocked") count += 1;
  }
  return count;
}
