import type { ModeId } from "../../../contract/primitives.ts";
import { isObject } from "../json.ts";
import { noTotals, type Totals } from "../state.ts";

/** What is known between two lines of `codex exec --json`, and from one of its processes to the next. */
export interface ExecState {
  readonly v: 1;
  readonly cwd: string;
  readonly mode: ModeId;
  readonly model: string | null;
  readonly generation: number;
  readonly threadId: string | null;
  /** The message this process was started with. */
  readonly messageId: string | null;
  /** The process took the message up: `turn.started`. */
  readonly started: boolean;
  /** The turn's end was told. */
  readonly ended: boolean;
  /** Tools that have begun and not ended. */
  readonly open: readonly string[];
  readonly totals: Totals;
  /** Thread totals when this process began: what its run used is the difference. */
  readonly base: Totals;
  /** The plan as it was told last: the CLI repeats it at the end of the turn. */
  readonly plan: string;
  readonly retrying: { readonly message: string; readonly since: number } | null;
}

const openLimit = 256;

export function initialExecState(
  of: Pick<ExecState, "cwd" | "mode" | "model"> & { readonly threadId: string | null },
): ExecState {
  return {
    v: 1,
    ...of,
    generation: 0,
    messageId: null,
    started: false,
    ended: true,
    open: [],
    totals: noTotals,
    base: noTotals,
    plan: "",
    retrying: null,
  };
}

export function restoreExecState(stored: unknown, fresh: ExecState): ExecState {
  if (!isObject(stored) || stored["v"] !== 1 || !("messageId" in stored)) return fresh;
  return { ...fresh, ...(stored as Partial<ExecState>) };
}

/** The state a process for one more message begins with. */
export function nextProcess(state: ExecState, generation: number, messageId: string): ExecState {
  return {
    ...state,
    generation,
    messageId,
    started: false,
    ended: false,
    open: [],
    base: state.totals,
    retrying: null,
  };
}

export function withOpenTool(state: ExecState, id: string): ExecState {
  return { ...state, open: [...state.open.filter((it) => it !== id), id].slice(-openLimit) };
}

export function withoutOpenTool(state: ExecState, id: string): ExecState {
  return { ...state, open: state.open.filter((it) => it !== id) };
}
