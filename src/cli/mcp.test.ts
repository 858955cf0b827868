import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mcpTool } from "../contract/mcp.ts";
import { McpServer } from "./mcp.ts";

/** The bridge between an agent's pipes and a server that answers when the test says so. */
const sessionDir = mkdtempSync(join(tmpdir(), "agetor-mcp-"));
const socket = join(sessionDir, "s.sock");
writeFileSync(join(sessionDir, "token"), "secret");
writeFileSync(join(sessionDir, "socket"), socket);

let answer: PromiseWithResolvers<unknown>;
const requests: string[] = [];
const server = Bun.serve({
  unix: socket,
  fetch: async (request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    wake();
    return Response.json(request.method === "DELETE" ? {} : await answer.promise);
  },
});
const stop = new AbortController();
const said: Record<string, unknown>[] = [];
let wake = (): void => undefined;

const bridge = new McpServer({
  sessionDir,
  signal: stop.signal,
  beatMs: 20,
  write: (line) => {
    said.push(JSON.parse(line));
    wake();
  },
});

beforeEach(() => {
  answer = Promise.withResolvers();
  said.length = 0;
  requests.length = 0;
});
afterAll(async () => {
  stop.abort();
  await server.stop(true);
  rmSync(sessionDir, { recursive: true, force: true });
});

const hear = (message: object) => bridge.hear(JSON.stringify({ jsonrpc: "2.0", ...message }));
const call = (id: number, args: object, token?: number) =>
  hear({
    ...{ id, method: "tools/call" },
    params: {
      ...{ name: "ask_user", arguments: args },
      ...(token === undefined ? {} : { _meta: { progressToken: token } }),
    },
  });

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

describe("the stdio bridge", () => {
  test("speaks the protocol of the HTTP endpoint, without a server", () => {
    hear({ id: 1, method: "initialize", params: { protocolVersion: "2025-06-18" } });
    hear({ method: "notifications/initialized" });
    hear({ id: 2, method: "tools/list" });
    hear({ id: 3, method: "prompts/list" });
    bridge.hear("no json");
    call(4, {});
    expect(said).toMatchObject([
      { id: 1, result: { protocolVersion: "2025-06-18", serverInfo: { name: "agetor" } } },
      { id: 2, result: { tools: [mcpTool] } },
      { id: 3, error: { code: -32601 } },
      { id: 4, result: { isError: true } },
    ]);
    expect(requests).toEqual([]);
  });

  test("says that a call is under way to a client that wants to know", async () => {
    call(1, { question: "When?" }, 9);
    await until(() => said.length === 3);
    for (const message of said) {
      expect(message).toMatchObject({
        method: "notifications/progress",
        params: { progressToken: 9 },
      });
    }
    answer.resolve({ selected: [], text: "now" });
    await until(() => said.some((message) => message["id"] === 1));
    expect(said.at(-1)).toMatchObject({ result: { content: [{ text: "now" }], isError: false } });
  });

  test("takes a question back whose call is cancelled, and says nothing to it", async () => {
    call(5, { question: "Still?" });
    await until(() => requests.length === 1);
    hear({ method: "notifications/cancelled", params: { requestId: 5 } });
    await until(() => requests.length === 2);
    expect(requests).toEqual([
      "POST /questions",
      expect.stringMatching(/^DELETE \/questions\/[0-9A-Z]{26}$/),
    ]);
    expect(said).toEqual([]);
  });
});
