import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askOverMcp } from "./mcp-client.ts";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agetor-mcp-client-"));
  writeFileSync(join(dir, "token"), "secret\n");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const events = (text: string) =>
  new Response(text, { headers: { "content-type": "text/event-stream" } });
const result = { content: [{ text: "blue" }], isError: false };
const answer = `id: 2\ndata: ${JSON.stringify({ id: 1, result })}\n\n`;

/** Asks a server that answers the call, and what takes it up again, with these streams in turn. */
async function asked(...streams: readonly string[]): Promise<string[]> {
  const seen: string[] = [];
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const body = request.method === "GET" ? {} : await request.json();
      const { method = null } = body as { method?: string };
      if (method === "initialize")
        return Response.json({}, { headers: { "mcp-session-id": "me" } });
      if (method === "notifications/initialized") return new Response(null, { status: 202 });
      const place = request.headers.get("last-event-id");
      seen.push(method ?? `from ${place}`);
      return events(streams[seen.length - 1] ?? "");
    },
  });
  const door = { url: `${server.url}mcp`, tokenPath: join(dir, "token") };
  const question = { question: "Which?", choices: ["red", "blue"] };
  const heard = await askOverMcp(door, question, new AbortController().signal);
  expect(heard).toEqual({ text: "blue", isError: false });
  return seen;
}

test("a stream that ends is taken up behind its last event", async () => {
  expect(await asked("id: 1\nretry: 1\n\n", answer)).toEqual(["tools/call", "from 1"]);
});

test("a call whose stream ends before its first event is made again", async () => {
  expect(await asked("retry: 1\n\n", answer)).toEqual(["tools/call", "tools/call"]);
});
