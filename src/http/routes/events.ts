import { z } from "zod";
import { Ulid } from "../../contract/primitives.ts";
import type { StreamQuery } from "../../engine/api.ts";
import { type Call, endpoint } from "../endpoint.ts";
import { RunParams, Seq, TaskParams } from "../schemas.ts";
import { openSse } from "../sse.ts";

const After = z.object({ after: Seq.exactOptional() });
const maxTranscripts = 50;
/** Behind every event there will ever be: the engine says `reset` to whoever asks for it. */
const noSeq = Number.MAX_SAFE_INTEGER;

interface Position {
  readonly after?: number;
  readonly tail?: number;
}

/**
 * The position of a stream. The header wins over `after`: an EventSource reconnects with its first
 * URL. A header that is no seq of ours is not refused (an EventSource would never recover) but
 * answered like one whose range is gone: with `reset`.
 */
function open(
  { request, peer, scope, context }: Call<unknown, unknown, unknown>,
  scopeOfStream: StreamQuery["scope"],
  position: Position,
): Response {
  const header = request.headers.get("last-event-id");
  const given = header === null || header === "" ? null : Seq.safeParse(header);
  const named = given?.success === false ? noSeq : given?.data;
  const after = named ?? position.after ?? null;
  return openSse({
    streams: context.engine.streams,
    query: { scope: scopeOfStream, after, tail: after === null ? (position.tail ?? null) : null },
    request,
    peer,
    pingMs: context.pingMs,
    stalledSeconds: context.stalledSeconds,
    end: context.streamSet.open(scope?.kind === "app" ? scope.tokenId : ""),
  });
}

export const eventEndpoints = {
  taskEvents: endpoint({
    params: TaskParams,
    query: After.extend({ tail: Seq.exactOptional() }),
    answer: null,
    handle: (call) => open(call, { kind: "task", taskId: call.params.id }, call.query),
  }),
  runEvents: endpoint({
    params: RunParams,
    query: After,
    answer: null,
    handle: (call) => open(call, { kind: "run", runId: call.params.id }, call.query),
  }),
  events: endpoint({
    query: After.extend({
      task: z
        .union([Ulid, z.array(Ulid).max(maxTranscripts)])
        .transform((ids) => [ids].flat())
        .exactOptional(),
    }),
    answer: null,
    handle: (call) => open(call, { kind: "global", taskIds: call.query.task ?? [] }, call.query),
  }),
};
