import { z } from "zod";
import { fault } from "../../contract/fault.ts";
import { FileMatch } from "../../contract/harness.ts";
import { Ulid } from "../../contract/primitives.ts";
import { bytesEndpoint, endpoint } from "../endpoint.ts";
import { answer, apiHeaders, bytesOf, problem, read } from "../respond.ts";
import { Limit, PathText, Search } from "../schemas.ts";

/**
 * A path as a person's click sends it: absolute, or relative to its task. Options (`-a`) and URLs
 * (`file:`) end here; what is left is resolved and held inside a known place by the engine.
 */
const ClickedPath = PathText.regex(/^(?!-)(?![A-Za-z][A-Za-z0-9+.-]*:)/, "must be a plain path");

const OpenPathBody = z
  .strictObject({
    taskId: Ulid.exactOptional(),
    path: ClickedPath.exactOptional(),
    app: z.enum(["files", "editor", "terminal"]).exactOptional(),
    line: z.number().int().min(1).max(10_000_000).exactOptional(),
  })
  .refine(({ taskId, path }) => taskId !== undefined || path?.startsWith("/") === true, {
    message: "must name a task, or an absolute path",
  });

export const placeEndpoints = {
  openPath: endpoint({
    body: OpenPathBody,
    answer: z.object({ opened: z.literal(true) }),
    handle: ({ body, meta, context }) =>
      context.memo.once(meta, async () => {
        const located = await context.engine.places.locate({
          taskId: body.taskId ?? null,
          path: body.path ?? null,
        });
        if (!located.ok) return problem(located.fault);
        const { path, directory } = located.value;
        if (!path.startsWith("/") || !directory.startsWith("/")) {
          return problem(fault("not_found", "There is no such place."));
        }
        const app = body.app ?? "files";
        return read(context.opener.open({ app, path, directory, line: body.line ?? null }));
      }),
  }),
  files: endpoint({
    query: z
      .object({
        taskId: Ulid.exactOptional(),
        workdir: PathText.exactOptional(),
        q: Search.exactOptional(),
        limit: Limit.exactOptional(),
      })
      .refine(({ taskId, workdir }) => (taskId === undefined) !== (workdir === undefined), {
        message: "must name a task or a folder, and not both",
      }),
    answer: z.object({ files: z.array(FileMatch) }),
    handle: async ({ query, context }) =>
      read(
        await context.engine.files.find({
          taskId: query.taskId ?? null,
          workdir: query.workdir ?? null,
          q: query.q ?? "",
          limit: query.limit ?? 50,
        }),
      ),
  }),
  uploadAttachment: bytesEndpoint({
    query: z.object({ task: Ulid.exactOptional() }),
    status: 201,
    answer: z.object({ id: Ulid, path: z.string() }),
    handle: ({ body, query, meta, context }) =>
      answer(context.engine.blobs.attach(body, query.task ?? null, meta)),
  }),
  attachment: endpoint({
    params: z.object({ id: Ulid }),
    answer: null,
    handle: async ({ params, context }) => {
      const file = await context.engine.blobs.attachment(params.id);
      if (!file.ok) return problem(file.fault);
      // Only pictures are shown by their type; everything else is bytes.
      const { bytes, mediaType } = file.value;
      const isPicture = mediaType.startsWith("image/");
      return bytesOf(bytes, isPicture ? mediaType : "application/octet-stream", params.id);
    },
  }),
  blob: endpoint({
    params: z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/) }),
    answer: null,
    handle: ({ params, context }) => {
      const blob = context.engine.blobs.get(params.id);
      if (!blob.ok) return problem(blob.fault);
      // Whatever an agent printed: handed over as bytes, never as something a browser renders.
      return new Response(new Blob([new Uint8Array(blob.value)]), {
        headers: {
          ...apiHeaders,
          "content-type": "application/octet-stream",
          "content-disposition": "attachment",
        },
      });
    },
  }),
};
