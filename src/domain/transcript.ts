import type {
  FileDiff,
  NoticeData,
  RateLimit,
  TodoItem,
  ToolKind,
  ToolStatus,
  TranscriptData,
} from "../contract/event.ts";
import type { Interaction } from "../contract/interaction.ts";
import type { RunOutcome, Usage } from "../contract/run.ts";

/** What the transcript of a task is made of, in the order it is read. Items never change: a newer
 *  one takes the place of an older one with the same key. */

interface Base {
  /** Stays the same for as long as the item is about the same thing. */
  readonly key: string;
  readonly at: number;
  readonly runId: string | null;
}

export interface RunItem extends Base {
  readonly kind: "run";
}
export interface UserItem extends Base {
  readonly kind: "user";
  readonly text: string;
  readonly source: "app" | "terminal";
}
export interface TextItem extends Base {
  readonly kind: "text";
  readonly text: string;
  readonly partial: boolean;
}
export interface ThinkingItem extends Base {
  readonly kind: "thinking";
  readonly text: string;
  /** Milliseconds since the thing before it; null when nothing is known before it. */
  readonly durationMs: number | null;
}
export type Approval = Extract<Interaction, { kind: "approval" }>;

export interface ToolItem extends Base {
  readonly kind: "tool";
  readonly toolId: string;
  readonly name: string;
  readonly tool: ToolKind;
  readonly title: string;
  readonly input: unknown;
  readonly status: ToolStatus;
  readonly output: string;
  readonly truncated: boolean;
  readonly blobId: string | null;
  readonly diff: readonly FileDiff[] | null;
  readonly exitCode: number | null;
  readonly durationMs: number | null;
  /** The question whether it may, open or answered; null when nobody was asked. */
  readonly approval: Approval | null;
  /** What the agent wanted, when the person allowed something else; null when they did not. */
  readonly asked: { readonly title: string; readonly input: unknown } | null;
}
/** What the agent asked its person and how that ended; approvals stand with their tool. */
export interface AskItem extends Base {
  readonly kind: "ask";
  readonly ask: Interaction;
  /** The call by which it asked; null where there is none, or where it is not known. */
  readonly call: ToolItem | null;
}
export interface AgentItem extends Base {
  readonly kind: "agent";
  readonly agentId: string;
  readonly label: string;
  readonly agentType: string | null;
  readonly status: ToolStatus;
  readonly summary: string | null;
  readonly tools: number;
  readonly durationMs: number | null;
  /** The call that asked for it, with its own result. */
  readonly call: ToolItem | null;
  readonly lane: Lane;
  /** Length of the lane when this item was made: a new item says that the lane has changed. */
  readonly version: number;
}
/** What one sub-agent did. It grows; the item that holds it is replaced when it does. */
export interface Lane {
  readonly agentId: string | null;
  readonly items: readonly (Item | null)[];
}
export interface TodoChanges {
  readonly finished: readonly string[];
  readonly started: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
export interface TodosItem extends Base {
  readonly kind: "todos";
  readonly todos: readonly TodoItem[];
  readonly explanation: string | null;
  /** Against the list before; null for the first list. */
  readonly changes: TodoChanges | null;
}
export interface PlanItem extends Base {
  readonly kind: "plan";
  readonly text: string;
  readonly final: boolean;
}
export interface FilesItem extends Base {
  readonly kind: "files";
  readonly files: readonly FileDiff[];
}
export interface UsageItem extends Base {
  readonly kind: "usage";
  readonly usage: Usage;
  readonly model: string | null;
  readonly contextPercent: number | null;
  readonly rateLimits: readonly RateLimit[];
}
export interface SessionItem extends Base {
  readonly kind: "session";
  readonly session: TranscriptData["session.started"];
}
export interface EndItem extends Base {
  readonly kind: "end";
  readonly outcome: RunOutcome;
  readonly durationMs: number | null;
}
export interface ErrorItem extends Base {
  readonly kind: "error";
  readonly message: string;
  readonly code: string | null;
  readonly willRetry: boolean;
}
export interface NoticeItem extends Base {
  readonly kind: "notice";
  readonly notice: NoticeData;
}
export interface RawItem extends Base {
  readonly kind: "raw";
  readonly source: string;
  readonly payload: unknown;
}

export type Item =
  | RunItem
  | UserItem
  | TextItem
  | ThinkingItem
  | ToolItem
  | AskItem
  | AgentItem
  | TodosItem
  | PlanItem
  | FilesItem
  | UsageItem
  | SessionItem
  | EndItem
  | ErrorItem
  | NoticeItem
  | RawItem;

/** What changed between two lists of steps. Steps are told apart by their words. */
export function todoChanges(before: readonly TodoItem[], after: readonly TodoItem[]): TodoChanges {
  const was = new Map(before.map((todo) => [todo.text, todo.status]));
  const is = new Set(after.map((todo) => todo.text));
  const moved = (status: TodoItem["status"]): string[] =>
    after
      .filter((todo) => todo.status === status && was.has(todo.text))
      .filter((todo) => was.get(todo.text) !== status)
      .map((todo) => todo.text);
  return {
    finished: moved("completed"),
    started: moved("in_progress"),
    added: after.filter((todo) => !was.has(todo.text)).map((todo) => todo.text),
    removed: before.filter((todo) => !is.has(todo.text)).map((todo) => todo.text),
  };
}
