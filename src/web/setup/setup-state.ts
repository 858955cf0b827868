import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { board } from "../state/board.ts";
import { prefs } from "../state/prefs.ts";
import { route } from "../state/route.ts";
import { selection } from "../state/selection.ts";

const store = createStore<{ readonly path: string | null }>(() => ({ path: null }));

/** Opens the set-up of a project: of the folder, or of the repository it lies in. */
export function openSetup(path: string): void {
  store.setState({ path });
}

export function closeSetup(): void {
  store.setState({ path: null });
}

export function useSetupPath(): string | null {
  return useStore(store, (state) => state.path);
}

/** The project the person is at: of the open task, the filter, the card with the focus, or the last one. */
export function currentProject(): string | null {
  const { task, project } = route.getState();
  const { tasks } = board.getState();
  const focused = selection.getState().focused;
  return (
    tasks.get(task ?? "")?.workdir ??
    project ??
    tasks.get(focused ?? "")?.workdir ??
    prefs.getState()["ui.lastProject"]
  );
}
