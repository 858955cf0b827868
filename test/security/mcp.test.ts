import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mcpTool } from "../../src/contract/mcp.ts";
import { McpClient, type McpMessage } from "../support/mcp.ts";
import { rawRequest } from "./support/raw.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

/** What the endpoint says, to whom, and for how long. What becomes of a question: test/integration. */
let server: TestServer;
const session = "s".repeat(43);
/** Faster than the second after which a connection that says nothing is ended. */
const pingMs = 100;

function begin(): TestServer {
  const started = startServer({ pingMs, idleSeconds: 1 });
  started.engine.authStore.addSession(session);
  return started;
}

beforeAll(() => {
  server = begin();
});
afterAll(() => server.stop());

async function client(version?: string): Promise<McpClient> {
  const made = new McpClient(server.base, session);
  await made.open(version);
  return made;
}

const call = (id: unknown, args: unknown = { question: "Which?" }) => ({
  ...{ jsonrpc: "2.0", id, method: "tools/call" },
  params: { name: "ask_user", arguments: args },
});
const messageOf = async (reply: Promise<Response>): Promise<McpMessage> =>
  (await (await reply).json()) as McpMessage;

describe("an MCP client", () => {
  test.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])("of %s", async (version) => {
    const mcp = new McpClient(server.base, session);
    const hello = await mcp.open(version);
    expect(hello).toMatchObject({ id: "hello", result: { protocolVersion: version } });
    expect(hello.result).toMatchObject({ capabilities: { tools: {} }, serverInfo: {} });
    expect((await mcp.post({ method: "notifications/initialized" })).status).toBe(202);
    const listed = await messageOf(mcp.post({ id: 1, method: "tools/list" }));
    expect(listed).toEqual({ jsonrpc: "2.0", id: 1, result: { tools: [mcpTool] } } as never);
    expect(await messageOf(mcp.post({ id: "p", method: "ping" }))).toMatchObject({ result: {} });
  });

  test("of a revision we do not speak is offered the newest, and may fall back", async () => {
    const mcp = new McpClient(server.base, session);
    const hello = await mcp.open("2026-07-28");
    expect(hello.result?.["protocolVersion"]).toBe("2025-11-25");
    const probe = { id: 1, method: "server/discover" };
    const newer = { "mcp-protocol-version": "2026-07-28" };
    expect((await mcp.post(probe, newer)).status).toBe(400);
  });

  test("has to introduce itself, and does so anew when it is not known", async () => {
    const mcp = new McpClient(server.base, session);
    const list = { id: 1, method: "tools/list" };
    expect((await mcp.post(list)).status).toBe(400);
    expect((await mcp.post(list, { "mcp-session-id": "someone" })).status).toBe(404);
    await mcp.open();
    expect((await mcp.post(list)).status).toBe(200);
    const first = mcp.headers["mcp-session-id"];
    await mcp.open();
    expect(mcp.headers["mcp-session-id"]).not.toBe(first ?? "");
  });

  test("is told what is not there", async () => {
    const mcp = await client();
    const unknown = await messageOf(mcp.post({ id: 1, method: "resources/list" }));
    expect(unknown.error?.code).toBe(-32601);
    const tool = { id: 2, method: "tools/call", params: { name: "rm" } };
    expect((await messageOf(mcp.post(tool))).error?.code).toBe(-32602);
    for (const body of [{}, [], 7, { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: {}, method: "x" }]) {
      expect((await mcp.send("POST", body)).status).toBe(400);
    }
    // An answer to nothing we asked.
    expect((await mcp.post({ id: 9, result: {} })).status).toBe(202);
  });

  test("has nothing to listen to, and nothing to end", async () => {
    const mcp = await client();
    expect((await mcp.send("GET")).status).toBe(405);
    expect((await mcp.send("DELETE")).status).toBe(405);
    expect((await mcp.resume("nonsense")).response.status).toBe(404);
  });

  test("of 2025-03-26 may send several messages at once", async () => {
    const mcp = await client("2025-03-26");
    const ping = (id: number) => ({ jsonrpc: "2.0", id, method: "ping" });
    const both = await mcp.send("POST", [ping(1), ping(2)]);
    expect(((await both.json()) as McpMessage[]).map(({ id }) => id)).toEqual([1, 2]);
    const told = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect((await mcp.send("POST", [told])).status).toBe(202);
  });
});

describe("a call that takes its time", () => {
  afterEach(async () => {
    await server.stop();
    server = begin();
  });

  test("is kept alive by progress that rises, until its answer comes", async () => {
    const mcp = await client();
    const stream = await mcp.ask(1, { question: "When?" }, "tok");
    expect(await stream.next()).toBeNull();
    expect(stream.retryMs).toBe(10_000);
    const steps: number[] = [];
    // Three times as long as a silent connection may last.
    while (steps.length < 30) {
      const message = await stream.next();
      if (message === null || message === "end") throw new Error("no sign of life");
      expect(message).toMatchObject({
        ...{ method: "notifications/progress", params: { progressToken: "tok" } },
      });
      steps.push(message.params?.progress ?? -1);
    }
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBe(steps.length);
    server.engine.answerQuestions({ selected: ["now"], text: "at once" });
    expect(await stream.result()).toEqual({ text: "now\nat once", isError: false });
    expect(await stream.next()).toBe("end");
  });

  test("of a client that wants no progress is kept alive by comments", async () => {
    const mcp = await client();
    const stream = await mcp.ask(1, { question: "When?" });
    while (stream.comments < 30) expect(await stream.read()).toBe(true);
    server.engine.answerQuestions({ selected: ["now"] });
    expect((await stream.result()).text).toBe("now");
  });

  test("waits in one piece, too", async () => {
    const mcp = await client();
    const watch = await mcp.ask("watch", { question: "When?" }, 0);
    const whole = mcp.post(call(2), { accept: "application/json" });
    for (let beat = 0; beat < 30; beat += 1) await watch.next();
    server.engine.answerQuestions({ selected: ["now"] });
    expect(await messageOf(whole)).toMatchObject({ id: 2, result: { isError: false } });
  });

  test("gives older clients an id only with a message", async () => {
    const mcp = await client("2025-06-18");
    const silent = await mcp.ask(1, { question: "A?" });
    while (silent.comments < 3) expect(await silent.read()).toBe(true);
    const told = await mcp.ask(2, { question: "B?" }, 5);
    expect(await told.next()).toMatchObject({ params: { progressToken: 5, progress: 0 } });
    expect(told.lastEventId).not.toBe("");
    const again = await mcp.resume(told.lastEventId);
    expect(await again.next()).toMatchObject({ params: { progressToken: 5 } });
    server.engine.answerQuestions({ selected: ["now"] });
    for (const stream of [told, again]) expect((await stream.result()).text).toBe("now");
    const result = await silent.next();
    expect(result).toMatchObject({ id: 1 });
  });

  test("comes with what was asked beside it", async () => {
    const mcp = await client("2025-03-26");
    const bodies = [{ jsonrpc: "2.0", id: 1, method: "ping" }, call(2), call(3, {})];
    const reply = await mcp.send("POST", bodies);
    server.engine.answerQuestions({ selected: ["now"] });
    const text = await reply.text();
    const ids = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data).id);
    expect(ids).toEqual([1, 3, 2]);
  });

  test("is not taken back when its connection breaks, only when it is cancelled", async () => {
    const mcp = await client();
    const stream = await mcp.ask(1, { question: "Here?" });
    await stream.next();
    await stream.close();
    await server.pendingAtMost(0);
    expect(server.engine.withdrawn).toEqual([]);
    await mcp.cancel(1);
    expect(server.engine.withdrawn).toEqual(server.engine.asked.map((one) => one.requestId));
  });
});

describe("who may call it", () => {
  const body = JSON.stringify(call(1));
  const send = (method: string, headers: readonly (readonly [string, string])[], path = "/mcp") =>
    rawRequest(
      server.port,
      `${method} ${path} HTTP/1.1`,
      [
        ...(headers.some(([name]) => name === "Host")
          ? []
          : [["Host", `127.0.0.1:${server.port}`] as const]),
        ["Mcp-Session-Id", "01J00000000000000000000000"],
        ...(method === "POST" ? [["Content-Type", "application/json"] as const] : []),
        ...headers,
      ],
      method === "POST" ? body : undefined,
    );
  const bearer = ["Authorization", `Bearer ${session}`] as const;

  test.each(["POST", "GET"])("%s: no page, and nobody by another name", async (method) => {
    const before = server.engine.asked.length;
    expect((await send(method, [["Host", "evil.test"], bearer])).status).toBe(421);
    for (const origin of ["http://evil.test", "null", "http://127.0.0.1:1"]) {
      expect((await send(method, [["Origin", origin], bearer])).status).toBe(403);
    }
    const site = ["Sec-Fetch-Site", "cross-site"] as const;
    expect((await send(method, [site, bearer])).status).toBe(403);
    expect(server.engine.asked).toHaveLength(before);
  });

  test.each(["POST", "GET"])("%s: nobody without a token in the header", async (method) => {
    expect((await send(method, [])).status).toBe(401);
    expect((await send(method, [], `/mcp?token=${session}`)).status).toBe(401);
    expect((await send(method, [], `/mcp?token=${token}`)).status).toBe(401);
  });

  test("nothing it says may be kept or framed, and no other page may read it", async () => {
    const mcp = await client();
    const replies = [
      await mcp.post({ id: 1, method: "ping" }),
      await mcp.post({ method: "notifications/initialized" }),
      (await mcp.ask(2, { question: "Which?" })).response,
      await mcp.send("GET"),
    ];
    for (const { headers } of replies) {
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
