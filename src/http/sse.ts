import type { Event } from "../contract/event.ts";
import type { Result } from "../contract/result.ts";
import type { StreamQuery, Streams } from "../engine/api.ts";
import type { Peer } from "./peer.ts";
import { apiHeaders, problem } from "./respond.ts";

/** Bytes that may wait for a reader before its stream ends (beside the kernel's own buffers). */
const bound = 1024 * 1024;
const encoder = new TextEncoder();
const ping = encoder.encode(": ping\n\n");
const hello = encoder.encode(": agetor\n\n");
const resetFrame = encoder.encode('data: {"type":"reset"}\n\n');
/** A hundred readers of one event share its bytes. */
const encoded = new WeakMap<Event, Uint8Array>();

export interface SseOptions {
  readonly streams: Streams;
  readonly query: StreamQuery;
  readonly request: Request;
  readonly peer: Peer;
  readonly pingMs: number;
  /** How long a reader that fell behind may take nothing of what waits for it. */
  readonly stalledSeconds: number;
  /** Ends the stream from our side: the server stops, or its token was revoked. */
  readonly end: AbortSignal;
}

type State = "flowing" | "waiting" | "ended";

/** Opens a stream, or answers why not (`not_found` for an unknown task or run). */
export function openSse(options: SseOptions): Response {
  const channel = new Channel(options);
  const opened = channel.subscribe();
  if (!opened.ok) return problem(opened.fault);
  return new Response(channel.body, {
    headers: { ...apiHeaders, "content-type": "text/event-stream" },
  });
}

/**
 * One reader, with at most the bound waiting for it. A reader that falls behind is let go of by
 * the engine at once; when it has taken what waited it is subscribed again behind the last event
 * it was given, without gap or repeat. One that takes nothing for a while is cut off, and resumes
 * with Last-Event-ID.
 */
class Channel {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: SseOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #unsubscribe: (() => void) | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #state: State = "flowing";
  #lastSeq: number | null;
  readonly #onEnd = (): void => this.#close();

  constructor(options: SseOptions) {
    this.#options = options;
    this.#lastSeq = options.query.after;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#resume(),
        cancel: () => this.#close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: bound }),
    );
  }

  subscribe(): Result<unknown> {
    const { request, end, pingMs, query } = this.#options;
    this.#write(hello);
    const opened = this.#open(query);
    if (!opened.ok) return opened;
    this.#timer = setInterval(() => this.#write(ping), pingMs);
    request.signal.addEventListener("abort", this.#onEnd);
    end.addEventListener("abort", this.#onEnd);
    if (this.#state === "ended" || request.signal.aborted || end.aborted) this.#close();
    return opened;
  }

  #open(query: StreamQuery): Result<unknown> {
    this.#state = "flowing";
    this.#options.peer.idle(0);
    const opened = this.#options.streams.open(query, {
      event: (event) => this.#event(event),
      draft: (frame) => this.#write(encoder.encode(`data: ${JSON.stringify(frame)}\n\n`)),
      reset: () => this.#write(resetFrame),
    });
    if (!opened.ok) return opened;
    // The first page comes while `open` runs, and may already have been too much.
    if (this.#isFlowing()) this.#unsubscribe = opened.value;
    else opened.value();
    return opened;
  }

  #isFlowing(): boolean {
    return this.#state === "flowing";
  }

  #event(event: Event): boolean {
    let bytes = encoded.get(event);
    if (bytes === undefined) {
      bytes = encoder.encode(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
      encoded.set(event, bytes);
    }
    const taken = this.#write(bytes);
    if (taken) this.#lastSeq = event.seq;
    return taken;
  }

  /** False = this reader has to wait. An empty queue takes a frame of any size. */
  #write(bytes: Uint8Array): boolean {
    if (this.#controller === null || this.#state !== "flowing") return false;
    if ((this.#controller.desiredSize ?? 0) > 0) {
      this.#controller.enqueue(bytes);
      return true;
    }
    this.#state = "waiting";
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#options.peer.idle(this.#options.stalledSeconds);
    return false;
  }

  /** The reader has taken something: go on where the engine was let go of. */
  #resume(): void {
    if (this.#state !== "waiting" || (this.#controller?.desiredSize ?? 0) < bound / 2) return;
    const { query } = this.#options;
    // A live-only stream that never had an event has no place to resume from.
    if (this.#lastSeq === null && query.scope.kind === "global") {
      this.#close();
      return;
    }
    const tail = this.#lastSeq === null ? query.tail : null;
    const opened = this.#open({ ...query, after: this.#lastSeq, tail });
    // The task was deleted meanwhile: nothing more will come.
    if (!opened.ok) this.#close();
  }

  #close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#options.request.signal.removeEventListener("abort", this.#onEnd);
    this.#options.end.removeEventListener("abort", this.#onEnd);
    try {
      this.#controller?.close();
    } catch {
      // Already closed by the other end.
    }
    // Whoever does not fetch the rest now is cut off.
    this.#options.peer.idle(this.#options.stalledSeconds);
  }
}
