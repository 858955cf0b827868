import type { Doctor, HarnessTest, ProbeProgress, ProbeReport } from "../contract/doctor.ts";
import type { Event, LiveFrame } from "../contract/event.ts";
import type {
  AgentCommand,
  AgentOptions,
  AgentStatus,
  CreateHarnessBody,
  FileMatch,
  Harness,
  HarnessTemplate,
  ModelOption,
  PatchHarnessBody,
} from "../contract/harness.ts";
import type {
  ApprovalBody,
  ApprovalRule,
  Interaction,
  InteractionAnswer,
  QuestionBody,
} from "../contract/interaction.ts";
import type { Column } from "../contract/primitives.ts";
import type {
  Branch,
  Project,
  ProjectBody,
  ProjectSetupAnswer,
  PutProjectSetupBody,
  Trust,
  TrustBody,
  WorktreeSetup,
} from "../contract/project.ts";
import type { Result } from "../contract/result.ts";
import type {
  CreateCommentBody,
  PatchCommentBody,
  PutViewedBody,
  Review,
  ReviewComment,
  SendReviewBody,
  ViewedFile,
} from "../contract/review.ts";
import type { Run } from "../contract/run.ts";
import type {
  CreateTaskBody,
  HoldQueuedBody,
  InputBody,
  PatchQueuedBody,
  PatchTaskBody,
  QueuedHold,
  QueuedMessage,
  StartTaskBody,
  Task,
  Trash,
} from "../contract/task.ts";
import type { UsageReport } from "../contract/usage.ts";
import type { TaskChanges } from "./changes-api.ts";
import type { Answer, CommandMeta } from "./command.ts";
import type { Landings } from "./landing-api.ts";

export type { Answer, CommandMeta, Reply } from "./command.ts";

export interface ListTasksQuery {
  readonly column?: Column;
  readonly agent?: string;
  readonly workdir?: string;
  readonly q?: string;
  readonly archived?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Tasks {
  list(
    query: ListTasksQuery,
  ): Result<{ tasks: readonly Task[]; nextCursor: string | null; counts: Record<Column, number> }>;
  get(id: string): Result<{ task: Task }>;
  create(body: CreateTaskBody, meta: CommandMeta): Answer<{ task: Task; run: Run | null }>;
  patch(id: string, body: PatchTaskBody, meta: CommandMeta): Answer<{ task: Task }>;
  remove(id: string, meta: CommandMeta): Answer<{ deleted: true; trash: Trash | null }>;
  restore(id: string, meta: CommandMeta): Answer<{ task: Task }>;
  trash(): Result<{ tasks: readonly (Task & { deletedAt: number; trash: Trash | null })[] }>;
  /** Lets go of a deleted task and of all that was kept of it. */
  purge(id: string, meta: CommandMeta): Answer<{ deleted: true }>;
  setup(id: string): Promise<Result<{ setup: WorktreeSetup }>>;
  repeatSetup(id: string, meta: CommandMeta): Answer<{ setup: WorktreeSetup }>;
  start(id: string, body: StartTaskBody, meta: CommandMeta): Answer<{ task: Task; run: Run }>;
  sample(meta: CommandMeta): Answer<{ task: Task; run: Run | null }>;
  terminal(
    id: string,
  ): Promise<
    Result<{ terminal: { text: string; columns: number; rows: number; attachCommand: string } }>
  >;
  interactions(id: string | null): Result<{ interactions: readonly Interaction[] }>;
  /** Newest page first: events with seq < `before` (or the end), in rising order. */
  transcript(
    id: string,
    page: { readonly before?: number; readonly limit?: number },
  ): Result<{ events: readonly Event[]; nextBefore: number | null; lastSeq: number }>;
}

export interface Runs {
  list(
    taskId: string,
    page: { readonly limit?: number; readonly cursor?: string },
  ): Result<{ runs: readonly Run[]; nextCursor: string | null }>;
  cancel(id: string, meta: CommandMeta): Answer<{ run: Run }>;
  input(id: string, body: InputBody, meta: CommandMeta): Answer<Taken>;
}

/** What becomes of a message: a run of its own, or a place in the queue. */
export type Taken = { run: Run } | { queued: QueuedMessage };

/** Messages that wait for a working agent. */
export interface Queue {
  list(taskId: string): Result<{ messages: readonly QueuedMessage[] }>;
  patch(
    taskId: string,
    messageId: string,
    body: PatchQueuedBody,
    meta: CommandMeta,
  ): Answer<{ messages: readonly QueuedMessage[] }>;
  remove(taskId: string, messageId: string, meta: CommandMeta): Answer<{ deleted: true }>;
  /** Keeps it from being sent while it is edited; said again and again, and forgotten by itself. */
  hold(taskId: string, messageId: string, body: HoldQueuedBody): Result<QueuedHold>;
  /** Says it into the current turn where that is safe now; else it stays queued. */
  steer(taskId: string, messageId: string, meta: CommandMeta): Answer<Taken>;
}

/** What the person makes of a task's changes: comments, sent as one message, and files seen. */
export interface Reviews {
  read(taskId: string): Promise<Result<{ review: Review }>>;
  /** A draft; nothing is sent. */
  comment(
    taskId: string,
    body: CreateCommentBody,
    meta: CommandMeta,
  ): Answer<{ comment: ReviewComment }>;
  /** Changes a draft, or settles or reopens a sent one. */
  patch(
    taskId: string,
    commentId: string,
    body: PatchCommentBody,
    meta: CommandMeta,
  ): Answer<{ comment: ReviewComment }>;
  remove(taskId: string, commentId: string, meta: CommandMeta): Answer<{ deleted: true }>;
  /** Drafts as one message: a run, or queued behind what works. */
  send(taskId: string, body: SendReviewBody, meta: CommandMeta): Answer<Taken>;
  markViewed(
    taskId: string,
    body: PutViewedBody,
    meta: CommandMeta,
  ): Answer<{ viewed: readonly ViewedFile[] }>;
}

/** What agents ask their person, and the answers. */
export interface Interactions {
  /** A hook asks and waits: the JSON it prints, or `{gone: true}`. The same id is the same question. */
  approve(sessionId: string, body: ApprovalBody, signal: AbortSignal): Promise<Result<unknown>>;
  /** The first answer wins; `by` is the token that gave it. */
  answer(
    id: string,
    answer: InteractionAnswer,
    by: string,
    meta: CommandMeta,
  ): Answer<{ interaction: Interaction }>;
  rules(taskId: string): Result<{ rules: readonly ApprovalRule[] }>;
  revoke(taskId: string, ruleId: string, meta: CommandMeta): Answer<{ deleted: true }>;
}

/** The tool `ask_user`: an agent asks its person, by the token of its session. */
export interface Questions {
  /**
   * Opens a question; resolves when it is stored, with the id to wait by. The same id is the same
   * question, and so is one that is asked again because its answer was lost on the way. `late` when
   * no run of the session goes on, `key_reused` when the id was another question's.
   */
  ask(sessionId: string, body: QuestionBody): Promise<Result<{ readonly id: string }>>;
  /** Waits: `{selected, text}`, or `{gone: true}`; that too for what this session never asked. */
  answered(sessionId: string, id: string, signal: AbortSignal): Promise<Result<unknown>>;
  /** The agent no longer waits for it: it leaves the card without an answer. */
  withdraw(sessionId: string, id: string): Promise<Result<{ readonly withdrawn: boolean }>>;
}

export interface Projects {
  list(): Promise<Result<{ projects: readonly Project[] }>>;
  add(body: ProjectBody, meta: CommandMeta): Answer<{ project: Project }>;
  remove(path: string, meta: CommandMeta): Answer<{ deleted: true }>;
  branches(path: string): Promise<Result<{ branches: readonly Branch[] }>>;
  trust(path: string): Promise<Result<Trust>>;
  acceptTrust(body: TrustBody, meta: CommandMeta): Answer<Trust>;
  setup(path: string): Promise<Result<ProjectSetupAnswer>>;
  putSetup(body: PutProjectSetupBody, meta: CommandMeta): Answer<ProjectSetupAnswer>;
}

export interface Harnesses {
  list(): Result<{ harnesses: readonly Harness[] }>;
  get(id: string): Result<{ harness: Harness }>;
  create(body: CreateHarnessBody, meta: CommandMeta): Answer<{ harness: Harness }>;
  patch(id: string, body: PatchHarnessBody, meta: CommandMeta): Answer<{ harness: Harness }>;
  remove(id: string, meta: CommandMeta): Answer<{ deleted: true }>;
  /** Starts for harnesses of one's own, of every kind of agent. */
  templates(): Result<{ templates: readonly HarnessTemplate[] }>;
  /** Asks its program anew: version, login, config home, models. Spends no tokens. */
  test(id: string): Promise<Result<{ test: HarnessTest }>>;
  /**
   * How a person logs in to its account: a command for any terminal, and a script that is the same
   * for one that is opened for it. `agent_unavailable` when its program is not there.
   */
  login(id: string): Promise<Result<{ readonly command: string; readonly script: string }>>;
  /** Cached probes; never blocks longer than 3 s. */
  agents(): Promise<Result<{ agents: readonly AgentStatus[] }>>;
  models(
    harnessId: string | null,
  ): Promise<
    Result<{ models: Record<string, readonly ModelOption[]>; source: "probe" | "curated" }>
  >;
  commands(
    harnessId: string | null,
    workdir: string | null,
  ): Promise<Result<{ commands: readonly AgentCommand[] }>>;
  /** Per kind of agent. */
  options(): Readonly<Record<string, AgentOptions>>;
  defaultAgent(): string;
}

export interface Preferences {
  all(): Result<{ preferences: Readonly<Record<string, unknown>> }>;
  set(
    values: Readonly<Record<string, unknown>>,
    meta: CommandMeta,
  ): Answer<{ preferences: Readonly<Record<string, unknown>> }>;
}

/** Where a stream's frames go. `false` = the reader is too slow: the stream is dropped, it resumes. */
export interface StreamSink {
  event(event: Event): boolean;
  draft(frame: LiveFrame): boolean;
  reset(): boolean;
}

export interface StreamQuery {
  /** `global`: state events of every task, and all events of `taskIds`. */
  readonly scope:
    | { readonly kind: "global"; readonly taskIds: readonly string[] }
    | { readonly kind: "task"; readonly taskId: string }
    | { readonly kind: "run"; readonly runId: string };
  /** Resume behind this seq; null = from the start for task and run, live only for global. */
  readonly after: number | null;
  /** Start this many stored events before the end (task scope). */
  readonly tail: number | null;
}

export interface Streams {
  /** Replays, then follows, without gap or repeat. The answer ends it. `not_found` for an unknown task or run. */
  open(query: StreamQuery, sink: StreamSink): Result<() => void>;
  /** Live subscribers, for leak tests. */
  count(): number;
}

/** What may be opened for the person in a program of this machine. */
export interface Places {
  /** A folder or file inside a known task, project or worktree, as a real path. */
  locate(request: {
    readonly taskId: string | null;
    readonly path: string | null;
  }): Promise<Result<{ readonly path: string; readonly directory: string }>>;
}

export interface Blobs {
  get(id: string): Result<Uint8Array>;
  /** What was attached, by what its bytes were when it was kept. `not_found` when it is gone. */
  attachment(
    id: string,
  ): Promise<Result<{ readonly bytes: Uint8Array; readonly mediaType: string }>>;
  /** Sniffs, stores under `<data>/attachments/<id>`; `path` is absolute. */
  attach(
    bytes: Uint8Array,
    taskId: string | null,
    meta: CommandMeta,
  ): Answer<{ id: string; path: string }>;
}

export type TokenScope =
  | { readonly kind: "app"; readonly tokenId: string }
  | { readonly kind: "session"; readonly sessionId: string; readonly taskId: string }
  /** The token of a session that is closed: known, and forbidden everything. */
  | { readonly kind: "ended" };

export interface Auth {
  /** Timing-safe; null = unknown, expired or of a closed session. */
  verify(token: string): TokenScope | null;
  /** A fresh one-time code, good for 60 s and one use. */
  issueCode(): { readonly code: string; readonly expiresAt: number };
  exchange(code: string, label: string): Result<{ readonly token: string }>;
  tokens(): Result<{
    readonly tokens: readonly {
      id: string;
      label: string;
      createdAt: number;
      expiresAt: number;
      lastUsedAt: number | null;
    }[];
  }>;
  revoke(id: string): Result<{ readonly deleted: true }>;
}

export interface Info {
  readonly version: string;
  readonly commit: string | null;
  readonly startedAt: number;
  readonly dataDir: string;
  readonly port: number;
  readonly platform: string;
  readonly runtime: string;
}

export interface Usages {
  /** The last `days` days on the clock of a time zone (the machine's when null). */
  report(query: {
    readonly days: number;
    readonly timezone: string | null;
  }): Result<{ usage: UsageReport }>;
}

/** Where files are looked for: a task's folder, or any other; exactly one of the two is given. */
export interface FilesQuery {
  readonly taskId: string | null;
  readonly workdir: string | null;
  readonly q: string;
  readonly limit: number;
}

/** Files and folders that can be named in a message. */
export interface FileSearch {
  /** The likeliest first, by paths relative to the folder. `not_a_directory` when it is none. */
  find(query: FilesQuery): Promise<Result<{ files: readonly FileMatch[] }>>;
}

/** What the product relies on, looked at. */
export interface Doctors {
  /** `fresh` asks again what was remembered. */
  look(info: Info, options: { readonly fresh: boolean }): Promise<Result<{ doctor: Doctor }>>;
  /** The same as text that can be shown to anyone: no names, addresses or keys. */
  report(info: Info): Promise<Result<string>>;
  /** Runs the person's own CLI against a model of ours: about 10 s, no account, no network. */
  probe(harnessId: string): Promise<Result<{ report: ProbeReport }>>;
  /** How far the trial is that is under way; null when there is none. */
  probing(): Result<{ progress: ProbeProgress | null }>;
}

/** Everything the HTTP layer, the CLI and tests may ask of the product. */
export interface Engine {
  readonly tasks: Tasks;
  readonly changes: TaskChanges;
  readonly runs: Runs;
  readonly interactions: Interactions;
  readonly questions: Questions;
  readonly queue: Queue;
  readonly reviews: Reviews;
  readonly projects: Projects;
  readonly harnesses: Harnesses;
  readonly preferences: Preferences;
  readonly streams: Streams;
  readonly places: Places;
  readonly blobs: Blobs;
  readonly files: FileSearch;
  readonly auth: Auth;
  readonly doctor: Doctors;
  readonly usage: Usages;
  readonly landing: Landings;
  /** Takes up what an earlier server left; resolves when every session is attached or settled. */
  boot(): Promise<void>;
  /**
   * Lets go of every agent (they live on) and finishes open transactions, within 2 s; hooks of a
   * commit are ended, which may take 5 s.
   */
  shutdown(): Promise<void>;
}
