import { useEffect } from "react";
import { useStore } from "zustand";
import { later } from "../state/actions.ts";
import { useBoard } from "../state/board.ts";
import { prefsRead, setPref, usePref } from "../state/prefs.ts";
import { useRoute } from "../state/route.ts";

/**
 * Whether the person sees Agetor for the first time: no task was ever here, and they have not gone
 * on to the board. `wait` = not known yet; then neither is drawn, so that nothing flashes.
 */
export function useFirstRun(): "yes" | "no" | "wait" {
  const loaded = useBoard((state) => state.loaded);
  const empty = useBoard((state) => state.tasks.size === 0);
  const read = useStore(prefsRead, (state) => state.read);
  const welcomed = usePref("ui.welcomed");
  const elsewhere = useRoute((state) => state.view !== null || state.task !== null);
  useEffect(() => {
    if (read && loaded && !empty && !welcomed) later(setPref("ui.welcomed", true));
  }, [read, loaded, empty, welcomed]);
  if (elsewhere || !loaded || !empty) return "no";
  if (!read) return "wait";
  return welcomed ? "no" : "yes";
}
