import { readFileSync } from "node:fs";
import type { AskUserArguments } from "../../contract/ask-user.ts";

/** Where an agent finds its person over HTTP MCP. */
export interface McpDoor {
  readonly url: string;
  /** The file with the bearer token, read at every request. */
  readonly tokenPath: string;
}

export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
}

/** Until the server says otherwise, in milliseconds. */
const defaultRetryMs = 1000;
const version = "2025-11-25";
const callId = 1;

type Send = (method: "GET" | "POST", body: object | null, more?: object) => Promise<Response>;

/**
 * Calls `ask_user` as an agent does whose only MCP servers are streamable HTTP ones (2025-11-25). A
 * stream that breaks is taken up again for as long as it takes; null when `signal` gives up on it,
 * which is said to the server.
 */
export async function askOverMcp(
  door: McpDoor,
  question: AskUserArguments,
  signal: AbortSignal,
): Promise<ToolResult | null> {
  const send = senderOf(door);
  const hello = { protocolVersion: version, capabilities: {}, clientInfo: { name: "fake" } };
  const opened = await send("POST", { id: 0, method: "initialize", params: hello });
  const client = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
  await send("POST", { method: "notifications/initialized" }, client);
  const params = { name: "ask_user", arguments: question, _meta: { progressToken: callId } };
  const stream = new BrokenStream();
  const call = () => send("POST", { id: callId, method: "tools/call", params }, client);
  // The server may end before it has answered with a stream, or before the stream has said its place:
  // the call has the same id again.
  const resume = () => {
    const { place } = stream;
    return place === null ? call() : send("GET", null, { ...client, "last-event-id": place });
  };
  let response = await call().catch(() => again(call, stream, signal));
  for (;;) {
    const result = await stream.read(response, signal);
    if (result !== null) return result;
    if (signal.aborted) {
      const cancelled = { method: "notifications/cancelled", params: { requestId: callId } };
      await send("POST", cancelled, client);
      return null;
    }
    response = await again(resume, stream, signal);
  }
}

function senderOf({ url, tokenPath }: McpDoor): Send {
  return (method, body, more = {}) =>
    fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${readFileSync(tokenPath, "utf8").trim()}`,
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": version,
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...more,
      },
      ...(body === null ? {} : { body: JSON.stringify({ jsonrpc: "2.0", ...body }) }),
    });
}

/** Tries until the server is back; an aborted wait answers an empty stream. */
async function again(
  connect: () => Promise<Response>,
  { retryMs }: BrokenStream,
  signal: AbortSignal,
): Promise<Response> {
  while (!signal.aborted) {
    await pause(retryMs, signal);
    try {
      return await connect();
    } catch {
      // Nobody listens at the moment.
    }
  }
  return new Response("");
}

/** The events of one call, over as many connections as it takes. */
class BrokenStream {
  retryMs = defaultRetryMs;
  #place: string | null = null;

  /** The id of its last event; null before the first. */
  get place(): string | null {
    return this.#place;
  }

  /** The result, or null when the connection ended without one. */
  async read(response: Response, signal: AbortSignal): Promise<ToolResult | null> {
    if (!response.ok) throw new Error(`MCP answered ${response.status}: ${await response.text()}`);
    const reader = response.body?.getReader();
    const stop = (): void => void reader?.cancel().catch(() => undefined);
    signal.addEventListener("abort", stop, { once: true });
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for (;;) {
        const part = await reader?.read();
        if (part === undefined || part.done) return null;
        const events = (rest + decoder.decode(part.value, { stream: true })).split("\n\n");
        rest = events.pop() ?? "";
        const result = events.map((one) => this.#take(one)).find((one) => one !== null);
        if (result !== undefined) return result;
      }
    } catch {
      return null;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #take(event: string): ToolResult | null {
    let data = "";
    for (const line of event.split("\n")) {
      const [name, value = ""] = line.split(/: ?(.*)/s);
      if (name === "id") this.#place = value;
      if (name === "retry") this.retryMs = Number(value);
      if (name === "data") data += value;
    }
    return data === "" ? null : resultOf(JSON.parse(data));
  }
}

interface RpcAnswer {
  readonly id?: unknown;
  readonly result?: { readonly content: readonly { text: string }[]; readonly isError: boolean };
  readonly error?: { readonly message: string };
}

function resultOf({ id, result, error }: RpcAnswer): ToolResult | null {
  if (id !== callId) return null;
  if (result === undefined) return { text: error?.message ?? "", isError: true };
  return { text: result.content.map(({ text }) => text).join("\n"), isError: result.isError };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
  });
}
