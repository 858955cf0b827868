import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;

afterEach(() => server.dispose());

const text = (event: Event) => (event.data as { text: string }).text;
const flag = (name: string) => join(scratch("flag"), name);

async function prepared(): Promise<string> {
  server = await TestServer.start();
  const repo = makeRepo();
  await server.client.trust(repo);
  return repo;
}

describe("a killed server", () => {
  test("ten times over, while agents speak: every line once, in order", async () => {
    const repo = await prepared();
    const gates = Array.from({ length: 10 }, (_, n) => flag(`gate${n}`));
    const prompt = gates
      .flatMap((gate, n) => [`say: a${n}`, `say: b${n}`, `until: ${gate}`])
      .concat("say: end")
      .join("\n");
    const started = await Promise.all(
      Array.from({ length: 4 }, () => server.client.startFake(repo, prompt)),
    );
    for (const [n, gate] of gates.entries()) {
      const spoke = (event: Event) => event.type === "assistant.text" && text(event) === `b${n}`;
      await Promise.all(
        started.map(({ task }) => server.client.events(`/tasks/${task.id}/events`, spoke)),
      );
      await server.kill();
      // The agents go on while nobody reads.
      writeFileSync(gate, "");
      server = await server.restart();
    }
    for (const { task, run } of started) {
      const events = await server.client.ended(task.id, run.id);
      const said = events.filter((event) => event.type === "assistant.text").map(text);
      const wanted = gates.flatMap((_, n) => [`a${n}`, `b${n}`]).concat("end");
      expect(said).toEqual(wanted);
      expect((await server.client.task(task.id)).column).toBe("review");
    }
  }, 60_000);

  test("from before the end until after it: the card stands in Review at the restart", async () => {
    const repo = await prepared();
    const go = flag("go");
    const done = flag("done");
    const prompt = `until: ${go}\nsay: late\nrun: touch ${done}`;
    const { task, run } = await server.client.startFake(repo, prompt);
    await server.client.until(task.id, (now) => now.column === "running");
    await server.kill();
    writeFileSync(go, "");
    while (!existsSync(done)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    server = await server.restart();
    await server.client.ended(task.id, run.id);
    expect((await server.client.task(task.id)).column).toBe("review");
  });

  test("whose agent ended meanwhile says so, and the next message resumes", async () => {
    const repo = await prepared();
    const pidFile = flag("pid");
    const prompt = `run: echo $PPID > ${pidFile}\nuntil: /never/there`;
    const { task, run } = await server.client.startFake(repo, prompt);
    await server.client.events(`/tasks/${task.id}/events`, (event) => event.type === "tool.result");
    await server.kill();
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
    server = await server.restart();
    await server.client.ended(task.id, run.id);
    const lost = await server.client.task(task.id);
    expect(lost).toMatchObject({ column: "ready", runStatus: "orphaned" });
    expect(lost.failure?.hint).toContain("resume");
    const reply = await server.client.post<{ run: Run }>(`/runs/${run.id}/input`, {
      text: "say: back",
    });
    await server.client.ended(task.id, reply.body.run.id);
    expect((await server.client.task(task.id)).column).toBe("review");
  });

  test("a stream resumes behind its last event, without gap or repeat", async () => {
    const repo = await prepared();
    const go = flag("go");
    const { task, run } = await server.client.startFake(repo, `say: one\nuntil: ${go}\nsay: two`);
    const path = `/events?task=${task.id}&after=0`;
    const before = await server.client.events(path, (event) => event.type === "assistant.text");
    const last = before.at(-1)?.seq ?? 0;
    await server.kill();
    server = await server.restart();
    writeFileSync(go, "");
    const resumed = { "last-event-id": String(last) };
    const over = (event: Event) => event.type === "turn.ended";
    const after = await server.client.events(`/events?task=${task.id}`, over, resumed);
    await server.client.ended(task.id, run.id);
    const whole = await server.client.events(path, over);
    expect([...before, ...after].map((event) => event.seq)).toEqual(
      whole.map((event) => event.seq),
    );
  });
});

describe("a start", () => {
  test("ends agents of ours that no row knows, and reports them", async () => {
    const repo = await prepared();
    const pidFile = flag("pid");
    const { task } = await server.client.startFake(
      repo,
      `run: echo $PPID > ${pidFile}\nuntil: /never/there`,
    );
    await server.client.events(`/tasks/${task.id}/events`, (event) => event.type === "tool.result");
    const pid = Number(readFileSync(pidFile, "utf8"));
    await server.kill();
    // A database of another life: the agent's row is gone.
    for (const name of ["agetor.sqlite", "agetor.sqlite-wal", "agetor.sqlite-shm", "closed.json"]) {
      await Bun.file(join(server.dataDir, name))
        .delete()
        .catch(() => undefined);
    }
    server = await server.restart();
    const notices = await server.client.events("/events?after=0", (e) => e.type === "notice");
    expect(() => process.kill(pid, 0)).toThrow();
    expect(notices.at(-1)?.data).toMatchObject({ code: "leftovers_ended" });
  });

  test("on a data directory in use is refused, and names the other", async () => {
    await prepared();
    const second = TestServer.start({ dataDir: server.dataDir });
    await expect(second).rejects.toThrow(String(server.process.pid));
  });

  test("answers SIGTERM within seconds and leaves its agents alive", async () => {
    const repo = await prepared();
    const pidFile = flag("pid");
    const prompt = `run: echo $PPID > ${pidFile}\nuntil: /never/there`;
    const { task } = await server.client.startFake(repo, prompt);
    await server.client.events(`/tasks/${task.id}/events`, (event) => event.type === "tool.result");
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(server.dataDir, "agetor-core.json"))).toBe(false);
    const pid = Number(readFileSync(pidFile, "utf8"));
    expect(process.kill(pid, 0)).toBe(true);
    server = await server.restart();
    expect((await server.client.task(task.id)).column).toBe("running");
  });
});

describe("trust", () => {
  test("is asked once per content, with the list of files", async () => {
    server = await TestServer.start();
    const repo = makeRepo({ "README.md": "x", ".claude/settings.json": "{}" });
    const body = { workdir: repo, prompt: "say: hi", agent: "fake" };
    const created = await server.client.post<{ task: { id: string } }>("/tasks", body);
    const start = () =>
      server.client.post<{
        code: string;
        details: { hash: string; path: string; files: { path: string }[] };
      }>(`/tasks/${created.body.task.id}/start`);
    const refused = await start();
    expect(refused).toMatchObject({ status: 422, body: { code: "trust_required" } });
    expect(refused.body.details.files.map((file) => file.path)).toEqual([".claude/settings.json"]);
    const { path, hash } = refused.body.details;
    const wrong = await server.client.post("/projects/trust", { path, hash: "0".repeat(64) });
    expect(wrong.status).toBe(409);
    expect((await server.client.post("/projects/trust", { path, hash })).status).toBe(200);
    expect((await start()).status).toBe(202);
  });
});

describe("folders that are not repositories with commits", () => {
  test("run without a worktree, or say why they cannot have one", async () => {
    server = await TestServer.start();
    const folder = scratch("plain");
    mkdirSync(join(folder, "sub"));
    await server.client.trust(folder);
    const { task, run } = await server.client.startFake(folder, "write: sub/a.txt | x");
    expect(task).toMatchObject({ isolation: "none", branch: null, worktreePath: null });
    await server.client.ended(task.id, run.id);
    expect(readFileSync(join(folder, "sub/a.txt"), "utf8")).toBe("x\n");
    const refused = await server.client.post("/tasks", {
      workdir: folder,
      prompt: "x",
      agent: "fake",
      isolation: "worktree",
    });
    expect(refused).toMatchObject({ status: 422, body: { code: "not_a_repository" } });
    const missing = await server.client.post("/tasks", {
      workdir: join(folder, "no"),
      prompt: "x",
    });
    expect(missing).toMatchObject({ status: 422, body: { code: "not_a_directory" } });
  });
});
