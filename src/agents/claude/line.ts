import type { TranscriptItem } from "../../contract/event.ts";
import type { AgentItem } from "../driver.ts";
import { type Json, numberAt, stringAt, timeAt } from "./json.ts";
import type { ClaudeState } from "./state.ts";

/** A message of ours that is on its way: found again by its print. */
export interface Pending {
  readonly messageId: string;
  readonly print: string;
}

/** What a decoder is told besides the line itself. */
export interface LineContext {
  /** Names a line that has no id of its own: generation and byte offset. */
  readonly place: string;
  readonly oversize: boolean;
  readonly cwd: string;
  readonly pending: Pending | null;
  /** Messages of ours that were typed into a turn. */
  readonly steered?: readonly Pending[];
  /** Whether Claude is held still so that a stop can take back what waits in its queue. */
  readonly halted?: boolean;
}

/** One record on its way to items: keys and time are the record's own, so re-reading is harmless. */
export class Line {
  readonly items: AgentItem[] = [];
  readonly record: Json;
  readonly cwd: string;
  readonly at: number | null;
  readonly #base: string;

  constructor(record: Json, state: ClaudeState, context: LineContext) {
    this.record = record;
    this.cwd = context.cwd;
    this.at = timeAt(record, "timestamp");
    const uuid = stringAt(record, "uuid");
    const block = numberAt(record, "apiBlockIndex") ?? 0;
    if (uuid === null) this.#base = `r:${state.agentId ?? "main"}:${context.place}`;
    else if (state.agentId === null) this.#base = `t:${uuid}:${block}`;
    else this.#base = `t:${state.agentId}:${uuid}`;
  }

  key(part: string): string {
    return part === "" ? this.#base : `${this.#base}:${part}`;
  }

  event(item: TranscriptItem, part = ""): void {
    this.keyed(this.key(part), item);
  }

  keyed(key: string, item: TranscriptItem): void {
    this.items.push({ kind: "transcript", key, at: this.at, ...item });
  }
}
