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

/** What waits for its person: each open question, and each agent that waits in its terminal. */
export function waitingCount(state: Board): number {
  let count = 0;
  for (const [taskId, asks] of state.asks) if (state.tasks.has(taskId)) count += asks.length;
  for (const id of state.order.blocked) {
    const { phase } = state.tasks.get(id) ?? {};
    if (phase?.kind !== "blocked" || state.asks.has(id)) continue;
    // A card that was put into Blocked by hand waits for nothing, nor one that was just answered.
    if (phase.on.some((on) => !state.settled.has(on))) count += 1;
  }
  return count;
}

/** What became of the questions a task still counts as open; empty while one really is. */
export function useJustSettled(task: Task): readonly Interaction[] {
  return useStore(
    board,
    useShallow((state) => {
      if (task.phase?.kind !== "blocked" || state.asks.has(task.id)) return none;
      const over = task.phase.on.map((id) => state.settled.get(id));
      return over.every((item) => item !== undefined) ? over : none;
    }),
  );
}

/** An interaction as it stands now, open or over; null when it is not known any more. */
export function useInteraction(id: string): Interaction | null {
  return useStore(board, (state) => state.interactions.get(id) ?? state.settled.get(id) ?? null);
}
