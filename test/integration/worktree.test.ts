import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { WorktreeSetup } from "../../src/contract/project.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { portSpace } from "../../src/domain/ports.ts";
import { git, writeFiles } from "../support/repo.ts";
import { fileExists } from "../support/server.ts";
import { envIn, noticesIn, toolOf, Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

async function setupOf(id: string): Promise<WorktreeSetup> {
  return (await yard.client.get<{ setup: WorktreeSetup }>(`/tasks/${id}/setup`)).body.setup;
}

describe("the environment (TRUST-03)", () => {
  test("of set-up and agent is the allow-list and exactly these names of ours", async () => {
    yard = await Yard.open();
    const { client, repo } = yard;
    await client.setUp(repo, { setup: "env", ports: 4 });
    const { task, run } = await client.startFake(repo, "run: env");
    const events = await client.ended(task.id, run.id);
    const { branch, baseSha, worktreePath } = await client.task(task.id);
    const setup = envIn(events, "setup");
    const agent = envIn(events, "Bash");
    const first = Number(agent["AGETOR_PORT"]);
    const ours = {
      AGETOR_TASK: task.id.slice(-5).toLowerCase(),
      AGETOR_TASK_ID: task.id,
      AGETOR_NAME: `agetor${task.id.toLowerCase()}`,
      AGETOR_PROJECT_ROOT: repo,
      AGETOR_WORKTREE: worktreePath ?? "",
      AGETOR_BRANCH: branch ?? "",
      AGETOR_BASE_SHA: baseSha ?? "",
      AGETOR_PORT: String(first),
      AGETOR_PORTS: `${first}-${first + 3}`,
    };
    // A shell adds some of its own, and a system that knows the user's name has two besides.
    const aside = ["PWD", "OLDPWD", "SHLVL", "_", "LOGNAME", "USER"];
    const base = ["HOME", "LANG", "PATH", "TERM"];
    for (const env of [setup, agent]) {
      const names = Object.keys(env).filter((name) => !aside.includes(name));
      expect(names.sort()).toEqual([...base, ...Object.keys(ours)].sort());
      expect(env).toMatchObject(ours);
    }
    expect(await setupOf(task.id)).toEqual({
      state: "succeeded",
      ports: { first, last: first + 3 },
      env: ours,
    });
  });
});

describe("ports", () => {
  test("of twenty tasks at once are all different and free, and none of a listener's", async () => {
    yard = await Yard.open();
    const { client, repo } = yard;
    await client.setUp(repo, { ports: 5 });
    const one = await client.startFake(repo, "say: one");
    await client.ended(one.task.id, one.run.id);
    const taken = (await setupOf(one.task.id)).ports?.first ?? 0;
    // Somebody else's program sits right behind the first range.
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(taken + 7, "127.0.0.1", () => resolve()));
    const started = await Promise.all(
      Array.from({ length: 20 }, () => client.startFake(repo, "say: hello")),
    );
    await Promise.all(started.map(({ task, run }) => client.ended(task.id, run.id)));
    const setups = await Promise.all([one, ...started].map(({ task }) => setupOf(task.id)));
    const ports = setups.flatMap((setup) =>
      Array.from({ length: 5 }, (_, n) => (setup.ports?.first ?? 0) + n),
    );
    expect(new Set(ports).size).toBe(21 * 5);
    expect(ports).not.toContain(taken + 7);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(portSpace.low);
    expect(Math.max(...ports)).toBeLessThan(portSpace.high);
    await new Promise((resolve) => listener.close(resolve));
  }, 60_000);

  test("stay over restarts and follow-ups, and are free for others once the task is deleted", async () => {
    yard = await Yard.open();
    await yard.client.setUp(yard.repo, { ports: 2 });
    const { task, run } = await yard.client.startFake(yard.repo, "say: one");
    await yard.client.ended(task.id, run.id);
    const { ports } = await setupOf(task.id);
    expect(ports).not.toBeNull();
    await yard.client.setUp(yard.repo, { ports: 9 });
    await yard.crash();
    const input = { text: "run: env" };
    const reply = await yard.client.post<{ run: Run }>(`/runs/${run.id}/input`, input);
    const events = await yard.client.ended(task.id, reply.body.run.id);
    expect(envIn(events, "Bash")["AGETOR_PORT"]).toBe(String(ports?.first));
    expect((await setupOf(task.id)).ports).toEqual(ports);
    await yard.client.setUp(yard.repo, { ports: 2 });
    await yard.client.call("DELETE", `/tasks/${task.id}`);
    const next = await yard.client.startFake(yard.repo, "say: two");
    await yard.client.ended(next.task.id, next.run.id);
    expect((await setupOf(next.task.id)).ports).toEqual(ports);
  });

  test("are none when the project wants none", async () => {
    yard = await Yard.open();
    await yard.client.setUp(yard.repo, { ports: 0 });
    const { task, run } = await yard.client.startFake(yard.repo, "run: env");
    const events = await yard.client.ended(task.id, run.id);
    expect(envIn(events, "Bash")).not.toHaveProperty("AGETOR_PORT");
    expect((await setupOf(task.id)).ports).toBeNull();
  });
});

describe("copied files", () => {
  test("are there before the set-up, and one line says which", async () => {
    yard = await Yard.open({ ".gitignore": ".env*\nconfig/\n", ".worktreeinclude": ".env\n" });
    const { client, repo } = yard;
    writeFiles(repo, { ".env": "A=1\n", "config/local.json": "{}\n", "config/b.json": "{}\n" });
    await client.setUp(repo, { copy: ["config/*.json"], setup: "cat .env" });
    const { task, run } = await client.startFake(repo, "say: hello");
    const events = await client.ended(task.id, run.id);
    expect(noticesIn(events)).toEqual([
      {
        level: "info",
        code: "files_copied",
        message: "Copied 3 files (.env, config/b.json, config/local.json)",
        hint: null,
      },
    ]);
    expect(toolOf(events, "setup").results[0]?.output).toBe("A=1\n");
    const { worktreePath } = await client.task(task.id);
    writeFileSync(join(worktreePath ?? "", ".env"), "changed by the agent\n");
    expect(readFileSync(join(repo, ".env"), "utf8")).toBe("A=1\n");
    const path = new URLSearchParams({ path: repo });
    const answer = await client.get<{ included: string[] }>(`/projects/setup?${path}`);
    expect(answer.body.included).toEqual([".env"]);
  });

  test("that stay behind are told of, once, with the reason", async () => {
    yard = await Yard.open({ ".gitignore": "link\n" });
    const { client, repo } = yard;
    await client.setUp(repo, { copy: ["link"], setup: "false" });
    symlinkSync("/etc/passwd", join(repo, "link"));
    const { task, run } = await client.startFake(repo, "say: hello");
    await client.ended(task.id, run.id);
    const told = noticesIn(await yard.start(task.id));
    expect(told).toMatchObject([{ level: "warning", message: "Copied no files; 1 file left out" }]);
    expect(told[0]?.hint).toContain("link: it is a link that leads out");
  });

  test("a changed list of the repository asks for trust again", async () => {
    yard = await Yard.open({ ".worktreeinclude": ".env\n" });
    const { client, repo } = yard;
    const path = new URLSearchParams({ path: repo });
    const before = await client.get<{ trusted: boolean; files: { path: string }[] }>(
      `/projects/trust?${path}`,
    );
    expect(before.body.files.map((file) => file.path)).toEqual([".worktreeinclude"]);
    expect(before.body.trusted).toBe(true);
    writeFiles(repo, { ".worktreeinclude": "**\n" });
    git(repo, "commit", "-qam", "more");
    const body = { workdir: repo, prompt: "say: hi", agent: "fake", start: true };
    const refused = await client.post("/tasks", body);
    expect(refused).toMatchObject({ status: 422, body: { code: "trust_required" } });
  });
});

describe("teardown", () => {
  const done = async (teardown: (yard: Yard) => string): Promise<Task> => {
    yard = await Yard.open();
    await yard.client.setUp(yard.repo, { teardown: teardown(yard) });
    const { task, run } = await yard.client.startFake(yard.repo, "write: a.txt | one");
    await yard.client.ended(task.id, run.id);
    return yard.client.task(task.id);
  };

  test("runs in the worktree before it goes, and its log comes back with the task", async () => {
    const task = await done((at) => `cp a.txt ${at.at("saved")}; echo $AGETOR_NAME; rm a.txt`);
    const { client } = yard;
    const path = `/tasks/${task.id}`;
    const reply = await client.call<{ trash: { dirtyFiles: number } }>("DELETE", path);
    // What it removes was kept before it ran.
    expect(reply.body.trash.dirtyFiles).toBe(1);
    expect(readFileSync(yard.at("saved"), "utf8")).toBe("one\n");
    expect(existsSync(task.worktreePath ?? "")).toBe(false);
    await client.post(`${path}/restore`);
    expect(readFileSync(join(task.worktreePath ?? "", "a.txt"), "utf8")).toBe("one\n");
    const { body } = await client.get<{ events: Event[] }>(`${path}/transcript`);
    expect(toolOf(body.events, "teardown").results).toMatchObject([
      { status: "succeeded", output: `agetor${task.id.toLowerCase()}\n` },
    ]);
    // The next end of the worktree is another one.
    rmSync(yard.at("saved"));
    await client.call("DELETE", path);
    expect(existsSync(yard.at("saved"))).toBe(true);
  });

  test("that fails is told and holds nothing up", async () => {
    const task = await done(() => "echo cannot reach the database\nexit 4");
    const { client, repo } = yard;
    expect((await client.call("DELETE", `/tasks/${task.id}`)).status).toBe(200);
    expect(existsSync(task.worktreePath ?? "")).toBe(false);
    expect(git(repo, "branch", "--list", "agetor/*")).toBe("");
    const seen = await client.events("/events?after=0", (event) => event.type === "notice");
    const [told] = noticesIn(seen);
    expect(told).toMatchObject({
      level: "warning",
      code: "teardown_failed",
      hint: "cannot reach the database",
    });
    expect(told?.message).toMatch(/ended with status 4 .*deleted all the same/);
  });

  test("goes on over a killed server, once, and the worktree goes after it", async () => {
    const task = await done(
      (at) => `${at.tick("count")}\ntouch ${at.at("began")}\n${at.until("go")}`,
    );
    const deleting = yard.client.call("DELETE", `/tasks/${task.id}`).catch(() => null);
    await fileExists(yard.at("began"));
    await yard.server.kill();
    await deleting;
    yard.server = await yard.server.restart();
    // It is not waited for: the board is there.
    expect((await yard.client.get(`/tasks/${task.id}`)).status).toBe(404);
    expect(existsSync(task.worktreePath ?? "")).toBe(true);
    yard.let("go");
    // Deleting for good waits for what is still being cleared away.
    expect((await yard.client.call("DELETE", `/trash/${task.id}`)).status).toBe(200);
    expect(existsSync(task.worktreePath ?? "")).toBe(false);
    expect(yard.count("count")).toBe(1);
  });
});

describe("the trash", () => {
  test("lets go of one task for good: refs, rows and files", async () => {
    yard = await Yard.open();
    const { client, repo, server } = yard;
    const { task, run } = await client.startFake(repo, "write: a.txt | one");
    await client.ended(task.id, run.id);
    const early = await client.call("DELETE", `/trash/${task.id}`);
    expect(early).toMatchObject({ status: 404, body: { code: "not_found" } });
    await client.call("DELETE", `/tasks/${task.id}`);
    expect(git(repo, "for-each-ref", "refs/agetor")).toContain(task.id);
    const headers = { "idempotency-key": "01HKEY00000000000000000009" };
    for (const _ of [1, 2]) {
      const reply = await client.call("DELETE", `/trash/${task.id}`, undefined, headers);
      expect(reply).toMatchObject({ status: 200, body: { deleted: true } });
    }
    expect(git(repo, "for-each-ref", "refs/agetor")).toBe("");
    expect((await client.get<{ tasks: Task[] }>("/trash")).body.tasks).toEqual([]);
    expect((await client.post(`/tasks/${task.id}/restore`)).status).toBe(404);
    expect([...new Bun.Glob(`**/*${task.id}*`).scanSync({ cwd: server.dataDir })]).toEqual([]);
    expect([...new Bun.Glob("sessions/*/*").scanSync({ cwd: server.dataDir })]).toEqual([]);
  });
});
