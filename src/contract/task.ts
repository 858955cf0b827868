import { z } from "zod";
import { Fault } from "./fault.ts";
import { PullRequest } from "./landing.ts";
import { AgentKind, Column, HarnessId, Isolation, Millis, RunStatus, Ulid } from "./primitives.ts";
import { RunPhase } from "./run.ts";

/** A file, a folder or an uploaded attachment that goes with a prompt. */
export const Reference = z.union([
  z.strictObject({ path: z.string().min(1).max(4096), isDirectory: z.boolean() }),
  z.strictObject({ attachmentId: Ulid }),
]);
export type Reference = z.infer<typeof Reference>;

export const TaskStats = z.object({
  additions: z.number(),
  deletions: z.number(),
  files: z.number(),
  /** US dollars of all runs, as far as the agent says; null = it has not said. */
  costUsd: z.number().nullable(),
  /** How full the agent's context was at its last message, 0 to 100. */
  contextPercent: z.number().nullable(),
  todosDone: z.number(),
  todosTotal: z.number(),
});
export type TaskStats = z.infer<typeof TaskStats>;

/** What the card says in one line while the agent works: verb first. */
export const LiveLine = z.object({ verb: z.string(), object: z.string(), at: Millis });
export type LiveLine = z.infer<typeof LiveLine>;

/** What a task's files would conflict with if both were brought together now. */
export const TaskConflicts = z.object({ base: z.boolean(), tasks: z.array(z.string()) });
export type TaskConflicts = z.infer<typeof TaskConflicts>;

export const Task = z.object({
  id: Ulid,
  title: z.string(),
  /** Only in `GET /tasks/:id`; null in lists and events. */
  prompt: z.string().nullable(),
  promptPreview: z.string(),
  column: Column,
  /** Fractional rank inside the column. */
  position: z.string(),
  agent: z.string(),
  agentKind: AgentKind,
  workdir: z.string(),
  isolation: Isolation,
  baseRef: z.string().nullable(),
  baseSha: z.string().nullable(),
  branch: z.string().nullable(),
  worktreePath: z.string().nullable(),
  mode: z.string().nullable(),
  /** The mode the living agent works in now; null when none lives, or it does not say. */
  modeNow: z.string().nullable(),
  /** The mode it is to work in instead: as soon as its kind allows (`modeChange`), at the latest
   * from the next message on; null = it stays as it is. */
  modeNext: z.string().nullable(),
  model: z.string().nullable(),
  effort: z.string().nullable(),
  references: z.array(Reference),
  runId: Ulid.nullable(),
  runStatus: RunStatus.nullable(),
  phase: RunPhase.nullable(),
  /** When the latest run began, for the ticking clock on the card. */
  runStartedAt: Millis.nullable(),
  pendingInteractions: z.number().int(),
  queuedMessages: z.number().int(),
  /** Whether one of them is being edited: it and those behind it are not sent before that is over. */
  queueEdited: z.boolean(),
  unread: z.boolean(),
  failure: Fault.pick({ code: true, message: true, hint: true }).nullable(),
  stats: TaskStats.nullable(),
  live: LiveLine.nullable(),
  /** The pull or merge request made of it, as last seen. */
  pullRequest: PullRequest.nullable(),
  /** What it would conflict with, of the tasks at work or in review; null = not known. */
  conflicts: TaskConflicts.nullable(),
  archivedAt: Millis.nullable(),
  createdAt: Millis,
  updatedAt: Millis,
});
export type Task = z.infer<typeof Task>;

/** Text that says something; spaces alone do not. */
const Words = (most: number) => z.string().max(most).regex(/\S/, "must not be blank");
/** What a person says to an agent. */
const Said = Words(2_000_000);

export const CreateTaskBody = z.strictObject({
  prompt: Said,
  workdir: z.string().min(1).max(4096),
  title: Words(300).optional(),
  agent: HarnessId.optional(),
  mode: z.string().min(1).max(100).nullish(),
  model: z.string().min(1).max(200).nullish(),
  effort: z.string().min(1).max(100).nullish(),
  isolation: Isolation.optional(),
  baseRef: z.string().min(1).max(10_000).nullish(),
  references: z.array(Reference).max(100).optional(),
  column: Column.optional(),
  start: z.boolean().optional(),
  id: Ulid.optional(),
});
export type CreateTaskBody = z.infer<typeof CreateTaskBody>;

export const PatchTaskBody = z.strictObject({
  title: Words(300).optional(),
  prompt: Said.optional(),
  agent: HarnessId.optional(),
  workdir: z.string().min(1).max(4096).optional(),
  column: Column.optional(),
  position: z.string().min(1).max(200).optional(),
  mode: z.string().min(1).max(100).nullish(),
  model: z.string().min(1).max(200).nullish(),
  effort: z.string().min(1).max(100).nullish(),
  references: z.array(Reference).max(100).optional(),
  archived: z.boolean().optional(),
  /** Marks the task as seen or unseen by the person. */
  unread: z.boolean().optional(),
});
export type PatchTaskBody = z.infer<typeof PatchTaskBody>;

export const StartTaskBody = z.strictObject({
  prompt: Said.optional(),
  /** Runs the project's set-up once more, or never in this worktree. */
  setup: z.enum(["again", "skip"]).optional(),
});
export type StartTaskBody = z.infer<typeof StartTaskBody>;

export const InputBody = z.strictObject({
  text: Said,
  references: z.array(Reference).max(100).optional(),
  delivery: z.enum(["queue", "steer"]).optional(),
});
export type InputBody = z.infer<typeof InputBody>;

/** A message that waits until the agent is idle. */
export const QueuedMessage = z.object({
  id: Ulid,
  taskId: Ulid,
  text: z.string(),
  createdAt: Millis,
  /** Somebody edits it: it and those behind it wait for that. */
  edited: z.boolean().optional(),
});
export type QueuedMessage = z.infer<typeof QueuedMessage>;

/** Changes a waiting message: its words, or its place in the queue (0 = next). */
export const PatchQueuedBody = z.strictObject({
  text: Said.optional(),
  index: z.number().int().min(0).max(10_000).optional(),
});
export type PatchQueuedBody = z.infer<typeof PatchQueuedBody>;

/** One editor's sign of life: the message is not sent for so long from now; 0 = it is done. */
export const HoldQueuedBody = z.strictObject({
  /** Made by the editor, one for each page. */
  editor: Ulid,
  forMs: z.number().int().min(0).max(75_000),
});
export type HoldQueuedBody = z.infer<typeof HoldQueuedBody>;

/** Whether anybody edits the message now. */
export const QueuedHold = z.object({ held: z.boolean() });
export type QueuedHold = z.infer<typeof QueuedHold>;

export const TaskCounts = z.record(Column, z.number().int());
export type TaskCounts = z.infer<typeof TaskCounts>;

/** What deleting a task kept, or null when there was nothing to keep. */
export const Trash = z.object({
  ref: z.string(),
  sha: z.string(),
  dirtyFiles: z.number().int(),
  unmergedCommits: z.number().int(),
});
export type Trash = z.infer<typeof Trash>;
