import { z } from "zod";
import {
  ChangedFile,
  ChangeQuery,
  Changes,
  FileLines,
  TaskCommit,
} from "../../contract/changes.ts";
import { Millis } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { answer, bytesOf, problem, read } from "../respond.ts";
import { FilePath, LineNumber, TaskParams } from "../schemas.ts";

const Side = z.enum(["old", "new"]);
const mostPaths = 500;

export const changeEndpoints = {
  taskChanges: endpoint({
    params: TaskParams,
    query: ChangeQuery,
    answer: z.object({ changes: Changes }),
    handle: async ({ params, query, request, context }) =>
      read(await context.engine.changes.list(params.id, query, request.signal)),
  }),
  taskChangedFile: endpoint({
    params: TaskParams,
    query: ChangeQuery.extend({ path: FilePath }),
    answer: z.object({ file: ChangedFile }),
    handle: async ({ params, query: { path, ...query }, request, context }) =>
      read(await context.engine.changes.file(params.id, path, query, request.signal)),
  }),
  taskChangedLines: endpoint({
    params: TaskParams,
    query: ChangeQuery.extend({ path: FilePath, side: Side, start: LineNumber, end: LineNumber }),
    answer: z.object({ lines: FileLines }),
    handle: async ({ params, query: { path, side, start, end, ...query }, request, context }) => {
      const file = { path, side, start, end };
      return read(await context.engine.changes.lines(params.id, file, query, request.signal));
    },
  }),
  taskChangedContent: endpoint({
    params: TaskParams,
    query: ChangeQuery.extend({ path: FilePath, side: Side }),
    answer: null,
    handle: async ({ params, query: { path, side, ...query }, request, context }) => {
      const { signal } = request;
      const image = await context.engine.changes.image(params.id, { path, side }, query, signal);
      return image.ok
        ? bytesOf(image.value.bytes, image.value.mediaType, `image-${side}`)
        : problem(image.fault);
    },
  }),
  taskPatch: endpoint({
    params: TaskParams,
    query: ChangeQuery.extend({
      path: z
        .union([FilePath, z.array(FilePath).max(mostPaths)])
        .transform((paths) => [paths].flat())
        .exactOptional(),
    }),
    answer: null,
    handle: async ({ params, query: { path, ...query }, request, context }) => {
      const { signal } = request;
      const patch = await context.engine.changes.patch(params.id, path ?? null, query, signal);
      return patch.ok
        ? bytesOf(patch.value, "text/plain; charset=utf-8", `${params.id}.patch`)
        : problem(patch.fault);
    },
  }),
  taskCommits: endpoint({
    params: TaskParams,
    answer: z.object({ commits: z.array(TaskCommit) }),
    handle: async ({ params, request, context }) =>
      read(await context.engine.changes.commits(params.id, request.signal)),
  }),
  markReviewed: endpoint({
    params: TaskParams,
    answer: z.object({ reviewedAt: Millis }),
    handle: ({ params, meta, context }) =>
      answer(context.engine.changes.markReviewed(params.id, meta)),
  }),
};
