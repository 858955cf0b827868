import { type RpcMessage, stillWaiting } from "../contract/mcp.ts";
import { eventId, lastEventId, type Place } from "./ids.ts";

/** A call whose answer a stream waits for. */
export interface Pending {
  readonly place: Place;
  /** The client can go on with a broken stream, and takes an event without data for the way to. */
  readonly primed: boolean;
  /** Null when the stream has been given up meanwhile. */
  readonly answer: Promise<RpcMessage | null>;
}

export interface StreamOptions {
  /** What is said at once. */
  readonly messages: readonly RpcMessage[];
  readonly pending: readonly Pending[];
  readonly now: () => number;
  /** Milliseconds between two signs of life. */
  readonly beatMs: number;
  readonly signal: AbortSignal;
}

/**
 * How long a client is asked to wait before it takes a broken stream up again, in milliseconds.
 * Claude Code 2.1.330 tries twice at this pace and then fails the call, so it is the time a server
 * may take to come back; Codex 0.169.0 tries for ever (both observed).
 */
const retryMs = 10_000;
/** Signs of life that wait for a reader who takes none; beyond it they are left out. */
const bound = 64 * 1024;
const encoder = new TextEncoder();

/**
 * The answers to calls as server-sent events (streamable HTTP, MCP 2025-11-25): an id to come back
 * with, signs of life for as long as it takes, one event for each answer, then the end. A comment
 * keeps the connection; to Claude Code 2.1.330, which gives a call up after five silent minutes,
 * only progress is a sign of life (observed).
 */
export function streamOf(options: StreamOptions): ReadableStream<Uint8Array> {
  const { messages, pending, now, beatMs, signal } = options;
  const open = new Set(pending);
  let stop = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const say = (text: string): void => controller.enqueue(encoder.encode(text));
        const beat = (): void => {
          if ((controller.desiredSize ?? 0) <= 0) return;
          for (const { place } of open) say(signOfLife(place, now()));
        };
        const timer = setInterval(beat, beatMs);
        stop = () => {
          clearInterval(timer);
          signal.removeEventListener("abort", close);
        };
        const close = (): void => {
          stop();
          open.clear();
          try {
            controller.close();
          } catch {
            // Closed by the other end already.
          }
        };
        signal.addEventListener("abort", close, { once: true });
        for (const message of messages) say(event(null, message));
        for (const one of pending) {
          say(opening(one, now()));
          one.answer.then(
            (answer) => {
              if (!open.delete(one)) return;
              if (answer !== null) say(event(lastEventId(one.place), answer));
              if (open.size === 0) close();
            },
            (why: unknown) => {
              if (!open.delete(one)) return;
              open.clear();
              stop();
              controller.error(why);
            },
          );
        }
        if (signal.aborted) close();
      },
      cancel: () => {
        open.clear();
        stop();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bound }),
  );
}

/** The first event, with the id; older clients want every event to hold a message. */
function opening({ place, primed }: Pending, now: number): string {
  const head = `id: ${eventId(place)}\nretry: ${retryMs}\n`;
  if (primed) return `${head}data: \n\n`;
  return place.progressToken === null ? ": waiting\n\n" : head + signOfLife(place, now);
}

function signOfLife({ progressToken, since }: Place, now: number): string {
  if (progressToken === null) return ": waiting\n\n";
  // It has to rise with every message, also over a restart.
  const seconds = Math.max(0, now - since) / 1000;
  return event(null, stillWaiting(progressToken, seconds));
}

function event(id: string | null, message: RpcMessage): string {
  const head = id === null ? "" : `id: ${id}\n`;
  return `${head}data: ${JSON.stringify(message)}\n\n`;
}
