import type { Event, EventType } from "../contract/event.ts";
import type { Fault } from "../contract/fault.ts";
import type { Harness } from "../contract/harness.ts";
import type { ApprovalRule, Interaction } from "../contract/interaction.ts";
import type { AgentKind, Column, Isolation, Millis } from "../contract/primitives.ts";
import type { Project, ProjectSetup } from "../contract/project.ts";
import type { Result } from "../contract/result.ts";
import type { BackgroundTask, RunPhase, Usage } from "../contract/run.ts";
import type { LiveLine, QueuedMessage, Reference, TaskStats, Trash } from "../contract/task.ts";

/** A row of `task`. */
export interface TaskRecord {
  readonly id: string;
  readonly title: string;
  readonly prompt: string;
  readonly column: Column;
  readonly position: string;
  readonly agent: string;
  readonly agentKind: AgentKind;
  readonly workdir: string;
  /** The shared git directory of its repository; null outside one. */
  readonly commonDir: string | null;
  readonly prefix: string;
  readonly isolation: Isolation;
  readonly baseRef: string | null;
  readonly baseSha: string | null;
  readonly branch: string | null;
  readonly worktreePath: string | null;
  readonly mode: string | null;
  readonly model: string | null;
  readonly effort: string | null;
  readonly references: readonly Reference[];
  readonly runId: string | null;
  readonly unread: boolean;
  readonly stats: TaskStats | null;
  readonly live: LiveLine | null;
  readonly archivedAt: Millis | null;
  readonly deletedAt: Millis | null;
  readonly trash: Trash | null;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
}

/** A row of `run`. Status, error and outcome all follow from `phase`. */
export interface RunRecord {
  readonly id: string;
  readonly taskId: string;
  readonly agent: string;
  readonly prompt: string;
  /** Our id of the message this run delivers. */
  readonly messageId: string;
  readonly sessionId: string | null;
  /** The agent's own id of the conversation. */
  readonly sessionRef: string | null;
  readonly phase: RunPhase;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
  readonly exitCode: number | null;
  readonly usage: Usage | null;
  readonly background: readonly BackgroundTask[];
  readonly createdAt: Millis;
}

export interface SessionSettings {
  readonly mode: string | null;
  readonly model: string | null;
  readonly effort: string | null;
}

/** A row of `session`: one agent process (or its place), durable before its first byte is read. */
export interface SessionRecord {
  readonly id: string;
  readonly taskId: string;
  readonly harnessId: string;
  readonly kind: AgentKind;
  readonly state: "opening" | "live" | "closed";
  /** The driver's ref as JSON value; null until the agent was started. */
  readonly ref: unknown;
  readonly agentSessionId: string | null;
  readonly tokenHash: string | null;
  /** The mode, model and effort it was opened with. */
  readonly settings: SessionSettings | null;
  readonly createdAt: Millis;
  readonly closedAt: Millis | null;
}

export interface CursorRecord {
  readonly sessionId: string;
  readonly stream: string;
  readonly generation: number;
  readonly offset: number;
  readonly state: unknown;
}

export interface EffectRecord {
  readonly id: string;
  readonly taskId: string;
  readonly runId: string | null;
  readonly kind: string;
  readonly attempt: number;
  readonly state: "started" | "done" | "failed";
  readonly at: Millis;
}

export interface ReceiptRecord {
  readonly commandId: string;
  readonly digest: string;
  readonly status: number;
  readonly answer: unknown;
  readonly at: Millis;
}

/** A row of `interaction`: the question, and what became of it. */
export interface InteractionRecord {
  readonly interaction: Interaction;
  /** The session that asks, and its own name for the question: one question per such pair. */
  readonly sessionId: string;
  readonly ref: string;
  readonly state: "open" | "answered" | "gone";
  /** The answer that won, as JSON value; null while open. */
  readonly answer: unknown;
  readonly resolvedAt: Millis | null;
}

/** A row of `project_setup`, by the shared git directory of the repository. */
export type ProjectSetupRecord = ProjectSetup & {
  readonly commonDir: string;
  readonly updatedAt: Millis;
};

/** How far the set-up of one worktree is. `digest` names the commands it is about. */
export type SetupState =
  /** To be run before the next message: it never was, or the person asked for it again. */
  | { readonly kind: "due" }
  /** Its program lives in the session directory of this attempt. */
  | {
      readonly kind: "running";
      readonly attempt: number;
      readonly runId: string;
      readonly digest: string;
      readonly startedAt: Millis;
    }
  | { readonly kind: "succeeded"; readonly digest: string }
  | { readonly kind: "failed"; readonly runId: string; readonly fault: Fault }
  /** The person started without it. */
  | { readonly kind: "skipped" };

export type TeardownState =
  | { readonly kind: "none" }
  | { readonly kind: "running"; readonly attempt: number; readonly startedAt: Millis }
  | { readonly kind: "done" };

/** A row of `worktree`: what a task's worktree has beside its files. */
export interface WorktreeRecord {
  readonly taskId: string;
  /** Names the worktree this is about; "" before it is made. */
  readonly mark: string;
  /** The first of its ports; null while it has none. */
  readonly firstPort: number | null;
  readonly ports: number;
  /** Whether the ignored files were copied into it. */
  readonly copied: boolean;
  /** How often a set-up or a teardown was begun; names their session directories. */
  readonly attempts: number;
  readonly setup: SetupState;
  readonly teardown: TeardownState;
}

export interface PortRange {
  readonly first: number;
  readonly count: number;
}

export interface TrustRecord {
  readonly path: string;
  readonly hash: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly trustedAt: Millis;
}

export interface BrowserTokenRecord {
  readonly id: string;
  readonly hash: string;
  readonly label: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis;
  readonly lastUsedAt: Millis | null;
}

export interface AttachmentRecord {
  readonly id: string;
  readonly taskId: string | null;
  readonly mediaType: string;
  readonly bytes: number;
  readonly createdAt: Millis;
}

/**
 * A task with what its card needs beside it. In lists `task.prompt` and `run.prompt` are cut to 200
 * characters: never write such a record back.
 */
export interface TaskView {
  readonly task: TaskRecord;
  readonly run: RunRecord | null;
  readonly pendingInteractions: number;
  readonly queuedMessages: number;
}

export interface TaskFilter {
  readonly column?: Column;
  readonly agent?: string;
  readonly workdir?: string;
  /** Free text over title and prompt, case-insensitive, taken literally. */
  readonly q?: string;
  readonly archived: boolean;
  readonly limit: number;
  /** Continue behind this row (column order, position, id). */
  readonly after?: { readonly column: Column; readonly position: string; readonly id: string };
}

export interface EventFilter {
  /** Only rows with a higher seq. */
  readonly after: number;
  readonly upTo?: number;
  readonly taskIds?: readonly string[];
  readonly runId?: string;
  /** Restrict to state events (the global stream) or take all. */
  readonly only?: "state";
  readonly limit: number;
}

/** Reads see the last commit, or the open transaction when called inside one. */
export interface Reads {
  task(id: string): TaskRecord | null;
  view(id: string): TaskView | null;
  views(filter: TaskFilter): readonly TaskView[];
  counts(archived: boolean): Readonly<Record<Column, number>>;
  /** Deleted tasks, newest first. */
  trashed(): readonly TaskRecord[];
  /** The lowest (`first`) and highest (`last`) rank of a column, null when empty. */
  ranks(column: Column): { readonly first: string | null; readonly last: string | null };
  run(id: string): RunRecord | null;
  /** Newest first, from before `cursor` (a run id) when given. */
  runs(taskId: string, limit: number, cursor: string | null): readonly RunRecord[];
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
}

export interface Store extends Reads {
  /**
   * Runs `work` in one transaction; a call inside another one joins it. A throw undoes what `work`
   * wrote. Throws `StoreFull` when the disk is full and `StoreBusy` when another program holds the
   * database for longer than 5 s; then nothing was written.
   */
  transact<T>(work: (tx: Tx) => T): T;
  /** Writes a whole copy into `<data>/backups/` and answers its path. Never inside a transaction. */
  backup(): Result<string>;
  /** Lets go of the data directory. Closing twice is harmless. */
  close(): void;
}

/** Thrown when the disk is full; reads go on. */
export class StoreFull extends Error {
  override readonly name = "StoreFull";
}

/** Thrown when another program (a database shell, say) holds the database for too long. */
export class StoreBusy extends Error {
  override readonly name = "StoreBusy";
}
