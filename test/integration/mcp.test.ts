import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Task } from "../../src/contract/task.ts";
import {
  type AtWork,
  agentAtWork,
  McpClient,
  McpStream,
  pendingOf,
  questionOf,
} from "../support/mcp.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;

beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo();
  await server.client.trust(repo);
});

afterAll(() => server.dispose());

/** An agent at work, and a client with the token of its session. */
async function agent(): Promise<AtWork & { readonly mcp: McpClient }> {
  const work = await agentAtWork(server, repo);
  const mcp = new McpClient(server.client.base, work.token);
  await mcp.open();
  return { ...work, mcp };
}

const pending = (task: Task) => pendingOf(server, task);
const question = (task: Task) => questionOf(server, task);

async function answer({ id }: Interaction, text: string): Promise<void> {
  const body = { selected: [], text };
  expect((await server.client.post(`/questions/${id}/answer`, body)).status).toBe(200);
}

async function restart(...clients: readonly McpClient[]): Promise<void> {
  const { base } = server.client;
  await server.kill();
  server = await server.restart();
  // The URL an agent was given stays good.
  expect(server.client.base).toBe(base);
  for (const client of clients) client.base = server.client.base;
}

describe("a question over HTTP", () => {
  test("reaches the person, and the agent gets the answer", async () => {
    const { task, mcp } = await agent();
    const stream = await mcp.ask(7, { question: "Which port?", choices: ["80", "8080"] });
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    const asked = await question(task);
    expect(asked).toMatchObject({
      ...{ kind: "question", question: "Which port?", choices: ["80", "8080"], allowText: false },
    });
    expect((await server.client.task(task.id)).column).toBe("blocked");
    const body = { selected: ["8080"] };
    expect((await server.client.post(`/questions/${asked.id}/answer`, body)).status).toBe(200);
    expect(await stream.next()).toBeNull();
    expect(stream.lastEventId).toStartWith(asked.id);
    const content = [{ type: "text", text: "8080" }];
    expect(await stream.next()).toEqual({
      ...{ jsonrpc: "2.0", id: 7, result: { content, isError: false } },
    } as never);
    expect(await stream.next()).toBe("end");
    await server.client.until(task.id, (now) => now.column === "running");
    // Behind the last event there is nothing to come back for.
    expect((await mcp.resume(stream.lastEventId)).response.status).toBe(405);
  });

  test("is answered in one piece to a client that takes no streams", async () => {
    const { task, mcp } = await agent();
    const params = { name: "ask_user", arguments: { question: "Name?" } };
    const accept = { accept: "application/json" };
    const reply = mcp.post({ id: "a", method: "tools/call", params }, accept);
    await answer(await question(task), "Ada");
    expect(await (await reply).json()).toMatchObject({
      id: "a",
      result: { content: [{ text: "Ada" }] },
    });
  });

  test("leaves the card when the call is cancelled", async () => {
    const { task, mcp } = await agent();
    const stream = await mcp.ask(1, { question: "Still?" });
    const asked = await question(task);
    expect((await mcp.cancel(2)).status).toBe(202);
    expect(await pending(task)).toHaveLength(1);
    expect((await mcp.cancel(1)).status).toBe(202);
    const now = await server.client.task(task.id);
    expect(now).toMatchObject({ column: "running", pendingInteractions: 0 });
    expect((await stream.result()).isError).toBe(true);
    const late = await server.client.post(`/questions/${asked.id}/answer`, { selected: ["x"] });
    expect(late.status).toBe(410);
  });

  test("that cannot be asked tells the model why", async () => {
    const { task, run, mcp } = await agent();
    for (const [args, why] of [
      [{}, "question"],
      [{ question: "  " }, "question"],
      [{ question: "x", choices: Array.from({ length: 21 }, String) }, "choices"],
    ] as const) {
      const params = { name: "ask_user", arguments: args };
      const reply = await mcp.post({ id: 1, method: "tools/call", params });
      const { result } = (await reply.json()) as { result: { isError: boolean } };
      expect(result.isError).toBe(true);
      expect(JSON.stringify(result)).toContain(why);
    }
    await mcp.ask(2, { question: "One?", choices: null, extra: 1 });
    const asked = await question(task);
    expect(asked).toMatchObject({ question: "One?", choices: null, allowText: true });
    const params = { name: "ask_user", arguments: { question: "Another?" } };
    const reused = await mcp.post({ id: 2, method: "tools/call", params });
    expect(await reused.text()).toContain("used for another question");
    await server.client.post(`/runs/${run.id}/cancel`);
    await server.client.ended(task.id, run.id);
    const over = await mcp.post({ id: 3, method: "tools/call", params });
    expect(await over.text()).toContain("has ended");
  });
});

describe("over a restart of the server", () => {
  test("a stream that broke is taken up again", async () => {
    const { task, mcp } = await agent();
    const stream = await mcp.ask(1, { question: "Survives?" });
    expect(await stream.next()).toBeNull();
    const asked = await question(task);
    await restart(mcp);
    expect((await question(task)).id).toBe(asked.id);
    const again = await mcp.resume(stream.lastEventId);
    await answer(asked, "It does");
    expect(await again.result()).toEqual({ text: "It does", isError: false });
    // Also when the answer came while nobody was there, and however often it is fetched.
    const later = await mcp.resume(stream.lastEventId);
    expect(await later.result()).toEqual({ text: "It does", isError: false });
  });

  test("a call that is sent again is the same question", async () => {
    const { task, mcp } = await agent();
    await (await mcp.ask(5, { question: "Twice?" })).next();
    const asked = await question(task);
    await restart(mcp);
    const again = await mcp.ask(5, { question: "Twice?" });
    expect((await question(task)).id).toBe(asked.id);
    await answer(asked, "Once");
    expect((await again.result()).text).toBe("Once");
    expect((await (await mcp.ask(5, { question: "Twice?" })).result()).text).toBe("Once");
  });

  test("a model that asks again under another id is heard once, and gets what was answered", async () => {
    const { task, mcp } = await agent();
    const args = { question: "Again?" };
    await (await mcp.ask(1, args)).next();
    const asked = await question(task);
    await restart(mcp);
    const second = await mcp.ask(2, args);
    await second.next();
    expect((await question(task)).id).toBe(asked.id);
    // A stream that its client has closed looks open for a moment; one of a killed server does not.
    await restart(mcp);
    await answer(asked, "Yes");
    const third = await mcp.ask(3, args);
    expect(await third.result()).toEqual({ text: "Yes", isError: false });
    // It was heard, so the next one is a new question; its cancelling is its own.
    await mcp.ask(4, args);
    const other = await question(task);
    expect(other.id).not.toBe(asked.id);
    await mcp.cancel(4);
    expect(await pending(task)).toEqual([]);
  });

  test("another client's ids begin anew", async () => {
    const { task, mcp } = await agent();
    const first = await mcp.ask(1, { question: "First?" });
    await answer(await question(task), "one");
    await first.result();
    await mcp.open();
    const second = await mcp.ask(1, { question: "First?" });
    await answer(await question(task), "two");
    expect((await second.result()).text).toBe("two");
  });
});

describe("the scripted agent", () => {
  test("asks over HTTP, and has its answer from the next server", async () => {
    const { task, run } = await server.client.startFake(repo, "ask: Which? | red | blue\nsay: on");
    const asked = await question(task);
    await restart();
    const body = { selected: ["blue"] };
    expect((await server.client.post(`/questions/${asked.id}/answer`, body)).status).toBe(200);
    const events = await server.client.ended(task.id, run.id);
    const [result] = events.filter((event) => event.type === "tool.result");
    expect(result?.data).toMatchObject({ status: "succeeded", output: "blue" });
    expect((await server.client.task(task.id)).column).toBe("review");
  }, 60_000);

  test("takes its question back when it is stopped", async () => {
    const { task, run } = await server.client.startFake(repo, "ask: Really?");
    await question(task);
    await server.client.post(`/runs/${run.id}/cancel`);
    const events = await server.client.ended(task.id, run.id);
    expect(events.filter((event) => event.type === "tool.result")).toHaveLength(1);
    expect(await pending(task)).toEqual([]);
  });
});

describe("whose question it is", () => {
  test("no other agent can take it back or hear its answer", async () => {
    const { task, mcp } = await agent();
    const stream = await mcp.ask(1, { question: "Mine?" });
    await stream.next();
    const asked = await question(task);
    const stranger = await agent();
    stranger.mcp.headers = { ...mcp.headers };
    await stranger.mcp.cancel(1);
    expect((await pending(task)).map((one) => one.id)).toEqual([asked.id]);
    const heard = await stranger.mcp.resume(stream.lastEventId);
    expect((await heard.result()).isError).toBe(true);
    await answer(asked, "Yours");
    expect((await stream.result()).text).toBe("Yours");
  });

  test("the token of a session that has ended opens nothing", async () => {
    const { task, mcp } = await agent();
    const stream = await mcp.ask(1, { question: "Gone?" });
    await question(task);
    await server.client.call("DELETE", `/tasks/${task.id}`);
    expect((await stream.result()).isError).toBe(true);
    const list = { id: 1, method: "tools/list" };
    expect((await mcp.post(list)).status).toBe(403);
    expect((await mcp.resume(stream.lastEventId)).response.status).toBe(403);
    expect((await mcp.send("DELETE")).status).toBe(405);
  });

  test("a person's token asks nobody", async () => {
    const mcp = new McpClient(server.client.base, server.client.token);
    await mcp.open();
    const params = { name: "ask_user", arguments: { question: "Me?" } };
    const reply = await mcp.post({ id: 1, method: "tools/call", params });
    expect(await reply.json()).toMatchObject({ result: { isError: true } });
    const heard = new McpStream(await mcp.send("GET", undefined, { "last-event-id": "x.y" }));
    expect(heard.response.status).toBe(404);
  });
});
