import { oncePerFrame } from "../../state/frame.ts";
import type { Transcript } from "../../state/transcript.ts";

/** Something that changes, as React subscribes to it. */
export interface Source<T> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly view: () => T;
}

/** Time and paint, so tests need not wait. */
export interface PaceClock {
  /** In ms, from anywhere. */
  now(): number;
  /** Calls `run` when what changes in this frame was painted. */
  painted(run: () => void): void;
  /** Calls `run` in the first animation frame after `ms`; answers how to cancel it. */
  frameAfter(ms: number, run: () => void): () => void;
}

const frame = 1000 / 60;
/** As many events at once are a flood, which nobody reads as it comes. */
const many = 8;
/** In a flood drawing may take this share of the time; the rest is the reader's, to scroll and type. */
const share = 1 / 4;
/** A step longer than a frame makes the page miss frames: in a flood at most one in so many. */
const oneIn = 12;
/** However long drawing takes, what is shown is never older than this, in ms. */
const longest = 250;
/** What a step has of a frame, in ms: the page has other things to do in it. */
const fits = 12;

/** How long to leave the page alone after a step that took `cost`, when few events come; in ms. */
export function shortRest(cost: number): number {
  return Math.min(longest, cost);
}

/** The same in a flood. */
export function longRest(cost: number): number {
  const missed = Math.ceil(cost / fits) - 1;
  return Math.min(longest, Math.max(cost / share - cost, missed * oneIn * frame - cost));
}

/** What a pace has to know of a transcript. Its events may be one array that grows. */
type Shown = Pick<Transcript, "taskId" | "status"> & {
  readonly events: { readonly length: number };
};

/**
 * A transcript no newer than the page can draw. An agent that writes a thousand lines a second is
 * shown in fewer, larger steps, so that the page stays smooth; everything slower is shown soon.
 * It stands in front of React: what is not shown yet draws nothing again.
 *
 * A step costs all that comes of it until it is painted. Most of that is not the drawing of
 * components but style, layout and paint, and the second round of the list that has measured its
 * rows.
 */
export class Pace<T extends Shown> implements Source<T> {
  readonly #source: Source<T>;
  readonly #clock: PaceClock;
  readonly #listeners = new Set<() => void>();
  #held: T;
  #leave: (() => void) | null = null;
  #cancel: (() => void) | null = null;
  /** True from a change until it is painted. */
  #drawing = false;
  /** How many events are shown. */
  #count: number;
  #soon = 0;
  #late = 0;
  #lastCost = 0;

  constructor(source: Source<T>, clock: PaceClock = pageClock) {
    this.#source = source;
    this.#clock = clock;
    this.#held = source.view();
    this.#count = this.#held.events.length;
  }

  readonly view = (): T => this.#held;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#leave === null) {
      this.#leave = this.#source.subscribe(() => this.#look());
      this.#held = this.#source.view();
      this.#count = this.#held.events.length;
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#leave?.();
      this.#leave = null;
      this.#stopWaiting();
    };
  };

  /** Shows what has changed, now or when it is time. The feed tells of changes inside a frame. */
  #look(inFrame = true): void {
    const next = this.#source.view();
    const { taskId, status } = this.#held;
    if (next === this.#held) return;
    if (next.taskId !== taskId || next.status !== status) this.#show(next);
    else if (!this.#drawing && this.#cancel === null) this.#showInTime(next, inFrame);
  }

  #showInTime(next: T, inFrame: boolean): void {
    const fresh = Math.abs(next.events.length - this.#count);
    const wait = (fresh < many ? this.#soon : this.#late) - this.#clock.now();
    if (wait <= 0 && inFrame) {
      this.#show(next);
      return;
    }
    this.#cancel = this.#clock.frameAfter(Math.max(0, wait), () => {
      this.#cancel = null;
      // Meanwhile it may have become a flood.
      if (this.#leave !== null) this.#look();
    });
  }

  #show(next: T): void {
    this.#stopWaiting();
    const began = this.#clock.now();
    this.#held = next;
    this.#count = next.events.length;
    this.#drawing = true;
    for (const listener of this.#listeners) listener();
    this.#clock.painted(() => {
      const cost = this.#clock.now() - began;
      // One slow step alone says little: something else may have held the page up.
      const usual = Math.min(cost, this.#lastCost);
      this.#soon = this.#clock.now() + shortRest(usual);
      this.#late = this.#clock.now() + longRest(usual);
      this.#lastCost = cost;
      this.#drawing = false;
      if (this.#leave !== null) this.#look(false);
    });
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

const pageClock: PaceClock = {
  now: () => performance.now(),
  painted(run) {
    // A message sent in a frame arrives after that frame was painted.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(null);
  },
  frameAfter(ms, run) {
    let over = false;
    const soon = oncePerFrame(() => {
      if (!over) run();
    });
    const timer = setTimeout(soon, ms);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  },
};
