import { createParser } from "eventsource-parser";
import { type Frame, parseFrame } from "./frames.ts";

export interface StreamRequest {
  readonly token: string;
  readonly tasks: readonly string[];
  /** Resume behind this seq; null = from now on. */
  readonly after: number | null;
}

export interface StreamListener {
  opened(): void;
  frames(frames: readonly Frame[]): void;
  /** Called once, whatever ended it; not after `close`. */
  ended(reason: "refused" | "broken"): void;
}

/** Opens one stream; the answer closes it. */
export type Connect = (request: StreamRequest, listener: StreamListener) => () => void;

/**
 * The server says something every 15 s (`pingMs` in http/server.ts); a stream that is silent for
 * longer than this is dead, in ms.
 */
const silence = 20_000;

export const connect: Connect = (request, listener) => {
  const abort = new AbortController();
  let over = false;
  const end = (reason: "refused" | "broken"): void => {
    if (over) return;
    over = true;
    abort.abort();
    listener.ended(reason);
  };
  const guarded: StreamListener = {
    opened: () => over || listener.opened(),
    frames: (frames) => over || listener.frames(frames),
    ended: end,
  };
  read(request, guarded, abort.signal).then(
    (reason) => end(reason),
    () => end("broken"),
  );
  return () => {
    over = true;
    abort.abort();
  };
};

async function read(
  request: StreamRequest,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<"refused" | "broken"> {
  const query = new URLSearchParams(request.tasks.map((id) => ["task", id]));
  if (request.after !== null) query.set("after", String(request.after));
  const answer = await fetch(`/events?${query}`, {
    headers: { authorization: `Bearer ${request.token}`, accept: "text/event-stream" },
    credentials: "omit",
    cache: "no-store",
    signal,
  });
  if (answer.status === 401 || answer.status === 403) return "refused";
  if (!answer.ok || answer.body === null) return "broken";
  listener.opened();

  let batch: Frame[] = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      const frame = parseFrame(data);
      if (frame !== null) batch.push(frame);
    },
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => listener.ended("broken"), silence);
      const { done, value } = await reader.read();
      if (done) return "broken";
      parser.feed(value);
      if (batch.length > 0) {
        listener.frames(batch);
        batch = [];
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
}
