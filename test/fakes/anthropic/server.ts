import { type ReplyControl, streamReply } from "./reply.ts";
import { type Directive, isScript, parseScript } from "./script.ts";

/** One request as the model would have seen it. */
export interface SeenRequest {
  readonly path: string;
  readonly body: MessagesBody;
  /** All text of the newest user message, joined; what a person or the CLI said last. */
  readonly lastUserText: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface MessagesBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly system?: unknown;
  readonly tools?: readonly { readonly name: string }[];
  readonly messages?: readonly {
    readonly role: string;
    readonly content: string | readonly ContentBlock[];
  }[];
  readonly [key: string]: unknown;
}

interface ContentBlock {
  readonly type: string;
  readonly text?: string;
}

/** A Messages API on loopback whose model does what the prompt says (see `script.ts`). */
export interface FakeAnthropic {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Lets every `hold: name` go on, those to come as well. */
  release(name: string): void;
  /** Resolves with the first request, old or new, that fits. */
  seen(fits: (request: SeenRequest) => boolean): Promise<SeenRequest>;
  close(): Promise<void>;
}

interface Shared {
  readonly requests: SeenRequest[];
  readonly failures: Map<string, number>;
  readonly holds: Map<string, { readonly promise: Promise<void>; readonly release: () => void }>;
  readonly watchers: Set<(request: SeenRequest) => void>;
}

/** Starts on a free port of 127.0.0.1. Any key is welcome. */
export function startFakeAnthropic(options: { readonly port?: number } = {}): FakeAnthropic {
  const shared: Shared = {
    requests: [],
    failures: new Map(),
    holds: new Map(),
    watchers: new Set(),
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    idleTimeout: 0,
    fetch: (request) => answer(request, shared),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests: shared.requests,
    release: (name) => hold(shared, name).release(),
    seen: (fits) => seen(shared, fits),
    close: () => server.stop(true),
  };
}

function seen(shared: Shared, fits: (request: SeenRequest) => boolean): Promise<SeenRequest> {
  const old = shared.requests.find(fits);
  if (old) return Promise.resolve(old);
  return new Promise((resolve) => {
    const watch = (request: SeenRequest) => {
      if (!fits(request)) return;
      shared.watchers.delete(watch);
      resolve(request);
    };
    shared.watchers.add(watch);
  });
}

async function answer(request: Request, shared: Shared): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.method !== "POST") return new Response(null, { status: 404 });
  const body = (await request.json()) as MessagesBody;
  if (pathname === "/v1/messages/count_tokens") return Response.json({ input_tokens: 100 });
  if (pathname !== "/v1/messages") return failure(404);
  const entry: SeenRequest = {
    path: pathname,
    body,
    lastUserText: userText(body.messages?.findLast(({ role }) => role === "user")),
    headers: Object.fromEntries(request.headers.entries()),
  };
  shared.requests.push(entry);
  for (const watch of [...shared.watchers]) watch(entry);
  const { key, directives } = scriptOf(body);
  const error = directives.find((it) => it.kind === "error");
  if (error) {
    const failed = shared.failures.get(key) ?? 0;
    shared.failures.set(key, failed + 1);
    if (failed < error.times) return failure(error.status);
  }
  return respond(body, directives, shared, request.signal);
}

/** The newest script in the conversation, and how many replies it has had so far. */
function scriptOf(body: MessagesBody): { key: string; directives: readonly Directive[] } {
  const messages = body.messages ?? [];
  const at = messages.findLastIndex((it) => it.role === "user" && isScript(userText(it)));
  if (at < 0) return { key: "", directives: [{ kind: "text", text: "ok" }] };
  const text = userText(messages[at]);
  const done = messages.slice(at).filter(({ role }) => role === "assistant").length;
  const directives = parseScript(text)[done] ?? [{ kind: "text", text: "ok" }];
  return { key: `${done}:${messages.length}:${text}`, directives };
}

function userText(message: NonNullable<MessagesBody["messages"]>[number] | undefined): string {
  if (!message) return "";
  if (typeof message.content === "string") return message.content;
  return message.content
    .filter(({ type }) => type === "text")
    .map(({ text }) => text ?? "")
    .filter((text) => !text.startsWith("<system-reminder>"))
    .join("\n");
}

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

function failure(status: number): Response {
  const type = errorTypes[status] ?? "api_error";
  return Response.json(
    { type: "error", error: { type, message: `scripted ${type}` } },
    { status, headers: { "request-id": "req_fake" } },
  );
}

function respond(
  body: MessagesBody,
  directives: readonly Directive[],
  shared: Shared,
  signal: AbortSignal,
): Response {
  const head = {
    id: `msg_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`,
    model: body.model ?? "fake",
    inputTokens: directives.find((it) => it.kind === "context")?.tokens ?? 100,
  };
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const gone = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(new Gone()));
      });
      gone.catch(() => undefined);
      const control: ReplyControl = {
        send: (event, data) =>
          controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)),
        sleep: (ms) => Promise.race([Bun.sleep(ms), gone]),
        held: (name) => Promise.race([hold(shared, name).promise, gone]),
        abort: () => controller.error(new Error("scripted abort")),
      };
      try {
        await streamReply(head, directives, control);
        if (!directives.some(({ kind }) => kind === "abort")) controller.close();
      } catch (cause) {
        if (!(cause instanceof Gone) && !signal.aborted) throw cause;
      }
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

/** The client hung up: an interrupted agent does. */
class Gone extends Error {}

function hold(shared: Shared, name: string) {
  const known = shared.holds.get(name);
  if (known) return known;
  const { promise, resolve } = Promise.withResolvers<void>();
  const made = { promise, release: resolve };
  shared.holds.set(name, made);
  return made;
}

if (import.meta.main) {
  const { url } = startFakeAnthropic({ port: Number(process.argv[2] ?? 0) });
  console.log(url);
}
