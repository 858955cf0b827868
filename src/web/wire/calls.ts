import type { Event } from "../../contract/event.ts";
import type {
  AgentCommand,
  AgentOptions,
  AgentStatus,
  CreateHarnessBody,
  Harness,
  ModelOption,
  PatchHarnessBody,
} from "../../contract/harness.ts";
import type {
  ApprovalAnswer,
  ApprovalRule,
  AskQuestionsAnswer,
  Interaction,
  PlanAnswer,
  QuestionAnswer,
} from "../../contract/interaction.ts";
import type { Column } from "../../contract/primitives.ts";
import type {
  Branch,
  Project,
  ProjectBody,
  ProjectSetupAnswer,
  PutProjectSetupBody,
  Trust,
  TrustBody,
  WorktreeSetup,
} from "../../contract/project.ts";
import type { routes } from "../../contract/routes.ts";
import type { Run } from "../../contract/run.ts";
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
} from "../../contract/task.ts";
import type { LandingCalls } from "./landing-calls.ts";
import type { ReviewCalls, TakeBackCalls } from "./review-calls.ts";
import type { SettingsCalls } from "./settings-calls.ts";

type Routes = typeof routes;

/** Every endpoint the server has, as `METHOD /path`. */
export type Endpoint = {
  [K in keyof Routes]: `${Routes[K]["method"]} ${Routes[K]["path"]}`;
}[keyof Routes];

export interface TaskPage {
  readonly tasks: readonly Task[];
  readonly nextCursor: string | null;
  readonly counts: Record<Column, number>;
}

/** A deleted task, and what was kept of its work. */
export type TrashedTask = Task & { readonly deletedAt: number; readonly trash: Trash | null };

export interface TranscriptPage {
  readonly events: readonly Event[];
  readonly nextBefore: number | null;
  readonly lastSeq: number;
}

export interface Defaults {
  readonly home: string;
  readonly cwd: string;
  readonly dataDir: string;
  readonly defaultAgent: string;
  readonly columns: readonly Column[];
  readonly agentOptions: Readonly<Record<string, AgentOptions>>;
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

type Paging = { readonly limit?: number; readonly cursor?: string };

/** What each call takes beside its path parameters, and what it answers. */
export interface Calls extends ReviewCalls, TakeBackCalls, LandingCalls, SettingsCalls {
  "GET /info": { answer: Info };
  "GET /defaults": { answer: Defaults };
  "GET /tasks": {
    query: Paging & { column?: Column; agent?: string; archived?: boolean; q?: string };
    answer: TaskPage;
  };
  "POST /tasks": { body: CreateTaskBody; answer: { task: Task; run: Run | null } };
  "GET /tasks/:id": { answer: { task: Task } };
  "PATCH /tasks/:id": { body: PatchTaskBody; answer: { task: Task } };
  "DELETE /tasks/:id": { answer: { deleted: true; trash: Trash | null } };
  "POST /tasks/:id/restore": { answer: { task: Task } };
  "POST /tasks/:id/start": { body: StartTaskBody; answer: { task: Task; run: Run } };
  "GET /tasks/:id/runs": {
    query: Paging;
    answer: { runs: readonly Run[]; nextCursor: string | null };
  };
  "GET /tasks/:id/transcript": {
    query: { readonly before?: number; readonly limit?: number };
    answer: TranscriptPage;
  };
  "GET /tasks/:id/terminal": {
    answer: {
      terminal: { text: string; columns: number; rows: number; attachCommand: string };
    };
  };
  "GET /tasks/:id/queue": { answer: { messages: readonly QueuedMessage[] } };
  "PATCH /tasks/:id/queue/:messageId": {
    body: PatchQueuedBody;
    answer: { messages: readonly QueuedMessage[] };
  };
  "POST /tasks/:id/queue/:messageId/steer": {
    body: Record<string, never>;
    answer: { run?: Run; queued?: QueuedMessage };
  };
  "POST /tasks/:id/queue/:messageId/hold": { body: HoldQueuedBody; answer: QueuedHold };
  "GET /tasks/:id/rules": { answer: { rules: readonly ApprovalRule[] } };
  "DELETE /tasks/:id/rules/:ruleId": { answer: { deleted: true } };
  "DELETE /tasks/:id/queue/:messageId": { answer: { deleted: true } };
  "GET /tasks/:id/interactions/pending": { answer: { interactions: readonly Interaction[] } };
  "GET /interactions/pending": { answer: { interactions: readonly Interaction[] } };
  "GET /tasks/:id/setup": { answer: { setup: WorktreeSetup } };
  "POST /tasks/:id/setup": { body: Record<string, never>; answer: { setup: WorktreeSetup } };
  "GET /trash": { answer: { tasks: readonly TrashedTask[] } };
  "DELETE /trash/:id": { answer: { deleted: true } };
  "POST /sample": { body: Record<string, never>; answer: { task: Task; run: Run | null } };
  "POST /runs/:id/cancel": { body: Record<string, never>; answer: { run: Run } };
  "POST /runs/:id/input": { body: InputBody; answer: { run?: Run; queued?: QueuedMessage } };
  "GET /harnesses": { answer: { harnesses: readonly Harness[] } };
  "POST /harnesses": { body: CreateHarnessBody; answer: { harness: Harness } };
  "GET /harnesses/:id": { answer: { harness: Harness } };
  "PATCH /harnesses/:id": { body: PatchHarnessBody; answer: { harness: Harness } };
  "DELETE /harnesses/:id": { answer: { deleted: true } };
  "GET /agents": { answer: { agents: readonly AgentStatus[] } };
  "GET /agent-models": {
    query: { readonly agent?: string };
    answer: { models: Record<string, readonly ModelOption[]>; source: "probe" | "curated" };
  };
  "GET /agent-commands": {
    query: { readonly agent?: string; readonly workdir?: string };
    answer: { commands: readonly AgentCommand[] };
  };
  "POST /approvals/:id/answer": {
    body: ApprovalAnswer;
    answer: { interaction: Interaction };
  };
  "POST /questions/:id/answer": {
    body: QuestionAnswer;
    answer: { interaction: Interaction };
  };
  "POST /ask-questions/:id/answer": {
    body: AskQuestionsAnswer;
    answer: { interaction: Interaction };
  };
  "POST /plan-approvals/:id/answer": { body: PlanAnswer; answer: { interaction: Interaction } };
  "GET /projects": { answer: { projects: readonly Project[] } };
  "POST /projects": { body: ProjectBody; answer: { project: Project } };
  "DELETE /projects": { query: { readonly path: string }; answer: { deleted: true } };
  "GET /projects/branches": {
    query: { readonly path: string };
    answer: { branches: readonly Branch[] };
  };
  "GET /projects/trust": { query: { readonly path: string }; answer: Trust };
  "POST /projects/trust": { body: TrustBody; answer: Trust };
  "GET /projects/setup": { query: { readonly path: string }; answer: ProjectSetupAnswer };
  "PUT /projects/setup": { body: PutProjectSetupBody; answer: ProjectSetupAnswer };
  "GET /preferences": { answer: { preferences: Readonly<Record<string, unknown>> } };
  "PUT /preferences/:key": {
    body: { readonly value: unknown };
    answer: { preferences: Readonly<Record<string, unknown>> };
  };
  "POST /open-path": {
    body: {
      readonly taskId?: string;
      readonly path?: string;
      readonly app?: "files" | "editor" | "terminal";
      readonly line?: number;
    };
    answer: unknown;
  };
  "POST /auth/exchange": { body: { readonly code: string }; answer: { token: string } };
}

export type Call = keyof Calls;

/** Fails to compile when a call above names an endpoint the route table does not have. */
type Known<C extends Endpoint> = C;
export type CheckedCall = Known<Call>;

type ParamNames<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | ParamNames<More>
    : Rest
  : never;

type Params<C extends Call> = [ParamNames<C>] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: { readonly [N in ParamNames<C>]: string } };
type Query<C extends Call> = Calls[C] extends { query: infer Q }
  ? { readonly query?: Q }
  : { readonly query?: undefined };
type Body<C extends Call> = Calls[C] extends { body: infer B }
  ? { readonly body: B }
  : { readonly body?: undefined };

export type Options<C extends Call> = Params<C> &
  Query<C> &
  Body<C> & {
    readonly signal?: AbortSignal;
    /** Sent as `Idempotency-Key`; made for each write when not given. */
    readonly key?: string;
    /** Whether it is to arrive even when the page goes away. */
    readonly keepalive?: boolean;
  };
export type AnswerOf<C extends Call> = Calls[C]["answer"];
