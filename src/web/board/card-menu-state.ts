import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { MenuAnchor } from "../ui/menu.tsx";

/** The one menu of the board: a menu per card would be a thousand menus. */
export interface CardMenuState {
  readonly taskId: string;
  readonly part: "all" | "move";
  readonly anchor: MenuAnchor;
}

const store = createStore<{ readonly open: CardMenuState | null }>(() => ({ open: null }));

export function openCardMenu(
  taskId: string,
  part: CardMenuState["part"],
  anchor: MenuAnchor,
): void {
  store.setState({ open: { taskId, part, anchor } });
}

export function closeCardMenu(): void {
  store.setState({ open: null });
}

export function useCardMenu(): CardMenuState | null {
  return useStore(store, (state) => state.open);
}
