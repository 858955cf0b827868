import type { Event, EventType, RateLimit } from "../contract/event.ts";
import type { Harness } from "../contract/harness.ts";
import type { ApprovalRule, Interaction } from "../contract/interaction.ts";
import type { Column, Millis } from "../contract/primitives.ts";
import type { Project, ProjectSetup } from "../contract/project.ts";
import type { Result } from "../contract/result.ts";
import type { ViewedFile } from "../contract/review.ts";
import type { QueuedMessage } from "../contract/task.ts";

import type {
  AttachmentRecord,
  BrowserTokenRecord,
  CommentRecord,
  CursorRecord,
  EffectRecord,
  EventFilter,
  InteractionRecord,
  PortRange,
  ProjectSetupRecord,
  ReceiptRecord,
  RunRecord,
  RunUsage,
  SessionRecord,
  TaskFilter,
  TaskRecord,
  TaskView,
  TrustRecord,
  TurnPlace,
  WorktreeRecord,
} from "./records.ts";

export type * from "./records.ts";

/** Reads see the last commit, or the open transaction when called inside one. */
export interface Reads {
  task(id: string): TaskRecord | null;
  /** The id of the task's newest run; null when it has none, or is not there. */
  newestRunId(taskId: string): string | null;
  view(id: string): TaskView | null;
  views(filter: TaskFilter): readonly TaskView[];
  counts(archived: boolean): Readonly<Record<Column, number>>;
  /** Deleted tasks, newest first. */
  trashed(): readonly TaskRecord[];
  /** Tasks that have a worktree and are not deleted. */
  placed(): readonly TaskRecord[];
  /** The lowest (`first`) and highest (`last`) rank of a column, null when empty. */
  ranks(column: Column): { readonly first: string | null; readonly last: string | null };
  run(id: string): RunRecord | null;
  /** Newest first, from before `cursor` (a run id) when given. */
  runs(taskId: string, limit: number, cursor: string | null): readonly RunRecord[];
  /** Where a run stands among those of its task. */
  turn(runId: string): TurnPlace;
  openRuns(): readonly RunRecord[];
  session(id: string): SessionRecord | null;
  sessionByToken(tokenHash: string): SessionRecord | null;
  /** The newest session of the task, whatever its state. */
  latestSession(taskId: string): SessionRecord | null;
  openSessions(): readonly SessionRecord[];
  /** Every session a task ever had. */
  sessionIds(taskId: string): readonly string[];
  cursor(sessionId: string, stream: string): CursorRecord | null;
  queued(taskId: string): readonly QueuedMessage[];
  /** The highest rank among the task's waiting messages, null when none waits. */
  queuedRank(taskId: string): string | null;
  /** Tasks that have waiting messages. */
  tasksWithQueue(): readonly string[];
  /** The base commits of a repository's tasks, each once. */
  baseShas(commonDir: string): readonly string[];
  /** The open ones of a task, or of all tasks (null), oldest first. */
  interactions(taskId: string | null): readonly Interaction[];
  interaction(id: string): InteractionRecord | null;
  /** The question a session knows by this name. */
  interactionByRef(sessionId: string, ref: string): InteractionRecord | null;
  /** Every question of a run, in the order they were asked. */
  interactionsOfRun(runId: string): readonly InteractionRecord[];
  /** What the person allowed for the rest of this task, oldest first. */
  rules(taskId: string): readonly ApprovalRule[];
  effect(id: string): EffectRecord | null;
  openEffects(): readonly EffectRecord[];
  receipt(commandId: string): ReceiptRecord | null;
  events(filter: EventFilter): readonly Event[];
  /** The newest `tool.call` of a run with this tool id: its name and input. */
  toolCall(
    runId: string,
    toolId: string,
  ): { readonly name: string; readonly input: unknown } | null;
  /** The calls of a tool in a run that have no result yet, each as last updated. */
  unfinishedCalls(runId: string, name: string): readonly { readonly input: unknown }[];
  /** The words of a message as they were shown in this run, or null. */
  said(runId: string, messageId: string): string | null;
  /** The newest `limit` events of a task with a lower seq than `before`, in rising order. */
  eventsBefore(taskId: string, before: number, limit: number): readonly Event[];
  /** The seq that is `n` stored events before the end of the task's events (0 = all). */
  tailSeq(taskId: string, n: number): number;
  /** The highest seq ever given, 0 before the first event. It never falls, also not by a purge. */
  lastSeq(): number;
  /** The lowest seq still stored, 0 when there is none. */
  firstSeq(): number;
  projects(): readonly Omit<Project, "isRepository">[];
  trust(path: string): TrustRecord | null;
  /** What the person configured for a repository; null when nothing was said. */
  projectSetup(commonDir: string): ProjectSetup | null;
  /** What the task's worktree has; null before its first start. */
  worktree(taskId: string): WorktreeRecord | null;
  /** The ports of every worktree, rising. */
  portRanges(): readonly PortRange[];
  harnesses(): readonly Harness[];
  harness(id: string): Harness | null;
  tasksOfHarness(id: string): readonly string[];
  preferences(): Readonly<Record<string, unknown>>;
  browserToken(hash: string): BrowserTokenRecord | null;
  browserTokens(): readonly BrowserTokenRecord[];
  attachment(id: string): AttachmentRecord | null;
  attachments(taskId: string): readonly AttachmentRecord[];
  blob(id: string): Uint8Array | null;
  /** The run that delivered, or delivers, this message. */
  runOfMessage(messageId: string): RunRecord | null;
  /** Oldest first. */
  comments(taskId: string): readonly CommentRecord[];
  comment(id: string): CommentRecord | null;
  viewed(taskId: string): readonly ViewedFile[];
  /** What runs used that began at `from` or later and before `to`, oldest first. */
  usage(from: Millis, to: Millis): readonly RunUsage[];
  /** What each account last said of its limits. */
  limits(): readonly {
    readonly harnessId: string;
    readonly at: Millis;
    readonly limits: readonly RateLimit[];
  }[];
}

/** One `BEGIN IMMEDIATE` transaction: all of it or nothing. */
export interface Tx extends Reads {
  /** Null when (runId, key) is already there. */
  appendEvent(event: {
    readonly at: Millis;
    readonly type: EventType;
    readonly taskId: string | null;
    readonly runId: string | null;
    readonly key: string | null;
    readonly cause: string;
    readonly data: unknown;
  }): Event | null;
  putTask(task: TaskRecord): void;
  /**
   * Forgets a task and everything of it, events too. Its files (worktree, attachments, session
   * directories) are the caller's: read them first.
   */
  purgeTask(id: string): void;
  putRun(run: RunRecord): void;
  putSession(session: SessionRecord): void;
  putCursor(cursor: CursorRecord): void;
  putQueued(message: QueuedMessage & { readonly position: string }): void;
  removeQueued(id: string): void;
  putInteraction(record: InteractionRecord): void;
  putRule(rule: ApprovalRule): void;
  removeRule(id: string): boolean;
  putEffect(effect: EffectRecord): void;
  putReceipt(receipt: ReceiptRecord): void;
  putProject(project: Omit<Project, "isRepository">): void;
  removeProject(path: string): boolean;
  putTrust(trust: TrustRecord): void;
  putProjectSetup(setup: ProjectSetupRecord): void;
  putWorktree(worktree: WorktreeRecord): void;
  /** Forgets the worktree of a task; its ports are free again. */
  dropWorktree(taskId: string): void;
  putHarness(harness: Harness): void;
  removeHarness(id: string): boolean;
  putPreference(key: string, value: unknown): void;
  putBrowserToken(token: BrowserTokenRecord): void;
  removeBrowserToken(id: string): boolean;
  putAttachment(attachment: AttachmentRecord): void;
  /** Stores compressed; answers the id. */
  putBlob(id: string, bytes: Uint8Array, at: Millis): void;
  putComment(comment: CommentRecord): void;
  removeComment(id: string): boolean;
  putViewed(taskId: string, file: ViewedFile): void;
  removeViewed(taskId: string, path: string): void;
  putLimits(harnessId: string, limits: readonly RateLimit[], at: Millis): void;
}

export interface Store extends Reads {
  /**
   * Runs `work` in one transaction; a call inside another one joins it. A throw undoes what `work`
   * wrote. Throws a `StoreTrouble` (`StoreFull`: the disk is full; `StoreBusy`: another program holds
   * the database for longer than 5 s; `StoreRefused`: an I/O error); then nothing was written.
   */
  transact<T>(work: (tx: Tx) => T): T;
  /** Writes a whole copy into `<data>/backups/` and answers its path. Never inside a transaction. */
  backup(): Result<string>;
  /** Lets go of the data directory. Closing twice is harmless. */
  close(): void;
}

/**
 * What `transact` throws when the world keeps it from writing: nothing was written, reads go on, and
 * the same can be written once the world is better.
 */
export abstract class StoreTrouble extends Error {}

/** Thrown when the disk is full. */
export class StoreFull extends StoreTrouble {
  override readonly name = "StoreFull";
}

/** Thrown when another program (a database shell, say) holds the database for too long. */
export class StoreBusy extends StoreTrouble {
  override readonly name = "StoreBusy";
}

/** Thrown when the system refuses to write: an I/O error, a folder that became read-only. */
export class StoreRefused extends StoreTrouble {
  override readonly name = "StoreRefused";
}
