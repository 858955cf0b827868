import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

const store = createStore<{ readonly deleting: string | null }>(() => ({ deleting: null }));

/** Asks before a task is deleted whose agent works. */
export function confirmDelete(taskId: string): void {
  store.setState({ deleting: taskId });
}

export function closeConfirm(): void {
  store.setState({ deleting: null });
}

export function useDeleting(): string | null {
  return useStore(store, (state) => state.deleting);
}
