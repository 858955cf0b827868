import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { later } from "../state/actions.ts";
import { useBoard } from "../state/board.ts";
import { prefsRead, setPref, usePref } from "../state/prefs.ts";
import { useRoute } from "../state/route.ts";

/** Says in this browser that the first screen has done its work, so the board is drawn at once. */
const hint = "agetor.welcomed";

/** For so long nothing is drawn while it is not known which screen it is; then the board is. */
const patienceMs = 1_000;

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
  const [late, setLate] = useState(() => localStorage.getItem(hint) !== null);
  useEffect(() => {
    if (read && loaded && !empty && !welcomed) later(setPref("ui.welcomed", true));
    if (welcomed) localStorage.setItem(hint, "");
  }, [read, loaded, empty, welcomed]);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  if (elsewhere || (loaded && !empty)) return "no";
  if (!loaded || !read) return late ? "no" : "wait";
  return welcomed ? "no" : "yes";
}
