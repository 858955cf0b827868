import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

const store = createStore<{ readonly open: boolean }>(() => ({ open: false }));

export function openKeysSheet(): void {
  store.setState({ open: true });
}

export function closeKeysSheet(): void {
  store.setState({ open: false });
}

export function useKeysSheet(): boolean {
  return useStore(store, (state) => state.open);
}
