import { z } from "zod";
import { Run } from "../../contract/run.ts";
import { InputBody, QueuedMessage } from "../../contract/task.ts";
import { endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Cursor, Limit, page, RunParams, TaskParams } from "../schemas.ts";

export const runEndpoints = {
  listRuns: endpoint({
    params: TaskParams,
    query: z.object({ limit: Limit.exactOptional(), cursor: Cursor.exactOptional() }),
    answer: page({ runs: z.array(Run) }),
    handle: ({ params, query, context }) => read(context.engine.runs.list(params.id, query)),
  }),
  cancelRun: endpoint({
    params: RunParams,
    status: 202,
    answer: z.object({ run: Run }),
    handle: ({ params, meta, context }) => answer(context.engine.runs.cancel(params.id, meta)),
  }),
  inputRun: endpoint({
    params: RunParams,
    body: InputBody,
    status: 202,
    answer: z.union([z.object({ run: Run }), z.object({ queued: QueuedMessage })]),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.runs.input(params.id, body, meta)),
  }),
};
