import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";

import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { git, makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;

beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo();
  await server.client.trust(repo);
});

afterAll(() => server.dispose());

const types = (events: readonly Event[]) => events.map((event) => event.type);
const flag = (name: string) => join(scratch("flag"), name);

describe("a task", () => {
  test("goes from its prompt to review in a worktree of its own", async () => {
    const { client } = server;
    const started = await client.startFake(
      repo,
      "think: hm\nsay: hello\nwrite: a.txt | one\nrun: ls",
    );
    expect(started.task.column).toBe("ready");
    expect(started.run.status).toBe("queued");
    const events = await client.ended(started.task.id, started.run.id);
    const task = await client.task(started.task.id);
    expect(task).toMatchObject({ column: "review", runStatus: "succeeded", unread: true });
    expect(task.branch).toMatch(/^agetor\/[0-9a-z]{5}-/);
    expect(task.worktreePath).toBe(join(realpathSync(server.dataDir), "worktrees", task.id));
    expect(readFileSync(join(task.worktreePath ?? "", "a.txt"), "utf8")).toBe("one\n");
    expect(existsSync(join(repo, "a.txt"))).toBe(false);
    expect(git(repo, "rev-parse", `refs/agetor/base/${task.id}`)).toBe(task.baseSha ?? "");
    const shown = types(events).filter((type) => !type.endsWith(".upserted"));
    expect(shown).toEqual([
      "user.message",
      "session.started",
      "assistant.thinking",
      "assistant.text",
      "tool.call",
      "tool.result",
      "tool.call",
      "tool.result",
      "usage.updated",
      "turn.ended",
    ]);
  });

  test("takes a follow-up as a new run of the same session", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "say: one");
    await client.ended(task.id, run.id);
    const reply = await client.post<{ run: Run }>(`/runs/${run.id}/input`, { text: "say: two" });
    expect(reply.status).toBe(202);
    await client.ended(task.id, reply.body.run.id);
    const runs = await client.runs(task.id);
    expect(runs.map((one) => one.status)).toEqual(["succeeded", "succeeded"]);
    expect(runs[0]?.sessionRef).toBe(runs[1]?.sessionRef ?? "");
    expect(runs[0]?.sessionRef).not.toBeNull();
  });

  test("queues what is said while it works, and sends it when idle, one run each", async () => {
    const { client } = server;
    const go = flag("go");
    const { task, run } = await client.startFake(repo, `until: ${go}\nsay: first`);
    await client.until(task.id, (now) => now.column === "running");
    for (const text of ["say: second", "say: third"]) {
      const reply = await client.post(`/runs/${run.id}/input`, { text });
      expect(reply.body).toHaveProperty("queued");
    }
    expect((await client.task(task.id)).queuedMessages).toBe(2);
    const again = await client.post(`/tasks/${task.id}/start`);
    expect(again.status).toBe(409);
    writeFileSync(go, "");
    await client.until(task.id, (now) => now.queuedMessages === 0 && now.column === "review");
    const runs = await client.runs(task.id);
    expect(runs.map((one) => one.prompt)).toEqual([
      "say: third",
      "say: second",
      `until: ${go}\nsay: first`,
    ]);
  });

  test("stops when told, says so, and goes on with the same session", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, `until: ${flag("never")}`);
    await client.until(task.id, (now) => now.column === "running");
    const stopped = await client.post<{ run: Run }>(`/runs/${run.id}/cancel`);
    expect(stopped.status).toBe(202);
    await client.ended(task.id, run.id);
    const after = await client.task(task.id);
    expect(after).toMatchObject({ column: "ready", runStatus: "cancelled" });
    expect(after.failure?.code).toBe("cancelled");
    expect((await client.post(`/runs/${run.id}/cancel`)).status).toBe(202);
    const next = await client.post<{ run: Run }>(`/runs/${run.id}/input`, { text: "say: on" });
    await client.ended(task.id, next.body.run.id);
    const runs = await client.runs(task.id);
    expect(runs[0]?.sessionRef).toBe(runs[1]?.sessionRef ?? "");
  });

  test("says why it failed, and what to do", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "say: x\nfail: the model said no");
    await client.ended(task.id, run.id);
    const after = await client.task(task.id);
    expect(after).toMatchObject({ column: "ready", runStatus: "failed" });
    expect(after.failure?.message).toBe("the model said no");
    expect(after.failure?.hint).not.toBeNull();
  });

  test("survives its agent: the next message resumes the conversation", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "say: x\nexit: 3");
    await client.ended(task.id, run.id);
    const failed = await client.task(task.id);
    expect(failed.failure?.code).toBe("agent_exited");
    expect((await client.runs(task.id))[0]?.exitCode).toBe(3);
    const next = await client.post<{ run: Run }>(`/runs/${run.id}/input`, { text: "say: back" });
    const events = await client.ended(task.id, next.body.run.id);
    expect(events.some((e) => e.type === "session.started" && resumed(e))).toBe(true);
    expect((await client.task(task.id)).column).toBe("review");
  });

  test("takes another model from the next message on, in the same conversation", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "say: one");
    await client.ended(task.id, run.id);
    await client.call("PATCH", `/tasks/${task.id}`, { model: "other" });
    const next = await client.post<{ run: Run }>(`/runs/${run.id}/input`, { text: "say: two" });
    const events = await client.ended(task.id, next.body.run.id);
    const started = events
      .filter((event) => event.type === "session.started")
      .map((event) => event.data as { model: string; resumed: boolean; sessionRef: string });
    expect(started).toMatchObject([
      { model: "script", resumed: false },
      { model: "other", resumed: true },
    ]);
    expect(new Set(started.map((one) => one.sessionRef)).size).toBe(1);
  });

  test("keeps every line an unknown agent says", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, 'emit: {"t":"novel","x":1}\nemit: not json');
    const events = await client.ended(task.id, run.id);
    const raw = events.filter((event) => event.type === "raw");
    expect(raw.map((event) => (event.data as { payload: unknown }).payload)).toEqual([
      '{"t":"novel","x":1}',
      "not json",
    ]);
  });

  test("shows its changes since the base", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "write: b.txt | x\nwrite: README.md | new");
    await client.ended(task.id, run.id);
    const reply = await client.get<{
      changes: { files: { path: string; status: string }[]; additions: number };
    }>(`/tasks/${task.id}/changes`);
    expect(reply.body.changes.files.map((file) => file.path).sort()).toEqual([
      "README.md",
      "b.txt",
    ]);
    const counted = await client.until(task.id, (now) => now.stats?.files === 2);
    expect(counted.stats).toMatchObject({ additions: 2, deletions: 1 });
  });

  test("cuts a huge output and keeps the whole of it", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(
      repo,
      "run: head -c 100000 /dev/zero | tr '\\0' x",
    );
    const events = await client.ended(task.id, run.id);
    const result = events.find((event) => event.type === "tool.result")?.data as {
      truncated: boolean;
      blobId: string;
      output: string;
    };
    expect(result.truncated).toBe(true);
    expect(result.output.length).toBeLessThan(20_000);
    const whole = await fetch(`${client.base}/blobs/${result.blobId}`, {
      headers: { authorization: `Bearer ${client.token}` },
    });
    expect(await whole.text()).toBe("x".repeat(100_000));
  });
});

describe("deleting", () => {
  test("keeps uncommitted and unmerged work, and brings it back", async () => {
    const { client } = server;
    const prompt = [
      "write: committed.txt | c",
      "run: git add -A && git -c user.name=a -c user.email=a@b.c commit -q -m work",
      "write: open.txt | o",
      "write: README.md | changed",
    ].join("\n");
    const { task, run } = await client.startFake(repo, prompt);
    await client.ended(task.id, run.id);
    const before = await client.task(task.id);
    const deleted = await client.call<{
      trash: { ref: string; dirtyFiles: number; unmergedCommits: number };
    }>("DELETE", `/tasks/${task.id}`);
    expect(deleted.body).toMatchObject({
      deleted: true,
      trash: { ref: `refs/agetor/trash/${task.id}`, dirtyFiles: 2, unmergedCommits: 1 },
    });
    expect(existsSync(before.worktreePath ?? "")).toBe(false);
    expect(git(repo, "branch", "--list", before.branch ?? "")).toBe("");
    expect((await client.get(`/tasks/${task.id}`)).status).toBe(404);
    const restored = await client.post<{ task: Task }>(`/tasks/${task.id}/restore`);
    expect(restored.status).toBe(200);
    const path = restored.body.task.worktreePath ?? "";
    expect(readFileSync(join(path, "open.txt"), "utf8")).toBe("o\n");
    expect(git(path, "status", "--porcelain").split("\n").sort()).toEqual([
      "?? open.txt",
      "M README.md",
    ]);
    expect(git(path, "log", "-1", "--format=%s")).toBe("work");
    const next = await client.post<{ run: Run }>(`/runs/${run.id}/input`, { text: "say: again" });
    await client.ended(task.id, next.body.run.id);
  });

  test("ends a working agent and leaves no process", async () => {
    const { client } = server;
    const pidFile = flag("pid");
    const { task } = await client.startFake(
      repo,
      `run: echo $PPID > ${pidFile}\nuntil: /never/there`,
    );
    await client.events(`/tasks/${task.id}/events`, (event) => event.type === "tool.result");
    const pid = Number(readFileSync(pidFile, "utf8"));
    const deleted = await client.call("DELETE", `/tasks/${task.id}`);
    expect(deleted.status).toBe(200);
    expect(() => process.kill(pid, 0)).toThrow();
  });
});

describe("retries", () => {
  test("the same key gives the first answer, once; another body is refused", async () => {
    const { client } = server;
    const key = "01HZZZZZZZZZZZZZZZZZZZZZZ1";
    const body = { workdir: repo, prompt: "say: once", agent: "fake", start: true };
    const headers = { "idempotency-key": key };
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => client.post<{ task: Task }>("/tasks", body, headers)),
    );
    expect(new Set(replies.map((reply) => reply.body.task.id)).size).toBe(1);
    expect(replies.every((reply) => reply.status === 201)).toBe(true);
    const other = await client.post("/tasks", { ...body, prompt: "say: twice" }, headers);
    expect(other).toMatchObject({ status: 409, body: { code: "key_reused" } });
  });

  test("a client-made id is the same task again, or a conflict", async () => {
    const { client } = server;
    const body = {
      id: "01HZZZZZZZZZZZZZZZZZZZZZZ2",
      workdir: repo,
      prompt: "say: x",
      agent: "fake",
    };
    expect((await client.post("/tasks", body)).status).toBe(201);
    expect((await client.post("/tasks", body)).status).toBe(201);
    const other = await client.post("/tasks", { ...body, prompt: "say: y" });
    expect(other).toMatchObject({ status: 409, body: { code: "already_exists" } });
  });
});

describe("twenty tasks in one repository at once", () => {
  test("each get their own worktree and branch", async () => {
    const { client } = server;
    const started = await Promise.all(
      Array.from({ length: 20 }, (_, n) => client.startFake(repo, `write: f.txt | ${n}`)),
    );
    await Promise.all(started.map(({ task, run }) => client.ended(task.id, run.id)));
    const tasks = await Promise.all(started.map(({ task }) => client.task(task.id)));
    expect(new Set(tasks.map((task) => task.worktreePath)).size).toBe(20);
    expect(new Set(tasks.map((task) => task.branch)).size).toBe(20);
    expect(
      tasks.map((task) => readFileSync(join(task.worktreePath ?? "", "f.txt"), "utf8")),
    ).toEqual(tasks.map((_, n) => `${n}\n`));
  }, 60_000);
});

function resumed(event: Event): boolean {
  return (event.data as { resumed: boolean }).resumed;
}
