import { queryOptions } from "@tanstack/react-query";
import type { ChangedFile, ChangeQuery } from "../../../contract/changes.ts";
import type { Review } from "../../../contract/review.ts";
import { plainQuery } from "../../state/changes.ts";
import { queries } from "../../state/queries.ts";
import { call, callBytes } from "../../wire/client.ts";

/** What the person has made of a task's changes: comments, files looked at, when all was looked at. */
export function reviewQuery(taskId: string) {
  return queryOptions({
    queryKey: ["review", taskId] as const,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/review", { params: { id: taskId }, signal })).review,
    staleTime: 2_000,
  });
}

/** Shows a change of the review at once; the answer of the server comes after. */
export function changeReview(taskId: string, change: (before: Review) => Review): void {
  queries.setQueryData(reviewQuery(taskId).queryKey, (before) =>
    before === undefined ? before : change(before),
  );
}

/** The commits of the task's branch, newest first. */
export function commitsQuery(taskId: string) {
  return queryOptions({
    queryKey: ["changes", taskId, "commits"] as const,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/commits", { params: { id: taskId }, signal })).commits,
    staleTime: 0,
  });
}

/** The runs of a task, newest first, for saying which one a comment went with. */
export function runsQuery(taskId: string, latest: string | null) {
  return queryOptions({
    queryKey: ["runs", taskId, latest] as const,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/runs", { params: { id: taskId }, query: { limit: 500 }, signal }))
        .runs,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
}

/** One side of an image, as an address that only this page can read. Whoever asks gives it back. */
export async function imageUrl(
  taskId: string,
  file: ChangedFile,
  side: "old" | "new",
  query: ChangeQuery,
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly bytes: number }> {
  const path = side === "old" ? (file.oldPath ?? file.path) : file.path;
  const blob = await callBytes("GET /tasks/:id/changes/content", {
    params: { id: taskId },
    query: { ...plainQuery(query), path, side },
    signal,
  });
  return { url: URL.createObjectURL(blob), bytes: blob.size };
}

/** A whole file, however long. */
export async function wholeFile(
  taskId: string,
  path: string,
  query: ChangeQuery,
): Promise<ChangedFile> {
  const { file } = await call("GET /tasks/:id/changes/file", {
    params: { id: taskId },
    query: { ...plainQuery(query), path },
  });
  return file;
}

/** A patch as `git apply` takes it, of one file or of all. */
export async function patchText(
  taskId: string,
  path: string | null,
  query: ChangeQuery,
): Promise<string> {
  const blob = await callBytes("GET /tasks/:id/changes/patch", {
    params: { id: taskId },
    query: { ...plainQuery(query), ...(path === null ? {} : { path: [path] }) },
  });
  return await blob.text();
}
