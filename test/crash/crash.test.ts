import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Event } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import type { Client, Reply } from "../support/client.ts";
import { git, makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

const argv = [fileURLToPath(new URL("server.ts", import.meta.url))];
const ulid = (n: number) => `01HCRASH${String(n).padStart(18, "0")}`;

/** What a person does, as commands with keys that can be sent again. */
type Story = (client: Client, taskId: string, repo: string) => Promise<void>;

/**
 * Plays a story against a server that dies at crossing `at`; starts another whenever it is gone and
 * tells the story again from its beginning, with the same keys. Answers whether the fuse blew.
 */
async function play(
  at: number,
  before: Story,
  story: Story,
  check: (scene: Scene) => Promise<void>,
): Promise<boolean> {
  const repo = makeRepo();
  const taskId = ulid(at);
  let server = await TestServer.start({ argv });
  try {
    await server.client.trust(repo);
    await before(server.client, taskId, repo);
    await server.kill();
    const log = join(mkdtempSync(join(tmpdir(), "agetor-crash-")), "log");
    const env = { CRASH_AT: String(at), CRASH_LOG: log };
    const whole: Story = async (client) => {
      await story(client, taskId, repo);
      await check({ client, taskId, repo, dataDir: server.dataDir, server });
    };
    const survivor = await told(() => server.restart({ argv, env }), whole, taskId, repo);
    server = survivor ?? (await server.restart({ argv }));
    if (survivor === null) {
      await whole(server.client, taskId, repo);
    }
    return survivor === null;
  } finally {
    await server.dispose();
  }
}

interface Scene {
  readonly client: Client;
  readonly taskId: string;
  readonly repo: string;
  readonly dataDir: string;
  readonly server: TestServer;
}

/** Tells the story to a server with a fuse; answers the server, or null when it blew. */
async function told(
  start: () => Promise<TestServer>,
  story: Story,
  taskId: string,
  repo: string,
): Promise<TestServer | null> {
  let server: TestServer;
  try {
    server = await start();
  } catch {
    // It died before it could say where it is.
    return null;
  }
  try {
    await story(server.client, taskId, repo);
    return server;
  } catch (thrown) {
    if (!(await server.died())) {
      throw thrown;
    }
    return null;
  }
}

function accepted<T>(reply: Reply<T>): T {
  if (reply.status >= 300) {
    throw new Error(`answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  }
  return reply.body;
}

const create: Story = async (client, taskId, repo) => {
  const body = {
    id: taskId,
    workdir: repo,
    prompt: "say: hello\nwrite: a.txt | one",
    agent: "fake",
    start: true,
  };
  const headers = { "idempotency-key": "01HKEY00000000000000000001" };
  accepted(await client.post("/tasks", body, headers));
  await client.until(taskId, (task) => task.column === "review");
};

const followUp: Story = async (client, taskId) => {
  const first = (await client.runs(taskId)).at(-1);
  const headers = { "idempotency-key": "01HKEY00000000000000000002" };
  const body = { text: "say: again\nwrite: b.txt | two" };
  const reply = await client.post<{ run: Run }>(`/runs/${first?.id}/input`, body, headers);
  const { run } = accepted(reply);
  await client.until(taskId, (task) => task.runId === run.id && task.column === "review");
};

const remove: Story = async (client, taskId) => {
  const headers = { "idempotency-key": "01HKEY00000000000000000003" };
  const reply = await client.call("DELETE", `/tasks/${taskId}`, undefined, headers);
  if (reply.status !== 404) {
    accepted(reply);
  }
};

const cancel: Story = async (client, taskId) => {
  const [run] = await client.runs(taskId);
  accepted(await client.post(`/runs/${run?.id}/cancel`));
  await client.until(taskId, (task) => task.phase?.kind === "ended");
};

const endless: Story = async (client, taskId, repo) => {
  const body = {
    id: taskId,
    workdir: repo,
    prompt: "until: /never/there",
    agent: "fake",
    start: true,
  };
  accepted(await client.post("/tasks", body));
  await client.until(taskId, (task) => task.column === "running");
};

const asking = "approve: echo one >> count.txt\nsay: done";

const blocked: Story = async (client, taskId, repo) => {
  const body = { id: taskId, workdir: repo, prompt: asking, agent: "fake", start: true };
  accepted(await client.post("/tasks", body));
  await client.until(taskId, (task) => task.column === "blocked");
};

/** Allows what waits; told again after a crash, the answer that won is as good. */
const allow: Story = async (client, taskId) => {
  const path = `/tasks/${taskId}/interactions/pending`;
  const { interactions } = accepted(await client.get<{ interactions: { id: string }[] }>(path));
  for (const { id } of interactions) {
    const reply = await client.post(`/approvals/${id}/answer`, { decision: "allow" });
    expect([200, 409]).toContain(reply.status);
  }
  await client.until(taskId, (task) => task.column === "review");
};

/** Two messages while the agent works, then the agent goes on: each becomes a run of its own, once. */
const queued: Story = async (client, taskId, repo) => {
  const run = (await client.runs(taskId)).at(-1);
  for (const [n, text] of ["say: second", "say: third"].entries()) {
    const headers = { "idempotency-key": `01HKEY0000000000000000001${n}` };
    accepted(await client.post(`/runs/${run?.id}/input`, { text }, headers));
  }
  writeFileSync(join(repo, "..", "go"), "");
  await client.until(taskId, (task) => task.queuedMessages === 0 && task.column === "review");
};

const held = (repo: string) => `until: ${join(repo, "..", "go")}\nsay: first`;

const holding: Story = async (client, taskId, repo) => {
  const body = { id: taskId, workdir: repo, prompt: held(repo), agent: "fake", start: true };
  accepted(await client.post("/tasks", body));
  await client.until(taskId, (task) => task.column === "running");
};

/** Every message each agent of this data directory was ever given, in order. */
function heard(dataDir: string): string[] {
  const folder = join(dataDir, "fake");
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { text: string }).text),
  );
}

/** What must hold whatever happened: nothing lost, nothing double, the journal and the board agree. */
async function invariants(scene: Scene, prompts: readonly string[]): Promise<void> {
  const { client, taskId, repo, dataDir } = scene;
  expect(heard(dataDir)).toEqual([...prompts]);
  const runs = await client.runs(taskId);
  expect(runs.map((run) => run.prompt).reverse()).toEqual([...prompts]);
  const task = await client.task(taskId);
  const last = (event: Event) => event.type === "task.upserted" && same(event.data as Task, task);
  const events = await client.events(`/tasks/${taskId}/events`, last);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect(count("user.message")).toBe(prompts.length);
  expect(count("turn.ended")).toBe(prompts.length);
  const seqs = events.map((event) => event.seq);
  expect(new Set(seqs).size).toBe(seqs.length);
  expect([...seqs].sort((a, b) => a - b)).toEqual(seqs);
  expect(readdirSync(join(dataDir, "worktrees")).length).toBe(1);
  expect(git(repo, "branch", "--list", "agetor/*").split("\n").length).toBe(1);
  expect(git(repo, "rev-parse", `refs/agetor/base/${taskId}`)).toBe(task.baseSha ?? "");
}

function same(a: Task, b: Task): boolean {
  return a.updatedAt === b.updatedAt && a.column === b.column && a.runId === b.runId;
}

const finished =
  (prompts: readonly string[], texts: number) =>
  async (scene: Scene): Promise<void> => {
    await invariants(scene, prompts);
    const { client, taskId } = scene;
    expect(await client.task(taskId)).toMatchObject({ column: "review", runStatus: "succeeded" });
    const events = await client.events(
      `/tasks/${taskId}/events`,
      (_, all) => all.filter((one) => one.type === "turn.ended").length === prompts.length,
    );
    expect(events.filter((event) => event.type === "assistant.text").length).toBe(texts);
  };

/** Raises the fuse until it no longer blows: then every crossing was died at once. */
async function everyCrossing(
  before: Story,
  story: Story,
  check: (scene: Scene) => Promise<void>,
): Promise<number> {
  for (let at = 1; at < 400; at += 1) {
    const blown = await play(at, before, story, check).catch((thrown: unknown) => {
      throw new Error(`died at crossing ${at}: ${String(thrown)}`, { cause: thrown });
    });
    if (!blown) {
      return at - 1;
    }
  }
  throw new Error("the story never ends");
}

/** A task in review on a base that has moved meanwhile, and where nobody stands. */
const beforeLanding: Story = async (client, taskId, repo) => {
  git(repo, "config", "user.name", "Pat Person");
  git(repo, "config", "user.email", "pat@example.test");
  git(repo, "switch", "-q", "--detach");
  const prompt = "write: a.txt | one\nwrite: b.txt | two";
  const body = { id: taskId, workdir: repo, prompt, agent: "fake", baseRef: "main", start: true };
  accepted(await client.post("/tasks", body));
  await client.until(taskId, (task) => task.column === "review");
  git(repo, "commit", "-q", "--allow-empty", "-m", "the base moves");
  git(repo, "push", "-q", ".", "HEAD:main");
};

/** What a step of landing answers, as far as the next one needs it. */
interface Made {
  readonly checkpoint: { readonly id: string };
}

/** One step of landing, with its key; how each is carried out is in worktree.test.ts. */
async function step(
  [client, taskId]: Parameters<Story>,
  key: string,
  path: string,
  body: unknown = {},
): Promise<Made> {
  const headers = { "idempotency-key": `01HKEY000000000000000002${key}` };
  return accepted(await client.post<Made>(`/tasks/${taskId}/${path}`, body, headers));
}

const revertAndCommit: Story = async (...told) => {
  const wish = { kind: "files", paths: ["b.txt"] };
  const { checkpoint } = await step(told, "A1", "changes/revert", wish);
  await step(told, "A2", "commit", { message: "The work" });
  await step(told, "A3", `checkpoints/${checkpoint.id}/restore`);
};

const rebaseAndMerge: Story = async (...told) => {
  await step(told, "B1", "rebase");
  await step(told, "B2", "merge", { how: "fast-forward" });
};

/** What holds of a worktree and its repository, whatever was killed. */
async function sound({ client, taskId, repo, dataDir, server }: Scene): Promise<Task> {
  const task = await client.task(taskId);
  const worktree = task.worktreePath ?? "";
  expect(git(repo, "rev-parse", `refs/agetor/base/${taskId}`)).toBe(task.baseSha ?? "");
  expect(git(worktree, "symbolic-ref", "--short", "HEAD")).toBe(task.branch ?? "");
  git(repo, "fsck", "--strict");
  const admin = readdirSync(join(repo, ".git/worktrees", taskId));
  expect(admin.filter((name) => /\.lock$|agetor-move$|index\.agetor/.test(name))).toEqual([]);
  const scratch = readdirSync(join(dataDir, "tmp")).filter((name) => /^git-/.test(name));
  expect(scratch.filter((name) => !name.startsWith(`git-${server.process.pid}-`))).toEqual([]);
  return task;
}

const nothing: Story = async () => undefined;
const first = "say: hello\nwrite: a.txt | one";
const second = "say: again\nwrite: b.txt | two";

describe("kill -9 at every step", () => {
  test("of a task's start", async () => {
    const crossings = await everyCrossing(nothing, create, finished([first], 1));
    expect(crossings).toBeGreaterThan(20);
  }, 300_000);

  test("of a follow-up", async () => {
    const crossings = await everyCrossing(create, followUp, finished([first, second], 2));
    expect(crossings).toBeGreaterThan(10);
  }, 300_000);

  test("of a stop", async () => {
    await everyCrossing(endless, cancel, async (scene) => {
      await invariants(scene, ["until: /never/there"]);
      expect((await scene.client.task(scene.taskId)).runStatus).toBe("cancelled");
    });
  }, 300_000);

  test("of an answer: it is given once, and never lost", async () => {
    await everyCrossing(blocked, allow, async (scene) => {
      await invariants(scene, [asking]);
      const task = await scene.client.task(scene.taskId);
      expect(task).toMatchObject({ column: "review", pendingInteractions: 0 });
      expect(readFileSync(join(task.worktreePath ?? "", "count.txt"), "utf8")).toBe("one\n");
    });
  }, 300_000);

  test("of waiting messages", async () => {
    await everyCrossing(holding, queued, async (scene) => {
      await invariants(scene, [held(scene.repo), "say: second", "say: third"]);
    });
  }, 300_000);

  test("of a revert, a commit and a way back", async () => {
    await everyCrossing(beforeLanding, revertAndCommit, async (scene) => {
      const { worktreePath, branch, baseSha } = await sound(scene);
      const worktree = worktreePath ?? "";
      expect(git(worktree, "status", "--porcelain")).toBe("?? a.txt\n?? b.txt");
      expect(readFileSync(join(worktree, "b.txt"), "utf8")).toBe("two\n");
      expect(git(scene.repo, "rev-parse", branch ?? "")).toBe(baseSha ?? "");
    });
  }, 600_000);

  test("of a rebase and a merge", async () => {
    const committed: Story = async (...told) => {
      await beforeLanding(...told);
      await step(told, "C1", "commit", { message: "The work" });
    };
    await everyCrossing(committed, rebaseAndMerge, async (scene) => {
      const { column, baseSha, worktreePath } = await sound(scene);
      expect(column).toBe("done");
      expect(git(worktreePath ?? "", "status", "--porcelain")).toBe("");
      const log = git(scene.repo, "log", "--format=%s", "main");
      expect(log).toBe("The work\nthe base moves\nfirst");
      expect(git(scene.repo, "rev-parse", "main~1")).toBe(baseSha ?? "");
    });
  }, 600_000);

  test("of a deletion", async () => {
    await everyCrossing(create, remove, async ({ client, taskId, repo, dataDir, server }) => {
      expect((await client.get(`/tasks/${taskId}`)).status).toBe(404);
      const trash = await client.get<{ tasks: { id: string; trash: { sha: string } }[] }>("/trash");
      expect(trash.body.tasks.map((task) => task.id)).toEqual([taskId]);
      const sha = trash.body.tasks[0]?.trash.sha ?? "";
      expect(git(repo, "ls-tree", "-r", "--name-only", sha).split("\n")).toContain("a.txt");
      expect(existsSync(join(dataDir, "worktrees", taskId))).toBe(false);
      expect(server.process.exitCode).toBeNull();
    });
  }, 300_000);
});
