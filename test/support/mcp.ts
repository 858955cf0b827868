import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import type { TestServer } from "./server.ts";

/** An agent at work, with what it would be given to find its person over HTTP MCP. */
export interface AtWork {
  readonly task: Task;
  readonly run: Run;
  readonly url: string;
  readonly token: string;
}

/** Starts a scripted agent that works until it is stopped. */
export async function agentAtWork(server: TestServer, repo: string): Promise<AtWork> {
  const sessions = join(server.dataDir, "sessions");
  const before = new Set(existsSync(sessions) ? readdirSync(sessions) : []);
  const { task, run } = await server.client.startFake(repo, "until: /never/there");
  await server.client.until(task.id, (now) => now.column === "running");
  const session = readdirSync(sessions).find((id) => !before.has(id)) ?? "";
  const token = readFileSync(join(sessions, session, "token"), "utf8");
  return { task, run, url: `${server.client.base}/mcp`, token };
}

/** What waits on the card of a task. */
export async function pendingOf(server: TestServer, task: Task): Promise<Interaction[]> {
  const path = `/tasks/${task.id}/interactions/pending`;
  return (await server.client.get<{ interactions: Interaction[] }>(path)).body.interactions;
}

/** The only question on the card, once there is one. */
export async function questionOf(server: TestServer, task: Task): Promise<Interaction> {
  await server.client.until(task.id, (now) => now.pendingInteractions > 0);
  const [first, ...more] = await pendingOf(server, task);
  if (first === undefined || more.length > 0) throw new Error(`${more.length + 1} questions`);
  return first;
}

/** A message of the server, as far as tests look into it. */
export interface McpMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly progress?: number; readonly progressToken?: unknown };
  readonly result?: Record<string, unknown> & {
    readonly content?: readonly { readonly text: string }[];
    readonly isError?: boolean;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client of the MCP endpoint that does one thing at a time, for tests to look at each. */
export class McpClient {
  base: string;
  readonly #token: string;
  /** Sent with every message once the client has introduced itself. */
  headers: Record<string, string> = {};

  constructor(base: string, token: string) {
    this.base = base;
    this.#token = token;
  }

  send(method: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.base}/mcp`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: "application/json, text/event-stream",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...this.headers,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Sends one message; `jsonrpc` is added. */
  post(message: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.send("POST", { jsonrpc: "2.0", ...message }, headers);
  }

  /** Introduces the client and keeps what it has to say from then on. */
  async open(protocolVersion = "2025-11-25"): Promise<McpMessage> {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const response = await this.post({ id: "hello", method: "initialize", params });
    const answer = (await response.json()) as McpMessage;
    this.headers = {
      "mcp-session-id": response.headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": String(answer.result?.["protocolVersion"]),
    };
    return answer;
  }

  /** Calls the tool and reads the stream that answers. */
  async ask(id: unknown, args: unknown, progressToken?: unknown): Promise<McpStream> {
    const _meta = progressToken === undefined ? {} : { _meta: { progressToken } };
    const params = { name: "ask_user", arguments: args, ..._meta };
    return new McpStream(await this.post({ id, method: "tools/call", params }));
  }

  cancel(requestId: unknown): Promise<Response> {
    return this.post({ method: "notifications/cancelled", params: { requestId } });
  }

  /** Goes on with a stream that broke. */
  async resume(lastEventId: string): Promise<McpStream> {
    const last = { "last-event-id": lastEventId };
    return new McpStream(await this.send("GET", undefined, last));
  }
}

/** One stream, event by event. */
export class McpStream {
  readonly response: Response;
  /** The id of the newest event that had one. */
  lastEventId = "";
  retryMs: number | null = null;
  comments = 0;
  readonly #events: EventSourceMessage[] = [];
  readonly #chunks: AsyncIterator<Uint8Array> | undefined;
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({
    onEvent: (event) => this.#events.push(event),
    onRetry: (ms) => {
      this.retryMs = ms;
    },
    onComment: () => {
      this.comments += 1;
    },
  });

  constructor(response: Response) {
    this.response = response;
    this.#chunks = response.body?.[Symbol.asyncIterator]();
  }

  /** The next event's message, `null` for one without data, `"end"` when the stream has ended. */
  async next(): Promise<McpMessage | null | "end"> {
    while (this.#events.length === 0) {
      if (!(await this.read())) return "end";
    }
    const event = this.#events.shift();
    if (event?.id !== undefined) this.lastEventId = event.id;
    return event?.data ? (JSON.parse(event.data) as McpMessage) : null;
  }

  /** Takes what has come; false when the stream has ended. */
  async read(): Promise<boolean> {
    const part = await this.#chunks?.next();
    if (part === undefined || part.done) return false;
    this.#parser.feed(this.#decoder.decode(part.value, { stream: true }));
    return true;
  }

  /** The result of the call, past everything that was said before it. */
  async result(): Promise<{ readonly text: string; readonly isError: boolean }> {
    for (;;) {
      const message = await this.next();
      if (message === "end") throw new Error("the stream ended without a result");
      const { result } = message ?? {};
      if (result === undefined) continue;
      const text = (result.content ?? []).map((part) => part.text).join("\n");
      return { text, isError: result.isError === true };
    }
  }

  async close(): Promise<void> {
    await this.#chunks?.return?.();
  }
}
