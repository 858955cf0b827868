import type { TodoItem } from "../../contract/event.ts";
import type { Usage } from "../../contract/run.ts";
import { isObject } from "./json.ts";

/** A tool call whose result has not been read yet. */
export interface OpenTool {
  readonly name: string;
  /** What its result needs of its input: the task list works by id, an agent has a label. */
  readonly label: string | null;
  readonly agentType: string | null;
  readonly todo: {
    readonly id: string;
    readonly status: string | null;
    readonly text: string | null;
  };
}

export interface Todo extends TodoItem {
  readonly id: string;
}

/**
 * What the decoder of one transcript knows between two lines. Serialisable, stored with the offset,
 * small (M7): lists are capped by `capped`.
 */
export interface ClaudeState {
  readonly v: 1;
  /** The transcript this state belongs to. */
  readonly path: string;
  /** Null for the main transcript, else the sub-agent it belongs to. */
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly mode: string | null;
  readonly model: string | null;
  /** Whether the conversation is an older one, taken up again. */
  readonly resumed: boolean;
  readonly announced: boolean;
  /** The prompt id of the newest message of a person, and how many there were. */
  readonly promptId: string | null;
  readonly turn: number;
  /** The prompt id of the newest line that has one: a notification is a prompt, too. */
  readonly newestPrompt: string | null;
  /** Epoch ms at which the newest turn began. */
  readonly turnAt: number;
  /** Epoch ms of the newest line. */
  readonly seenAt: number;
  /** The newest turn that a person interrupted, and when. */
  readonly interrupted: number;
  readonly interruptedAt: number;
  /** The newest turn with a sign of work. */
  readonly worked: number;
  /** Our id of the message that was found last. */
  readonly claimed: string | null;
  /** Prompts a hook of the person's own refused; the last reason. */
  readonly refused: { readonly count: number; readonly why: string };
  /** Epoch ms of the newest `turn_duration` and of the newest API error. */
  readonly endAt: number;
  readonly errorAt: number;
  readonly durationMs: number | null;
  /** What waits in Claude's own queue: a person's message or a notification. */
  readonly queue: readonly ("person" | "task")[];
  /** Messages of ours that were typed into a turn and have left that queue: heard or given back. */
  readonly settled: readonly string[];
  /** Background work that was begun and has not been reported yet, and the ms of the last report. */
  readonly unreported: readonly string[];
  readonly reportedAt: number;
  readonly tools: Readonly<Record<string, OpenTool>>;
  readonly todos: readonly Todo[];
  /** Sub-agents that were launched and have not ended. */
  readonly agents: readonly string[];
  readonly usage: Usage;
  readonly countedMessage: string | null;
  /** Epoch ms of the newest line with usage: Claude tells what it cost a moment later. */
  readonly spokeAt: number;
}

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: null,
};

export function initialState(path: string, agentId: string | null): ClaudeState {
  return {
    v: 1,
    path,
    agentId,
    sessionId: null,
    mode: null,
    model: null,
    resumed: false,
    announced: false,
    promptId: null,
    turn: 0,
    newestPrompt: null,
    turnAt: 0,
    seenAt: 0,
    interrupted: 0,
    interruptedAt: 0,
    worked: 0,
    claimed: null,
    refused: { count: 0, why: "" },
    endAt: 0,
    errorAt: 0,
    durationMs: null,
    queue: [],
    settled: [],
    unreported: [],
    reportedAt: 0,
    tools: {},
    todos: [],
    agents: [],
    usage: noUsage,
    countedMessage: null,
    spokeAt: 0,
  };
}

/** A stored state; null when it is none of ours. */
export function readState(value: unknown): ClaudeState | null {
  if (!isObject(value) || value["v"] !== 1 || typeof value["path"] !== "string") return null;
  return { ...initialState(value["path"], null), ...(value as Partial<ClaudeState>) };
}

/** The newest `limit` entries. */
export function capped<T>(list: readonly T[], limit = 100): readonly T[] {
  return list.length <= limit ? list : list.slice(-limit);
}
