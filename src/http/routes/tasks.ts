import { z } from "zod";
import { Event } from "../../contract/event.ts";
import { Interaction } from "../../contract/interaction.ts";
import { Column, HarnessId, Millis, Ulid } from "../../contract/primitives.ts";
import { WorktreeSetup } from "../../contract/project.ts";
import { Run } from "../../contract/run.ts";
import {
  CreateTaskBody,
  HoldQueuedBody,
  PatchQueuedBody,
  PatchTaskBody,
  QueuedHold,
  QueuedMessage,
  StartTaskBody,
  Task,
  TaskCounts,
  Trash,
} from "../../contract/task.ts";
import { endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Cursor, Deleted, Flag, Limit, PathText, page, Seq, TaskParams, Text } from "../schemas.ts";

const One = z.object({ task: Task });

export const taskEndpoints = {
  listTasks: endpoint({
    query: z.object({
      column: Column.exactOptional(),
      agent: HarnessId.exactOptional(),
      workdir: PathText.exactOptional(),
      q: Text.exactOptional(),
      archived: Flag.exactOptional(),
      limit: Limit.exactOptional(),
      cursor: Cursor.exactOptional(),
    }),
    answer: page({ tasks: z.array(Task), counts: TaskCounts }),
    handle: ({ query, context }) => read(context.engine.tasks.list(query)),
  }),
  createTask: endpoint({
    body: CreateTaskBody,
    status: 201,
    answer: z.object({ task: Task, run: Run.nullable() }),
    handle: ({ body, meta, context }) => answer(context.engine.tasks.create(body, meta)),
  }),
  getTask: endpoint({
    params: TaskParams,
    answer: One,
    handle: ({ params, context }) => read(context.engine.tasks.get(params.id)),
  }),
  patchTask: endpoint({
    params: TaskParams,
    body: PatchTaskBody,
    answer: One,
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.tasks.patch(params.id, body, meta)),
  }),
  deleteTask: endpoint({
    params: TaskParams,
    answer: Deleted.extend({ trash: Trash.nullable() }),
    handle: ({ params, meta, context }) => answer(context.engine.tasks.remove(params.id, meta)),
  }),
  restoreTask: endpoint({
    params: TaskParams,
    answer: One,
    handle: ({ params, meta, context }) => answer(context.engine.tasks.restore(params.id, meta)),
  }),
  startTask: endpoint({
    params: TaskParams,
    body: StartTaskBody,
    status: 202,
    answer: z.object({ task: Task, run: Run }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.tasks.start(params.id, body, meta)),
  }),
  taskSetup: endpoint({
    params: TaskParams,
    answer: z.object({ setup: WorktreeSetup }),
    handle: async ({ params, context }) => read(await context.engine.tasks.setup(params.id)),
  }),
  repeatSetup: endpoint({
    params: TaskParams,
    answer: z.object({ setup: WorktreeSetup }),
    handle: ({ params, meta, context }) =>
      answer(context.engine.tasks.repeatSetup(params.id, meta)),
  }),
  createSample: endpoint({
    status: 201,
    answer: z.object({ task: Task, run: Run.nullable() }),
    handle: ({ meta, context }) => answer(context.engine.tasks.sample(meta)),
  }),
  trash: endpoint({
    answer: z.object({
      tasks: z.array(Task.extend({ deletedAt: Millis, trash: Trash.nullable() })),
    }),
    handle: ({ context }) => read(context.engine.tasks.trash()),
  }),
  deleteTrash: endpoint({
    params: TaskParams,
    answer: Deleted,
    handle: ({ params, meta, context }) => answer(context.engine.tasks.purge(params.id, meta)),
  }),
};

/** What stands behind a task: its transcript, terminal and messages. */
export const taskViewEndpoints = {
  taskTranscript: endpoint({
    params: TaskParams,
    query: z.object({ before: Seq.exactOptional(), limit: Limit.exactOptional() }),
    answer: z.object({
      events: z.array(Event),
      nextBefore: z.number().int().nullable(),
      lastSeq: z.number().int(),
    }),
    handle: ({ params, query, context }) => read(context.engine.tasks.transcript(params.id, query)),
  }),
  taskTerminal: endpoint({
    params: TaskParams,
    answer: z.object({
      terminal: z.object({
        text: z.string(),
        columns: z.number().int(),
        rows: z.number().int(),
        attachCommand: z.string(),
      }),
    }),
    handle: async ({ params, context }) => read(await context.engine.tasks.terminal(params.id)),
  }),
  listQueued: endpoint({
    params: TaskParams,
    answer: z.object({ messages: z.array(QueuedMessage) }),
    handle: ({ params, context }) => read(context.engine.queue.list(params.id)),
  }),
  patchQueued: endpoint({
    params: z.object({ id: Ulid, messageId: Ulid }),
    body: PatchQueuedBody,
    answer: z.object({ messages: z.array(QueuedMessage) }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.queue.patch(params.id, params.messageId, body, meta)),
  }),
  steerQueued: endpoint({
    params: z.object({ id: Ulid, messageId: Ulid }),
    status: 202,
    answer: z.union([z.object({ run: Run }), z.object({ queued: QueuedMessage })]),
    handle: ({ params, meta, context }) =>
      answer(context.engine.queue.steer(params.id, params.messageId, meta)),
  }),
  holdQueued: endpoint({
    params: z.object({ id: Ulid, messageId: Ulid }),
    body: HoldQueuedBody,
    answer: QueuedHold,
    handle: ({ params, body, meta, context }) =>
      context.memo.once(meta, () =>
        read(context.engine.queue.hold(params.id, params.messageId, body)),
      ),
  }),
  removeQueued: endpoint({
    params: TaskParams.extend({ messageId: Ulid }),
    answer: Deleted,
    handle: ({ params, meta, context }) =>
      answer(context.engine.queue.remove(params.id, params.messageId, meta)),
  }),
  taskInteractions: endpoint({
    params: TaskParams,
    answer: z.object({ interactions: z.array(Interaction) }),
    handle: ({ params, context }) => read(context.engine.tasks.interactions(params.id)),
  }),
  allInteractions: endpoint({
    answer: z.object({ interactions: z.array(Interaction) }),
    handle: ({ context }) => read(context.engine.tasks.interactions(null)),
  }),
};
