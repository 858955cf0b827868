import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Changes } from "../../../contract/changes.ts";
import type { Task } from "../../../contract/task.ts";
import { isActive } from "../../state/actions.ts";
import { call } from "../../wire/client.ts";

export interface ChangesState {
  readonly changes: Changes | null;
  readonly error: unknown;
  readonly loading: boolean;
  readonly retry: () => void;
}

/** After the last sign of a change, in ms: agents write many files in a row. */
const calm = 500;

/** What a task changed since its base. It follows the work: the old answer stays until the new one is here. */
export function useChanges(task: Task): ChangesState {
  const stats = task.stats;
  const sign = [task.runId, task.phase?.kind, stats?.files, stats?.additions, stats?.deletions];
  const settled = useCalm(sign.join("/"));
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["changes", task.id, settled],
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/changes", { params: { id: task.id }, signal })).changes,
    placeholderData: (before) => before,
    // A file may be changed again without a number changing.
    refetchInterval: isActive(task) ? 5_000 : false,
    gcTime: 60_000,
  });
  return {
    changes: data ?? null,
    error,
    loading: isPending,
    retry: () => {
      refetch().catch(() => undefined);
    },
  };
}

function useCalm(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (value === settled) return;
    const timer = setTimeout(() => setSettled(value), calm);
    return () => clearTimeout(timer);
  }, [value, settled]);
  return settled;
}
