import { queryOptions } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { ChangeQuery } from "../../contract/changes.ts";
import type { Task } from "../../contract/task.ts";
import { call } from "../wire/client.ts";
import type { Frame } from "../wire/frames.ts";
import { queries } from "./queries.ts";
import { watchTask } from "./watch.ts";

/** What is asked with every read of changes, without what is the rule anyway. */
export function plainQuery(query: ChangeQuery): ChangeQuery {
  const { scope, run, commit, whitespace } = query;
  return {
    ...(scope === undefined || scope === "base" ? {} : { scope }),
    ...(run === undefined ? {} : { run }),
    ...(commit === undefined ? {} : { commit }),
    ...(whitespace === "ignore" ? { whitespace } : {}),
  };
}

function sameSides(a: ChangeQuery | undefined, b: ChangeQuery): boolean {
  return a !== undefined && a.scope === b.scope && a.run === b.run && a.commit === b.commit;
}

/** What a task changed. The old answer stays until the new one is here. */
export function changesQuery(taskId: string, query: ChangeQuery = {}) {
  const asked = plainQuery(query);
  return queryOptions({
    queryKey: ["changes", taskId, "list", asked] as const,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/changes", { params: { id: taskId }, query: asked, signal }))
        .changes,
    // With or without white space it is the same comparison; another scope is another one.
    placeholderData: (before, query) => (sameSides(query?.queryKey[3], asked) ? before : undefined),
    // What was just read is not read again by whoever comes next; the stream says when it is old.
    staleTime: 2_000,
    gcTime: 60_000,
  });
}

/** After the last sign of a change, in ms: agents write many files in a row. */
const calm = 400;
/** At the latest after this, in ms, however busy the agent is. */
const longest = 2_000;

const listeners = new Map<string, Set<() => void>>();

/** Takes what the stream says of files that may have changed. */
export function feedChanges(frames: readonly Frame[]): void {
  const tasks = new Set<string>();
  for (const frame of frames) if (frame.type === "changes") tasks.add(frame.taskId);
  changesMissed([...tasks]);
}

/** Something may have been missed of these tasks: what is shown of their files is read again. */
export function changesMissed(tasks: readonly string[]): void {
  for (const id of tasks) for (const listener of listeners.get(id) ?? []) listener();
}

/**
 * Reads again what is shown of a task's files whenever they may have changed: when the stream says
 * so, and when a run begins or ends. Nothing is asked while nothing happens.
 */
export function useLiveChanges(task: Task): void {
  const { id } = task;
  const sign = `${task.runId}/${task.phase?.kind}/${task.stats?.files}/${task.stats?.additions}/${task.stats?.deletions}`;
  useEffect(() => {
    const refresh = paced(() => refreshChanges(id));
    const own = listeners.get(id) ?? new Set();
    own.add(refresh.soon);
    listeners.set(id, own);
    const unwatch = watchTask(id);
    return () => {
      own.delete(refresh.soon);
      if (own.size === 0) listeners.delete(id);
      refresh.stop();
      unwatch();
    };
  }, [id]);
  const seen = useRef(sign);
  useEffect(() => {
    if (seen.current === sign) return;
    seen.current = sign;
    changesMissed([id]);
  }, [id, sign]);
}

/** Reads again at once everything that is shown of a task's files. */
export function refreshChanges(taskId: string): void {
  // What nobody looks at is old now: it must not be shown first when somebody does again.
  queries.removeQueries({ queryKey: ["changes", taskId], type: "inactive" });
  queries.invalidateQueries({ queryKey: ["changes", taskId] }).catch(() => undefined);
  queries.invalidateQueries({ queryKey: ["review", taskId] }).catch(() => undefined);
  queries.invalidateQueries({ queryKey: ["landing", taskId] }).catch(() => undefined);
}

const owners = new Map<string, () => void>();

/** Says when the person changed a task's files themselves: nothing of that is to be held back. */
export function useOwnChanges(taskId: string, see: () => void): void {
  const latest = useRef(see);
  latest.current = see;
  useEffect(() => {
    const own = (): void => latest.current();
    owners.set(taskId, own);
    return () => {
      if (owners.get(taskId) === own) owners.delete(taskId);
    };
  }, [taskId]);
}

/** The person changed a task's files: what is shown of them is read again, and shown at once. */
export function changedByPerson(taskId: string): void {
  owners.get(taskId)?.();
  refreshChanges(taskId);
}

function paced(run: () => void): { soon(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = 0;
  const go = (): void => {
    timer = undefined;
    run();
  };
  return {
    soon() {
      const now = Date.now();
      if (timer === undefined) due = now + longest;
      clearTimeout(timer);
      timer = setTimeout(go, Math.max(0, Math.min(calm, due - now)));
    },
    stop: () => clearTimeout(timer),
  };
}
