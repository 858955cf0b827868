import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Task } from "../../contract/task.ts";
import { queries } from "../state/queries.ts";
import { call } from "../wire/client.ts";
import type { After } from "../wire/landing-calls.ts";
import { hooksOf } from "./words.ts";

/** How often it is asked what hooks print, in ms; that they end is told by the stream. */
const hooksEvery = 1_000;

/** Where a task's work stands against its base, and what comes next. */
export function landingQuery(taskId: string) {
  return queryOptions({
    queryKey: ["landing", taskId, "state"] as const,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/landing", { params: { id: taskId }, signal })).landing,
    staleTime: 2_000,
    // Whoever merged in a terminal comes back to this window, and nobody tells it.
    refetchOnWindowFocus: "always",
    refetchInterval: (query) => (hooksOf(query.state.data) === null ? false : hooksEvery),
  });
}

/** Words for a commit, a merge and a pull request of what is there now. */
export function suggestionsQuery(taskId: string) {
  return queryOptions({
    queryKey: ["landing", taskId, "words"] as const,
    queryFn: async ({ signal }) =>
      await call("GET /tasks/:id/suggestions", { params: { id: taskId }, signal }),
    staleTime: 0,
  });
}

/** Ways back, newest first. */
export function checkpointsQuery(taskId: string) {
  return queryOptions({
    queryKey: ["landing", taskId, "checkpoints"] as const,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/checkpoints", { params: { id: taskId }, signal })).checkpoints,
    staleTime: 0,
  });
}

/** What the person wants to become of a task that has landed. */
export const afterQuery = queryOptions({
  queryKey: ["preferences", "landing.after"] as const,
  queryFn: async ({ signal }): Promise<After> => {
    const { preferences } = await call("GET /preferences", { signal });
    const chosen = preferences["landing.after"];
    return chosen === "archive" || chosen === "delete" ? chosen : "keep";
  },
  staleTime: 0,
});

/** Reads again what is shown of how a task stands. */
export function refreshLanding(taskId: string): void {
  queries.invalidateQueries({ queryKey: ["landing", taskId] }).catch(() => undefined);
}

/**
 * Where the work stands now. Files that change are told by the review's own watch; this adds what
 * the task itself says of it, and how many comments are open.
 */
export function useLanding(task: Task, openComments: number) {
  const { id, column, baseSha, conflicts, pullRequest, pendingInteractions } = task;
  const facts = [
    column,
    baseSha,
    conflicts,
    pullRequest,
    pendingInteractions,
    task.phase?.kind,
    openComments,
  ];
  const sign = JSON.stringify(facts);
  const seen = useRef(sign);
  useEffect(() => {
    if (seen.current === sign) return;
    seen.current = sign;
    refreshLanding(id);
  }, [id, sign]);
  return useQuery(landingQuery(id));
}
