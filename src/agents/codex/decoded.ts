import type { AgentItem } from "../driver.ts";
import type { RpcOutcome } from "./rpc.ts";

/** What a line does to live text (M8). */
export type DraftOp =
  | {
      readonly op: "append";
      readonly id: string;
      readonly kind: "text" | "thinking" | "output";
      readonly text: string;
    }
  /** Text of an open item that is never shown live: the changes a patch will ask leave for. */
  | { readonly op: "keep"; readonly id: string; readonly text: string }
  | { readonly op: "end"; readonly id: string };

/** Under which name the changes of a patch are kept until it is over. */
export function keptName(itemId: string): string {
  return `kept:${itemId}`;
}

/** What one line meant. */
export interface Decoded<S> {
  readonly state: S;
  readonly items: readonly AgentItem[];
  readonly drafts: readonly DraftOp[];
  /** Lines to write back: refusals of server requests nobody answers. */
  readonly replies: readonly string[];
  /** The response to a request of ours, with the request's id. */
  readonly answer: { readonly id: string; readonly outcome: RpcOutcome } | null;
}

/** What a decoder is told besides the line. */
export interface LineContext {
  /** Keys of this line's items: unique in the session and the same at every reading. */
  readonly key: (index: number) => string;
  /** The number of the process the line is of. */
  readonly generation: number;
  /** Byte offset of the line. */
  readonly start: number;
  /** The text of open drafts, for what is stored unfinished. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Collects what a line gives; the items get their keys in order. */
export class Collector {
  readonly items: AgentItem[] = [];
  readonly drafts: DraftOp[] = [];
  readonly replies: string[] = [];
  readonly #key: (index: number) => string;

  constructor(key: (index: number) => string) {
    this.#key = key;
  }

  add(make: (key: string) => AgentItem): void {
    this.items.push(make(this.#key(this.items.length)));
  }
}
