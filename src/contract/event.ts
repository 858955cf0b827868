import { z } from "zod";
import type { ChangesFrame } from "./changes.ts";
import { Millis, Ulid } from "./primitives.ts";
import { RunOutcome, Usage } from "./run.ts";

export const stateEventTypes = [
  "task.upserted",
  "task.deleted",
  "run.upserted",
  "interaction.opened",
  "interaction.resolved",
  "notice",
] as const;

export const transcriptEventTypes = [
  "user.message",
  "assistant.text",
  "assistant.thinking",
  "tool.call",
  "tool.result",
  "plan.updated",
  "todos.updated",
  "file.changed",
  "usage.updated",
  "subagent.started",
  "subagent.ended",
  "session.started",
  "turn.ended",
  "error",
  "raw",
] as const;

export const EventType = z.enum([...stateEventTypes, ...transcriptEventTypes]);
export type EventType = z.infer<typeof EventType>;
export type TranscriptEventType = (typeof transcriptEventTypes)[number];

/** Which agent of the run speaks: null is the main one, else the id of a sub-agent. */
const AgentId = z.string().nullable();

export const ToolKind = z.enum([
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "mcp",
  "agent",
  "other",
]);
export type ToolKind = z.infer<typeof ToolKind>;

export const ToolStatus = z.enum(["pending", "running", "succeeded", "failed", "denied"]);
export type ToolStatus = z.infer<typeof ToolStatus>;

/** A unified diff of one file (`patch` starts at the first `@@`). */
export const FileDiff = z.object({
  path: z.string(),
  kind: z.enum(["add", "update", "delete", "move"]),
  patch: z.string(),
  additions: z.number().int(),
  deletions: z.number().int(),
});
export type FileDiff = z.infer<typeof FileDiff>;

export const TodoItem = z.object({
  text: z.string(),
  status: z.enum(["pending", "in_progress", "completed"]),
});
export type TodoItem = z.infer<typeof TodoItem>;

export const RateLimit = z.object({
  label: z.string(),
  usedPercent: z.number(),
  windowMinutes: z.number().nullable(),
  resetsAt: Millis.nullable(),
});
export type RateLimit = z.infer<typeof RateLimit>;

/** The data of each transcript event. Text is what the agent wrote: hostile, never markup. */
export const transcriptData = {
  "user.message": z.object({
    text: z.string(),
    /** Our id of the message, or null when it was typed in the agent's own terminal. */
    messageId: z.string().nullable(),
    source: z.enum(["app", "terminal"]),
  }),
  "assistant.text": z.object({ text: z.string(), agentId: AgentId, partial: z.boolean() }),
  "assistant.thinking": z.object({ text: z.string(), agentId: AgentId }),
  "tool.call": z.object({
    toolId: z.string(),
    name: z.string(),
    kind: ToolKind,
    /** One line: the command, the path or the pattern. */
    title: z.string(),
    input: z.unknown(),
    status: ToolStatus,
    agentId: AgentId,
  }),
  "tool.result": z.object({
    toolId: z.string(),
    status: ToolStatus,
    output: z.string(),
    truncated: z.boolean(),
    blobId: z.string().nullable(),
    diff: z.array(FileDiff).nullable(),
    exitCode: z.number().int().nullable(),
    durationMs: z.number().nullable(),
    agentId: AgentId,
  }),
  "plan.updated": z.object({
    text: z.string(),
    final: z.boolean(),
    /** The call that proposed it; absent where no tool did. */
    toolId: z.string().optional(),
  }),
  "todos.updated": z.object({ todos: z.array(TodoItem), explanation: z.string().nullable() }),
  "file.changed": z.object({ files: z.array(FileDiff) }),
  "usage.updated": z.object({
    usage: Usage,
    model: z.string().nullable(),
    contextPercent: z.number().nullable(),
    rateLimits: z.array(RateLimit),
  }),
  "subagent.started": z.object({
    agentId: z.string(),
    toolId: z.string().nullable(),
    label: z.string(),
    agentType: z.string().nullable(),
  }),
  "subagent.ended": z.object({
    agentId: z.string(),
    status: ToolStatus,
    summary: z.string().nullable(),
  }),
  "session.started": z.object({
    sessionRef: z.string().nullable(),
    model: z.string().nullable(),
    mode: z.string().nullable(),
    version: z.string().nullable(),
    resumed: z.boolean(),
  }),
  "turn.ended": z.object({ outcome: RunOutcome, durationMs: z.number().nullable() }),
  error: z.object({
    message: z.string(),
    code: z.string().nullable(),
    willRetry: z.boolean(),
    agentId: AgentId,
  }),
  /** Something no decoder knows, kept whole. */
  raw: z.object({ source: z.string(), payload: z.unknown() }),
} as const satisfies Record<TranscriptEventType, z.ZodType>;

export type TranscriptData = { [K in TranscriptEventType]: z.infer<(typeof transcriptData)[K]> };

/** One transcript event before it is stored: what a decoder yields. */
export type TranscriptItem = {
  [K in TranscriptEventType]: { readonly type: K; readonly data: TranscriptData[K] };
}[TranscriptEventType];

/** A thing worth telling the person that is not part of the agent's words. */
export const NoticeData = z.object({
  level: z.enum(["info", "warning", "error"]),
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
});
export type NoticeData = z.infer<typeof NoticeData>;

/** One frame with an id on the stream: a row of the journal. */
export const Event = z.object({
  seq: z.number().int(),
  at: Millis,
  type: EventType,
  taskId: Ulid.nullable(),
  runId: Ulid.nullable(),
  data: z.unknown(),
});
export type Event = z.infer<typeof Event>;

/** Live text that is not yet final (M8): a frame without an id. */
export const DraftFrame = z.object({
  type: z.literal("draft"),
  taskId: Ulid,
  runId: Ulid,
  draftId: z.string(),
  kind: z.enum(["text", "thinking", "tool", "output"]),
  /** Append at this offset in UTF-16 units; 0 replaces. */
  offset: z.number().int(),
  /** null = the draft is gone. */
  text: z.string().nullable(),
});
export type DraftFrame = z.infer<typeof DraftFrame>;

/** A sign of life of a working task, never stored: what its card's live line and pulse show. */
export const ActivityFrame = z.object({
  type: z.literal("activity"),
  taskId: Ulid,
  at: Millis,
  /** How many transcript events came since the last such frame of this task. */
  events: z.number().int(),
  live: z.object({ verb: z.string(), object: z.string(), at: Millis }).nullable(),
});
export type ActivityFrame = z.infer<typeof ActivityFrame>;

/** Frames without an id: shown now, gone after. */
export type LiveFrame = DraftFrame | ActivityFrame | ChangesFrame;

/** Said first on a stream whose asked range is no longer there. */
export const ResetFrame = z.object({ type: z.literal("reset") });
export type ResetFrame = z.infer<typeof ResetFrame>;
