import type { Fault } from "../contract/fault.ts";
import type { Interaction } from "../contract/interaction.ts";
import type { PullRequest } from "../contract/landing.ts";
import type { AgentKind, Column, Isolation, Millis } from "../contract/primitives.ts";
import type { ProjectSetup } from "../contract/project.ts";
import type { LineRange } from "../contract/review.ts";
import type { BackgroundTask, RunPhase, Usage } from "../contract/run.ts";
import type { LiveLine, Reference, TaskConflicts, TaskStats, Trash } from "../contract/task.ts";

import type { Anchor } from "../domain/anchor.ts";

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
  readonly pullRequest: PullRequest | null;
  readonly conflicts: TaskConflicts | null;
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

/** The place of a run among those of its task. */
export interface TurnPlace {
  /** 1 = the task's first; 0 = there is no such run. */
  readonly number: number;
  readonly previous: string | null;
  readonly next: string | null;
}

export interface SessionSettings {
  readonly mode: string | null;
  readonly model: string | null;
  readonly effort: string | null;
  /** The mode it works in by now, as far as it says so. */
  readonly modeNow?: string | null;
}

/** What a session was started with: a program changed or updated later is another one's (TRUST-05). */
export interface SessionProgram {
  /** Its real path. */
  readonly path: string;
  readonly version: string;
  /** The config home of its account, or null for agents without one. */
  readonly home: string | null;
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
  /** The mode, model and effort it was opened with, or has taken over since. */
  readonly settings: SessionSettings | null;
  /** Null for sessions of earlier versions. */
  readonly program: SessionProgram | null;
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

/** A row of `review_comment`: what a person said about the changes, and what became of it. */
export interface CommentRecord {
  readonly id: string;
  readonly taskId: string;
  /** Null = on the whole. */
  readonly path: string | null;
  /** Null = on the file, or the whole. */
  readonly range: LineRange | null;
  readonly quote: string;
  readonly body: string;
  /** How its lines are found again; null where they never were, or are of the old side. */
  readonly anchor: Anchor | null;
  /** The message that carried it; null while it is a draft. */
  readonly messageId: string | null;
  /** The run that changed its lines, as noticed when that run ended. */
  readonly addressedIn: string | null;
  /** What the person decided: settled, reopened, or nothing. */
  readonly settled: boolean | null;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  readonly sentAt: Millis | null;
}

/** What one run used. It outlives its task. */
export interface RunUsage {
  readonly taskId: string;
  /** Null when the task is gone for good. */
  readonly title: string | null;
  readonly harnessId: string;
  readonly at: Millis;
  readonly usage: Usage;
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
  readonly queueEdited: boolean;
  /** How the task's living agent works; null when none lives. */
  readonly session: SessionSettings | null;
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
