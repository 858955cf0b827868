import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

const store = createStore<{ readonly open: boolean }>(() => ({ open: false }));

export function openAddProject(): void {
  store.setState({ open: true });
}

export function closeAddProject(): void {
  store.setState({ open: false });
}

export function useAddingProject(): boolean {
  return useStore(store, (state) => state.open);
}
