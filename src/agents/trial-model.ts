/**
 * A model of ours for one kind of agent, on 127.0.0.1: with it the person's own CLI can be tried
 * without an account, a token or the network. It says `words`, runs `command` with the CLI's shell
 * tool, and is silent in a turn whose message holds `silence`.
 */
export interface TrialModel {
  /** What the harness gets so that the CLI talks to this model and to nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Files of its private config home, by name. */
  readonly files: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface TrialScript {
  readonly words: string;
  /** Harmless, for a shell. */
  readonly command: string;
  /** Said after the command, as the last words of a turn. */
  readonly done: string;
  /** A message with this in it gets no answer until the CLI hangs up. */
  readonly silence: string;
}

/** What the model does next, from what it is sent: the same for every protocol. */
export function nextStep(
  script: TrialScript,
  seen: { readonly lastMessage: string; readonly hasResult: boolean },
): "silence" | "command" | "done" {
  if (seen.lastMessage.includes(script.silence)) return "silence";
  return seen.hasResult ? "done" : "command";
}

/** A server-sent event as both protocols frame it. */
export function sse(type: string, data: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/** A stream that begins and then says nothing until the reader goes. */
export function silentAfter(begin: string): Response {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(begin)),
  });
  return eventStream(stream);
}

export function eventStream(body: string | ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Serves one protocol on a free port of 127.0.0.1. */
export function serveModel(answer: (request: Request) => Promise<Response>): {
  readonly url: string;
  close(): Promise<void>;
} {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: answer });
  return { url: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) };
}
