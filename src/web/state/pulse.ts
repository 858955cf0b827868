import { useSyncExternalStore } from "react";
import type { Frame } from "../wire/frames.ts";

/** One bar of the strip covers this many milliseconds. */
export const barMs = 10_000;
/** Eight minutes: more than the widest column can show. */
export const barCount = 80;

/** What one task did lately, as counts per ten seconds; the ring's end is `last`. */
export interface Pulse {
  /** Index of the newest bar: epoch milliseconds / 10 s. */
  readonly last: number;
  readonly counts: readonly number[];
}

interface Ring {
  last: number;
  counts: number[];
  shown: Pulse | null;
}

const rings = new Map<string, Ring>();
const listeners = new Set<() => void>();
let version = 0;

function barOf(at: number): number {
  return Math.floor(at / barMs);
}

/** Adds `events` to the bar `at` falls into. Returns whether the ring changed. */
export function addToRing(ring: { last: number; counts: number[] }, at: number, events: number) {
  const bar = barOf(at);
  if (bar > ring.last) {
    const steps = Math.min(bar - ring.last, barCount);
    ring.counts.splice(0, steps);
    ring.counts.push(...new Array<number>(steps).fill(0));
    ring.last = bar;
  }
  const index = barCount - 1 - (ring.last - bar);
  if (index < 0) return false;
  ring.counts[index] = (ring.counts[index] ?? 0) + events;
  return true;
}

function ringOf(taskId: string, at: number): Ring {
  const held = rings.get(taskId);
  if (held !== undefined) return held;
  const ring: Ring = { last: barOf(at), counts: new Array<number>(barCount).fill(0), shown: null };
  rings.set(taskId, ring);
  return ring;
}

/** Takes what a batch of the stream says about how busy tasks are. */
export function beat(frames: readonly Frame[]): void {
  let changed = false;
  for (const frame of frames) {
    if (frame.type === "activity") {
      changed = note(frame.taskId, frame.at, Math.max(1, frame.events)) || changed;
    } else if (frame.type === "run.upserted" && frame.taskId !== null) {
      changed = note(frame.taskId, frame.at, 1) || changed;
    } else if (frame.type === "task.deleted" && frame.taskId !== null) {
      rings.delete(frame.taskId);
    }
  }
  if (changed) tell();
}

function note(taskId: string, at: number, events: number): boolean {
  const ring = ringOf(taskId, at);
  ring.shown = null;
  return addToRing(ring, at, events);
}

/** A sign of life from before this page was open, as a first bar. */
export function seed(taskId: string, at: number): void {
  if (!rings.has(taskId)) note(taskId, at, 1);
}

function tell(): void {
  version += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function pulseOf(taskId: string): Pulse | null {
  const ring = rings.get(taskId);
  if (ring === undefined) return null;
  ring.shown ??= { last: ring.last, counts: ring.counts.slice() };
  return ring.shown;
}

export function usePulse(taskId: string): Pulse | null {
  return useSyncExternalStore(subscribe, () => pulseOf(taskId));
}

/** Grows with every change; for tests. */
export function pulseVersion(): number {
  return version;
}
