import type { Draft } from "../driver.ts";
import { type DraftOp, keptName } from "./decoded.ts";

/** The most text kept of one unfinished item; what is streamed beyond it is shown but not kept. */
const keep = 256 * 1024;

interface Live {
  readonly kind: "text" | "thinking" | "output";
  /** Length of all that was streamed, in UTF-16 units. */
  length: number;
  /** True once a frame of it went out. */
  shown: boolean;
}

/**
 * The live text of open items (M8): turns what lines say into frames with offsets, and keeps the
 * text for items that never come to their end. Frames wait for `flush`, so that a stored event is
 * there before its draft goes.
 */
export class Drafts {
  readonly #live = new Map<string, Live>();
  readonly #texts = new Map<string, string>();
  readonly #show: (draft: Draft) => void;
  #frames: Draft[] = [];

  constructor(show: (draft: Draft) => void) {
    this.#show = show;
  }

  /** The text of each open item, as far as it is kept. */
  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  take(op: DraftOp): void {
    if (op.op === "end") {
      this.#end(op.id);
      return;
    }
    if (op.op === "keep") {
      if (op.text.length <= keep) this.#texts.set(keptName(op.id), op.text);
      return;
    }
    const live = this.#live.get(op.id) ?? { kind: op.kind, length: 0, shown: false };
    this.#live.set(op.id, live);
    const said = this.#texts.get(op.id) ?? "";
    if (said.length < keep) this.#texts.set(op.id, (said + op.text).slice(0, keep));
    if (op.text !== "") this.#append(op.id, live, op.text);
    live.length += op.text.length;
  }

  /** Sends the frames of what was taken since the last time. */
  flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    for (const frame of frames) {
      const live = this.#live.get(frame.draftId);
      if (live !== undefined) live.shown = true;
      this.#show(frame);
    }
  }

  #append(draftId: string, live: Live, text: string): void {
    const last = this.#frames.at(-1);
    if (last !== undefined && last.draftId === draftId && last.text !== null) {
      this.#frames[this.#frames.length - 1] = { ...last, text: last.text + text };
      return;
    }
    this.#frames.push({ draftId, kind: live.kind, offset: live.length, text });
  }

  #end(draftId: string): void {
    this.#texts.delete(keptName(draftId));
    const live = this.#live.get(draftId);
    if (live === undefined) return;
    this.#live.delete(draftId);
    this.#texts.delete(draftId);
    this.#frames = this.#frames.filter((frame) => frame.draftId !== draftId);
    if (live.shown) this.#frames.push({ draftId, kind: live.kind, offset: 0, text: null });
  }
}
