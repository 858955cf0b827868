import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Task } from "../../src/contract/task.ts";
import { own } from "../support/programs.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

const { cli } = own;
let server: TestServer;
let task: Task;
let runId: string;
let sessionDir: string;

beforeAll(async () => {
  server = await TestServer.start();
  const repo = makeRepo();
  await server.client.trust(repo);
  const started = await server.client.startFake(repo, "say: here\nuntil: /never/there");
  task = started.task;
  runId = started.run.id;
  await server.client.until(task.id, (now) => now.column === "running");
  const sessions = join(server.dataDir, "sessions");
  sessionDir = join(sessions, readdirSync(sessions)[0] ?? "");
});

afterAll(() => server.dispose());

function mcp(): { child: ChildProcess; next: () => Promise<Record<string, unknown>> } {
  const child = spawn(process.execPath, [cli, "mcp", sessionDir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let rest = "";
  let wake = (): void => undefined;
  child.stdout?.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  const next = async (): Promise<Record<string, unknown>> => {
    while (lines.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return JSON.parse(lines.shift() ?? "{}") as Record<string, unknown>;
  };
  return { child, next };
}

const send = (child: ChildProcess, message: Record<string, unknown>) =>
  child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

/** The next question of the task that is open. */
async function question(): Promise<Interaction> {
  await server.client.until(task.id, (now) => now.pendingInteractions > 0);
  const path = `/tasks/${task.id}/interactions/pending`;
  const reply = await server.client.get<{ interactions: Interaction[] }>(path);
  const [first] = reply.body.interactions;
  if (first === undefined) {
    throw new Error("nothing waits");
  }
  return first;
}

describe("ask_user", () => {
  test("reaches the person, survives a restart of the server, and brings the answer", async () => {
    const { child, next } = mcp();
    send(child, { id: 1, method: "initialize", params: { protocolVersion: "2025-06-18" } });
    expect(await next()).toMatchObject({ id: 1, result: { protocolVersion: "2025-06-18" } });
    send(child, { id: 2, method: "tools/list" });
    expect(await next()).toMatchObject({ result: { tools: [{ name: "ask_user" }] } });
    const args = { question: "Which port?", choices: ["80", "8080"] };
    send(child, { id: 3, method: "tools/call", params: { name: "ask_user", arguments: args } });
    const asked = await question();
    expect(asked).toMatchObject({ kind: "question", question: "Which port?", allowText: false });
    expect((await server.client.task(task.id)).column).toBe("blocked");
    await server.kill();
    server = await server.restart();
    const again = await question();
    expect(again.id).toBe(asked.id);
    const answer = { selected: ["8080"] };
    expect((await server.client.post(`/questions/${asked.id}/answer`, answer)).status).toBe(200);
    expect(await next()).toMatchObject({
      id: 3,
      result: { content: [{ type: "text", text: "8080" }], isError: false },
    });
    child.kill();
  }, 30_000);
});

describe("the session's token", () => {
  const call = (path: string, method = "GET", body?: unknown) =>
    fetch(server.client.base + path, {
      method,
      headers: {
        authorization: `Bearer ${readFileSync(join(sessionDir, "token"), "utf8")}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test("can ask and nothing else", async () => {
    for (const [method, path] of [
      ["GET", "/tasks"],
      ["GET", "/info"],
      ["GET", "/events"],
      ["GET", "/harnesses"],
      ["POST", `/tasks/${task.id}/start`],
      ["DELETE", `/tasks/${task.id}`],
      ["POST", `/runs/${runId}/cancel`],
      ["POST", `/approvals/${task.id}/answer`],
      ["POST", "/auth/code"],
      ["GET", `/tasks/${task.id}/interactions/pending`],
    ] as const) {
      const body = method === "POST" ? {} : undefined;
      expect(`${path} ${(await call(path, method, body)).status}`).toBe(`${path} 403`);
    }
  });

  test("is readable by its owner only, and no folder of the agent holds the app token", () => {
    expect(statSync(join(sessionDir, "token")).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(sessionDir)) {
      const path = join(sessionDir, name);
      if (statSync(path).isFile()) {
        expect(readFileSync(path, "utf8")).not.toContain(server.client.token);
      }
    }
    for (const line of readFileSync(join(sessionDir, "ref"), "utf8").split(/\s+/).slice(0, 1)) {
      const env = readFileSync(`/proc/${line}/environ`, "utf8");
      expect(env).not.toContain(server.client.token);
      // The facts of its worktree, and nothing else of ours.
      const facts = "BASE_SHA BRANCH NAME PORT PORTS PROJECT_ROOT TASK TASK_ID WORKTREE";
      const ours = [...env.matchAll(/(?<![A-Z_])AGETOR_(\w+)=/g)].map(([, name]) => name).sort();
      expect(ours).toEqual(facts.split(" "));
    }
  });

  test("dies with its session", async () => {
    await server.client.call("DELETE", `/tasks/${task.id}`);
    const body = { requestId: "01HZZZZZZZZZZZZZZZZZZZZZZ9", question: "Still there?" };
    expect((await call("/questions", "POST", body)).status).toBe(403);
  });
});
