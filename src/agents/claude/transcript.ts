import type { Tail, TailLine } from "../../host/types.ts";
import type { AgentItem } from "../driver.ts";
import { tellUnread } from "../endings.ts";
import type { Context } from "./context.ts";
import { decode } from "./decode.ts";
import { type ClaudeState, initialState, readState } from "./state.ts";

/** Where to begin when there is no cursor yet. */
export interface Origin {
  readonly path: string;
  readonly offset: number;
  readonly resumed: boolean;
  readonly agentId: string | null;
  /** The turn a sub-agent works for. */
  readonly turn: number;
}

export interface TranscriptHooks {
  /** Called before a line that begins a new turn is taken; what came before it is stored. */
  readonly beforeTurn?: (at: number) => Promise<void>;
  /** Called with what is about to be stored; may change items and state. */
  readonly shape?: (items: readonly AgentItem[], state: ClaudeState) => Promise<Shaped>;
  /** Called once it is stored. */
  readonly stored?: (items: readonly AgentItem[]) => void;
}

export interface Shaped {
  readonly items: readonly AgentItem[];
  readonly state: ClaudeState;
}

/** Reads one transcript file: lines to items, stored together with their offset (M1). */
export class Transcript {
  readonly stream: string;
  readonly #context: Context;
  readonly #hooks: TranscriptHooks;
  #abort = new AbortController();
  #generation = 0;
  #state: ClaudeState | null = null;
  #tail: Tail | null = null;

  constructor(context: Context, stream: string, hooks: TranscriptHooks) {
    this.#context = context;
    this.stream = stream;
    this.#hooks = hooks;
  }

  /** Null until it is known where the transcript lies. */
  get state(): ClaudeState | null {
    return this.#state;
  }

  /** Goes on from the stored cursor; false when there is none. */
  resume(): boolean {
    const cursor = this.#context.io.cursor(this.stream);
    const state = cursor === null ? null : readState(cursor.state);
    if (cursor === null || state === null) return false;
    this.#generation = cursor.generation;
    this.#read(state, cursor.offset);
    return true;
  }

  begin(origin: Origin): void {
    const state = initialState(origin.path, origin.agentId);
    this.#read({ ...state, resumed: origin.resumed, turn: origin.turn }, origin.offset);
  }

  /** Goes over to another file after reading this one to its end: a new conversation (M10). */
  async change(path: string): Promise<void> {
    await this.finish();
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#generation += 1;
    const old = this.#state;
    const fresh = initialState(path, null);
    const turn = old?.turn ?? 0;
    // Turns are numbered over the whole session, and a message on its way stays on its way.
    const state = {
      ...fresh,
      turn,
      interrupted: turn,
      worked: turn,
      claimed: old?.claimed ?? null,
      settled: old?.settled ?? [],
    };
    await this.#store([], 0, state);
    this.#read(state, 0);
  }

  async drain(): Promise<void> {
    await this.#tail?.drain();
  }

  /** Reads to the end, an unfinished last line included. */
  async finish(): Promise<void> {
    await this.#tail?.finish();
  }

  poke(): void {
    this.#tail?.poke();
  }

  stop(): void {
    this.#abort.abort();
  }

  #read(state: ClaudeState, offset: number): void {
    this.#state = state;
    const { io, signal } = this.#context;
    this.#tail = io.host.tail({
      path: state.path,
      offset,
      onLines: (lines) => this.#take(lines),
      signal: AbortSignal.any([signal, this.#abort.signal]),
    });
    tellUnread(io, this.stream, this.#tail);
  }

  async #take(lines: readonly TailLine[]): Promise<void> {
    let state = this.#state;
    const first = lines[0];
    if (state === null || first === undefined) return;
    let items: AgentItem[] = [];
    let end = first.start;
    for (const line of lines) {
      const decoded = decode(state, line.text, {
        place: `${this.#generation}:${line.start}`,
        oversize: line.oversize,
        cwd: this.#context.data.cwd,
        pending: this.#context.data.pending,
        steered: this.#context.data.steered ?? [],
        halted: this.#context.halted,
      });
      if (decoded.state.turn !== state.turn && this.#hooks.beforeTurn) {
        // Stored even without items: who waits for the end of the last turn looks at the state.
        state = await this.#store(items, end, state);
        items = [];
        await this.#hooks.beforeTurn(timeOf(decoded.items));
      }
      items.push(...decoded.items);
      state = decoded.state;
      end = line.end;
    }
    await this.#store(items, end, state);
  }

  async #store(
    items: readonly AgentItem[],
    offset: number,
    state: ClaudeState,
  ): Promise<ClaudeState> {
    const shaped = (await this.#hooks.shape?.(items, state)) ?? { items, state };
    await this.#context.io.ingest({
      stream: this.stream,
      items: shaped.items,
      cursor: { generation: this.#generation, offset, state: shaped.state },
    });
    this.#state = shaped.state;
    this.#hooks.stored?.(shaped.items);
    this.#context.beacon.stir();
    return shaped.state;
  }
}

/** What was read of a turn that was closed already: no work on the message that is on its way now. */
export function overdue(items: readonly AgentItem[]): readonly AgentItem[] {
  return items
    .filter(({ kind }) => kind !== "working")
    .map((item) => (item.kind === "transcript" ? { ...item, late: true } : item));
}

function timeOf(items: readonly AgentItem[]): number {
  const first = items.find((item) => item.kind === "transcript");
  return first?.kind === "transcript" ? (first.at ?? 0) : 0;
}
