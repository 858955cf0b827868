import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { board } from "../../state/board.ts";
import { prefs } from "../../state/prefs.ts";
import { projectsQuery, queries } from "../../state/queries.ts";
import { route } from "../../state/route.ts";
import { type Draft, emptyDraft, loadDraft, saveDraft, withLast } from "./draft.ts";

/** The project a new task most likely is for. */
function likelyProject(): string | null {
  const filtered = route.getState().project;
  if (filtered !== null) return filtered;
  const last = prefs.getState()["ui.lastProject"];
  if (last !== null) return last;
  const newest = [...board.getState().tasks.values()].sort((a, b) => b.createdAt - a.createdAt)[0];
  return newest?.workdir ?? queries.getQueryData(projectsQuery.queryKey)?.[0]?.path ?? null;
}

function firstDraft(): Draft {
  const kept = loadDraft();
  if (kept !== null) return kept;
  const workdir = likelyProject();
  const last = workdir === null ? undefined : prefs.getState()["ui.lastPicks"][workdir];
  return withLast({ ...emptyDraft, workdir }, last);
}

/** The draft of the dialog; every change is kept at once. */
export function useDraft(): readonly [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(firstDraft);
  const change = useCallback((part: Partial<Draft>) => {
    setDraft((before) => {
      const moved = part.workdir !== undefined && part.workdir !== before.workdir;
      const picks = moved ? prefs.getState()["ui.lastPicks"][part.workdir ?? ""] : undefined;
      const base = moved ? withLast({ ...before, ...part }, picks) : { ...before, ...part };
      saveDraft(base);
      return base;
    });
  }, []);
  // What is known of projects may come after the dialog.
  const { data: projects } = useQuery(projectsQuery);
  const missing = draft.workdir === null && projects !== undefined;
  useEffect(() => {
    const workdir = missing ? likelyProject() : null;
    if (workdir !== null) change({ workdir });
  }, [missing, change]);
  return [draft, change];
}
