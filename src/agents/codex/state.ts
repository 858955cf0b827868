import type { RateLimit } from "../../contract/event.ts";
import type { ModeId } from "../../contract/primitives.ts";
import { type Fields, isObject } from "./json.ts";
import type { StopReason } from "./rpc.ts";

/** Token totals of a thread as Codex counts them; cached and reasoning tokens are parts of the others. */
export interface Totals {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
}

/** Something that has begun and not yet ended. */
export interface OpenItem {
  readonly id: string;
  readonly kind: "text" | "thinking" | "plan" | "command" | "tool";
  readonly turnId: string | null;
  readonly agentId: string | null;
  /** For people, of a command: what still runs when its turn is over. */
  readonly label: string;
  /** Byte offset of the line it began with: from there its draft can be rebuilt (M8). */
  readonly from: number;
}

/** A field of a form, with what its value has to be. */
export interface FormKey {
  readonly name: string;
  readonly type: "text" | "number" | "boolean" | "list";
}

/** A request of Codex that waits for its person. */
export interface Ask {
  /** Our name of it: unique over the processes of a session. */
  readonly ref: string;
  /** Its rpc id in this process. */
  readonly id: string | number;
  /** How the answer has to look. */
  readonly shape:
    | { readonly kind: "decision" | "action" | "confirm" | "tool" }
    | { readonly kind: "form"; readonly keys: readonly FormKey[] }
    | { readonly kind: "input"; readonly keys: readonly string[] };
  readonly turnId: string | null;
  readonly itemId: string | null;
}

/** A proposed plan whose turn has ended; the run waits for the person (see `decode-plan.ts`). */
export interface WaitingPlan {
  readonly ref: string;
  readonly durationMs: number | null;
}

export interface OpenTurn {
  readonly id: string;
  /** True once the engine knows of it. */
  readonly announced: boolean;
  /** Thread totals when it began: what a run used is the difference. */
  readonly base: Totals;
  readonly stop: StopReason | null;
}

/** Repeated attempts of Codex to reach its model without an answer in between. */
export interface Retrying {
  readonly message: string;
  /** Epoch milliseconds of the first one. */
  readonly since: number;
}

/**
 * What the decoder knows between two lines; stored with the cursor, so that a later server goes on
 * in the middle of a turn (M7). Bounded: every list has a cap.
 */
export interface State {
  readonly v: 1;
  readonly initialized: boolean;
  readonly threadId: string | null;
  /** The thread is loaded in this process. */
  readonly threadOpen: boolean;
  readonly cwd: string;
  readonly model: string | null;
  /** Model and effort the thread was opened with: what a turn without wishes of its own runs with. */
  readonly own: { readonly model: string | null; readonly effort: string | null };
  readonly mode: ModeId | null;
  readonly turn: OpenTurn | null;
  /** The turn that ended last: one stopped at once ends without an echo of its message. */
  readonly lastTurn: string | null;
  readonly open: readonly OpenItem[];
  readonly asks: readonly Ask[];
  /** The plan proposed in this turn, cut to what a state may hold. */
  readonly proposed: string | null;
  readonly plan: WaitingPlan | null;
  /** Tools closed by the end of their turn: their own late end is not told again. */
  readonly closed: readonly string[];
  /** Messages whose `turn/start` or `turn/steer` was answered, newest last. */
  readonly accepted: readonly string[];
  /** Those of them that joined a turn which was under way. */
  readonly steered: readonly string[];
  /** Messages seen as `item.clientId`, newest last. */
  readonly echoed: readonly string[];
  readonly totals: Totals;
  readonly contextWindow: number | null;
  readonly contextTokens: number | null;
  readonly limits: readonly RateLimit[];
  readonly retrying: Retrying | null;
  /** The end of the process was told: nothing follows. */
  readonly exited: boolean;
}

export const noTotals: Totals = { input: 0, cached: 0, cacheWrite: 0, output: 0 };

const limits = { open: 256, closed: 64, messages: 16 } as const;

export function initialState(cwd: string): State {
  return {
    v: 1,
    initialized: false,
    threadId: null,
    threadOpen: false,
    cwd,
    model: null,
    own: { model: null, effort: null },
    mode: null,
    turn: null,
    lastTurn: null,
    open: [],
    asks: [],
    proposed: null,
    plan: null,
    closed: [],
    accepted: [],
    steered: [],
    echoed: [],
    totals: noTotals,
    contextWindow: null,
    contextTokens: null,
    limits: [],
    retrying: null,
    exited: false,
  };
}

/** A stored state, or a new one when it is not ours (another version, or nothing stored). */
export function restoreState(stored: unknown, cwd: string): State {
  if (!isObject(stored) || stored["v"] !== 1) return initialState(cwd);
  // Written by us in the transaction of its cursor: the version is all there is to check.
  return { ...initialState(cwd), ...(stored as Fields & Partial<State>) };
}

/** The state a new process of the same conversation begins with. */
export function nextGeneration(state: State): State {
  return {
    ...state,
    initialized: false,
    threadOpen: false,
    turn: null,
    open: [],
    asks: [],
    proposed: null,
    plan: null,
    retrying: null,
    exited: false,
  };
}

/** Where a reader has to begin so that the drafts of all open items come out whole. */
export function draftsFrom(state: State, offset: number): number {
  return state.open.reduce((least, item) => Math.min(least, item.from), offset);
}

export function withOpen(state: State, item: OpenItem): State {
  const others = state.open.filter((it) => it.id !== item.id);
  return {
    ...state,
    open: [...others, item].slice(-limits.open),
    closed: state.closed.filter((id) => id !== item.id),
  };
}

export function withoutOpen(state: State, id: string): State {
  return { ...state, open: state.open.filter((it) => it.id !== id) };
}

export function withAsk(state: State, ask: Ask): State {
  return { ...state, asks: [...state.asks.filter((it) => it.ref !== ask.ref), ask] };
}

export function withoutAsk(state: State, ref: string): State {
  return { ...state, asks: state.asks.filter((it) => it.ref !== ref) };
}

export function withClosed(state: State, ids: readonly string[]): State {
  return { ...state, closed: [...state.closed, ...ids].slice(-limits.closed) };
}

/** The late end of a closed tool has come. */
export function withoutClosed(state: State, id: string): State {
  return { ...state, closed: state.closed.filter((it) => it !== id) };
}

export function withAccepted(state: State, messageId: string): State {
  return { ...state, accepted: [...state.accepted, messageId].slice(-limits.messages) };
}

export function withSteered(state: State, messageId: string): State {
  const steered = [...state.steered, messageId].slice(-limits.messages);
  return { ...withAccepted(state, messageId), steered };
}

export function withEchoed(state: State, messageId: string): State {
  return { ...state, echoed: [...state.echoed, messageId].slice(-limits.messages) };
}
