import type { ChangesFrame } from "../../contract/changes.ts";
import type { ActivityFrame, DraftFrame, Event, ResetFrame } from "../../contract/event.ts";

/** One frame of the stream. Only an event has a seq. */
export type Frame = Event | DraftFrame | ActivityFrame | ChangesFrame | ResetFrame;

export function isEvent(frame: Frame): frame is Event {
  return "seq" in frame;
}

/** Reads the data of one SSE frame; null for what no known frame looks like. */
export function parseFrame(data: string): Frame | null {
  try {
    const frame = JSON.parse(data) as Frame;
    return typeof frame === "object" && frame !== null && typeof frame.type === "string"
      ? frame
      : null;
  } catch {
    return null;
  }
}

const stateEvents: ReadonlySet<string> = new Set([
  "task.upserted",
  "task.deleted",
  "run.upserted",
  "interaction.opened",
  "interaction.resolved",
  "notice",
]);

/** Whether every tab wants this frame, or only those that watch its task. */
export function isForAll(frame: Frame): boolean {
  return frame.type === "activity" || frame.type === "reset" || stateEvents.has(frame.type);
}

/** How the stream stands. `since` is when that began, in epoch milliseconds. */
export interface StreamState {
  readonly kind: "connecting" | "open" | "lost" | "refused";
  readonly since: number;
}

/** Tab → hub. */
export type ToHub =
  | { readonly type: "hello"; readonly token: string; readonly tasks: readonly string[] }
  | { readonly type: "watch"; readonly tasks: readonly string[] }
  | { readonly type: "retry" }
  | { readonly type: "ping" }
  | { readonly type: "bye" };

/** Hub → tab. */
export type ToTab =
  | { readonly type: "state"; readonly state: StreamState }
  /**
   * The stream now carries `tasks`. With `gap` something may have been missed: load again what is
   * shown. Open drafts of these tasks follow whole, so what is held of them is to be dropped.
   */
  | { readonly type: "live"; readonly gap: boolean; readonly tasks: readonly string[] }
  | { readonly type: "frames"; readonly frames: readonly Frame[] }
  /** The hub does not know the tab (it was asleep too long): say hello again. */
  | { readonly type: "stranger" };
