import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import type { Task } from "../../contract/task.ts";
import { call } from "../wire/client.ts";

/** Reads that are not on the stream. The client retries by itself, so the cache need not. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, staleTime: 30_000, refetchOnWindowFocus: false },
  },
});

/** A probe may take up to 3 s and is cached by the server too. */
export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: async ({ signal }) => (await call("GET /agents", { signal })).agents,
  staleTime: 60_000,
});

export const defaultsQuery = queryOptions({
  queryKey: ["defaults"],
  queryFn: async ({ signal }) => await call("GET /defaults", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const harnessesQuery = queryOptions({
  queryKey: ["harnesses"],
  queryFn: async ({ signal }) => (await call("GET /harnesses", { signal })).harnesses,
});

/** The whole prompt of a task; its card holds only how it begins. */
export function promptQuery({ id, updatedAt }: Pick<Task, "id" | "updatedAt">) {
  return queryOptions({
    queryKey: ["prompt", id, updatedAt],
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id", { params: { id }, signal })).task.prompt,
    placeholderData: keepPreviousData,
  });
}

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: async ({ signal }) => (await call("GET /projects", { signal })).projects,
});

export function branchesQuery(path: string) {
  return queryOptions({
    queryKey: ["branches", path],
    queryFn: async ({ signal }) =>
      (await call("GET /projects/branches", { query: { path }, signal })).branches,
    enabled: path !== "",
    staleTime: 10_000,
  });
}

export function modelsQuery(agent: string) {
  return queryOptions({
    queryKey: ["models", agent],
    queryFn: async ({ signal }) =>
      (await call("GET /agent-models", { query: { agent }, signal })).models[agent] ?? [],
    enabled: agent !== "",
    staleTime: 300_000,
  });
}

/** What happens in new worktrees of the repository a folder lies in. */
export function setupQuery(path: string) {
  return queryOptions({
    queryKey: ["setup", path],
    queryFn: async ({ signal }) => await call("GET /projects/setup", { query: { path }, signal }),
    enabled: path !== "",
    staleTime: 10_000,
  });
}

/** The ports and the environment of a task's worktree; they are there once its run has begun. */
export function worktreeQuery({ id, worktreePath, runStatus }: Task) {
  return queryOptions({
    queryKey: ["worktree", id, worktreePath, runStatus === "queued"],
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/setup", { params: { id }, signal })).setup,
    enabled: worktreePath !== null,
    staleTime: 60_000,
  });
}

export const trashQuery = queryOptions({
  queryKey: ["trash"],
  queryFn: async ({ signal }) => (await call("GET /trash", { signal })).tasks,
  staleTime: 0,
});
