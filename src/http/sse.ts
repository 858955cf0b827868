import type { Event, LiveFrame } from "../contract/event.ts";
import type { Result } from "../contract/result.ts";
import type { StreamQuery, Streams } from "../engine/api.ts";
import type { Peer } from "./peer.ts";
import { apiHeaders, problem } from "./respond.ts";

/** Bytes that may wait for a reader before its stream ends (beside the kernel's own buffers). */
const bound = 1024 * 1024;
/** How long a reader that fell behind may take to fetch what waits for it. */
const lingerSeconds = 10;

const encoder = new TextEncoder();
const ping = encoder.encode(": ping\n\n");
const hello = encoder.encode(": agetor\n\n");
const resetFrame = encoder.encode('data: {"type":"reset"}\n\n');
/** A hundred readers of one event share its bytes. */
const encoded = new WeakMap<Event, Uint8Array>();

export interface SseOptions {
  readonly streams: Streams;
  readonly query: StreamQuery;
  /** The client named a position that can be no seq: say `reset` and begin anew. */
  readonly unknownPosition: boolean;
  readonly request: Request;
  readonly peer: Peer;
  readonly pingMs: number;
  /** Ends the stream from our side: the server stops, or its token was revoked. */
  readonly end: AbortSignal;
}

type State = "catching-up" | "waiting" | "live" | "ended";

/** Opens a stream, or answers why not (`not_found` for an unknown task or run). */
export function openSse(options: SseOptions): Response {
  const channel = new Channel(options);
  const opened = channel.subscribe();
  if (!opened.ok) return problem(opened.fault);
  options.peer.idle(0);
  return new Response(channel.body, {
    headers: { ...apiHeaders, "content-type": "text/event-stream" },
  });
}

/**
 * One reader. A reader that is slow while it catches up is waited for: the engine lets go of it
 * and is asked again, behind the last event taken, when there is room. One that falls behind by
 * more than the bound while following live is ended; it resumes with Last-Event-ID.
 */
class Channel {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: SseOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #unsubscribe: (() => void) | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #state: State = "catching-up";
  #lastSeq: number | null = null;
  #stalledPings = 0;
  readonly #onEnd = (): void => this.#close();

  constructor(options: SseOptions) {
    this.#options = options;
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
    const { query, streams, request, end, pingMs } = this.#options;
    this.#write(hello);
    if (this.#options.unknownPosition) this.#write(resetFrame);
    const opened = this.#open(query, streams);
    if (!opened.ok || this.#state === "ended") return opened;
    this.#timer = setInterval(() => this.#ping(), pingMs);
    request.signal.addEventListener("abort", this.#onEnd);
    end.addEventListener("abort", this.#onEnd);
    if (request.signal.aborted || end.aborted) this.#close();
    return opened;
  }

  #open(query: StreamQuery, streams: Streams): Result<unknown> {
    this.#state = "catching-up";
    const opened = streams.open(query, {
      event: (event) => this.#event(event),
      draft: (frame) => this.#draft(frame),
      reset: () => this.#write(resetFrame),
    });
    if (!opened.ok) return opened;
    if (this.#stateNow() === "catching-up") {
      this.#state = "live";
      this.#unsubscribe = opened.value;
      return opened;
    }
    opened.value();
    return opened;
  }

  /** Read through a method: the compiler does not see that callbacks change the field. */
  #stateNow(): State {
    return this.#state;
  }

  #event(event: Event): boolean {
    let bytes = encoded.get(event);
    if (bytes === undefined) {
      bytes = encoder.encode(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
      encoded.set(event, bytes);
    }
    const room = this.#write(bytes);
    if (room) this.#lastSeq = event.seq;
    return room;
  }

  #draft(frame: LiveFrame): boolean {
    return this.#write(encoder.encode(`data: ${JSON.stringify(frame)}\n\n`));
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#controller === null || this.#state === "ended" || this.#state === "waiting") {
      return false;
    }
    // A full queue refuses; an empty one takes anything, so a frame above the bound still passes.
    if ((this.#controller.desiredSize ?? 0) > 0) {
      this.#controller.enqueue(bytes);
      return true;
    }
    if (this.#state === "live" || this.#lastSeq === null) this.#fallBehind();
    else this.#state = "waiting";
    return false;
  }

  #fallBehind(): void {
    this.#close();
    this.#options.peer.idle(lingerSeconds);
  }

  /** The reader has taken something: go on where the engine was let go of. */
  #resume(): void {
    this.#stalledPings = 0;
    if (this.#state !== "waiting" || (this.#controller?.desiredSize ?? 0) < bound / 2) return;
    const { query, streams } = this.#options;
    const opened = this.#open({ ...query, after: this.#lastSeq, tail: null }, streams);
    // The task was deleted meanwhile: nothing more will come.
    if (!opened.ok) this.#close();
  }

  #ping(): void {
    if (this.#state === "waiting") {
      this.#stalledPings += 1;
      if (this.#stalledPings > 1) this.#fallBehind();
      return;
    }
    this.#write(ping);
  }

  #close(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#options.request.signal.removeEventListener("abort", this.#onEnd);
    this.#options.end.removeEventListener("abort", this.#onEnd);
    try {
      this.#controller?.close();
    } catch {
      // Already closed by the other end.
    }
  }
}
