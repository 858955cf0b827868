import { afterAll, expect } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../scripts/setup/server.mjs";
import type { Changes } from "../../src/contract/changes.ts";
import type { Event } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import type { Client, Reply } from "../support/client.ts";
import { own, root } from "../support/programs.ts";
import { git, makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { fileExists, TestServer } from "../support/server.ts";

/** It is started some hundred times: bundled, it is there at once. */
const built = mkdtempSync(join(tmpdir(), "agetor-crash-server-"));
await bundle(process.execPath, root, ["test/crash/server.ts"], built);
afterAll(() => rmSync(built, { recursive: true, force: true }));

const argv = [join(built, "server.js")];
const agent = { CRASH_AGENT: own.fakeAgent };
const ulid = (n: number) => `01HCRASH${String(n).padStart(18, "0")}`;

/** What a person does, as commands with keys that can be sent again. */
export type Story = (client: Client, taskId: string, repo: string) => Promise<void>;

/**
 * Plays a story against a server that dies at crossing `at`; starts another whenever it is gone and
 * tells the story again from its beginning, with the same keys. Answers whether the fuse blew.
 */
async function play(
  at: number,
  before: Story,
  story: Story,
  check: (scene: Scene) => Promise<void>,
  between: string,
): Promise<boolean> {
  const repo = makeRepo();
  const taskId = ulid(at);
  let server = await TestServer.start({ argv, env: agent });
  try {
    await server.client.trust(repo);
    await before(server.client, taskId, repo);
    await server.kill();
    const log = join(scratch("crash"), "log");
    const env = { ...agent, CRASH_AT: String(at), CRASH_LOG: log, CRASH_BETWEEN: between };
    const whole = async (now: TestServer): Promise<void> => {
      await story(now.client, taskId, repo);
      await check({ client: now.client, taskId, repo, dataDir: now.dataDir, server: now });
    };
    const survivor = await told(() => server.restart({ argv, env }), whole);
    server = survivor ?? (await server.restart({ argv, env: agent }));
    if (survivor === null) {
      await whole(server);
    }
    return survivor === null;
  } finally {
    await server.dispose();
  }
}

export interface Scene {
  readonly client: Client;
  readonly taskId: string;
  readonly repo: string;
  readonly dataDir: string;
  readonly server: TestServer;
}

/** Tells the story to a server with a fuse; answers the server, or null when it blew. */
async function told(
  start: () => Promise<TestServer>,
  story: (server: TestServer) => Promise<void>,
): Promise<TestServer | null> {
  let server: TestServer;
  try {
    server = await start();
  } catch {
    // It died before it could say where it is.
    return null;
  }
  try {
    await story(server);
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

export const create: Story = async (client, taskId, repo) => {
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

/** What the set-up of the next story does: it counts itself, beside the repository. */
export const setUp: Story = async (client, _, repo) => {
  writeFileSync(join(repo, ".git/info/exclude"), ".env\n");
  writeFileSync(join(repo, ".env"), "A=1\n");
  const counter = join(repo, "..", "count");
  await client.setUp(repo, { setup: `cat .env >> ${counter}\necho ready`, copy: [".env"] });
};

export const settingUp: Story = async (client, taskId, repo) => {
  const pid = join(repo, "..", "pid");
  await client.setUp(repo, { setup: `echo $$ > ${pid}\nexec sleep 600` });
  const body = { id: taskId, workdir: repo, prompt: "say: hello", agent: "fake", start: true };
  accepted(await client.post("/tasks", body));
  await fileExists(pid);
};

export const followUp: Story = async (client, taskId) => {
  const first = (await client.runs(taskId)).at(-1);
  const headers = { "idempotency-key": "01HKEY00000000000000000002" };
  const body = { text: "say: again\nwrite: b.txt | two" };
  const reply = await client.post<{ run: Run }>(`/runs/${first?.id}/input`, body, headers);
  const { run } = accepted(reply);
  await client.until(taskId, (task) => task.runId === run.id && task.column === "review");
};

export const remove: Story = async (client, taskId) => {
  const headers = { "idempotency-key": "01HKEY00000000000000000003" };
  const reply = await client.call("DELETE", `/tasks/${taskId}`, undefined, headers);
  if (reply.status !== 404) {
    accepted(reply);
  }
};

export const cancel: Story = async (client, taskId) => {
  const [run] = await client.runs(taskId);
  accepted(await client.post(`/runs/${run?.id}/cancel`));
  await client.until(taskId, (task) => task.phase?.kind === "ended");
};

export const endless: Story = async (client, taskId, repo) => {
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

export const asking = "approve: echo one >> count.txt\nsay: done";

export const blocked: Story = async (client, taskId, repo) => {
  const body = { id: taskId, workdir: repo, prompt: asking, agent: "fake", start: true };
  accepted(await client.post("/tasks", body));
  await client.until(taskId, (task) => task.column === "blocked");
};

/** Allows what waits; told again after a crash, the answer that won is as good. */
export const allow: Story = async (client, taskId) => {
  const path = `/tasks/${taskId}/interactions/pending`;
  const { interactions } = accepted(await client.get<{ interactions: { id: string }[] }>(path));
  for (const { id } of interactions) {
    const reply = await client.post(`/approvals/${id}/answer`, { decision: "allow" });
    expect([200, 409]).toContain(reply.status);
  }
  await client.until(taskId, (task) => task.column === "review");
};

/** Two messages while the agent works, then the agent goes on: each becomes a run of its own, once. */
export const queued: Story = async (client, taskId, repo) => {
  const run = (await client.runs(taskId)).at(-1);
  for (const [n, text] of ["say: second", "say: third"].entries()) {
    const headers = { "idempotency-key": `01HKEY0000000000000000001${n}` };
    accepted(await client.post(`/runs/${run?.id}/input`, { text }, headers));
  }
  writeFileSync(join(repo, "..", "go"), "");
  await client.until(taskId, (task) => task.queuedMessages === 0 && task.column === "review");
};

export const held = (repo: string) => `until: ${join(repo, "..", "go")}\nsay: first`;

export const holding: Story = async (client, taskId, repo) => {
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
export async function invariants(scene: Scene, prompts: readonly string[]): Promise<void> {
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

/** Both ends of every turn are kept, the last one late if need be, and say what the turn did. */
async function turns({ client, taskId }: Scene, written: readonly string[]): Promise<void> {
  const runs = [...(await client.runs(taskId))].reverse();
  for (const [index, run] of runs.entries()) {
    const path = `/tasks/${taskId}/changes?scope=turn&run=${run.id}`;
    const { changes } = accepted(await client.get<{ changes: Changes }>(path));
    const { from, to, files } = changes;
    expect([from.label, to.label, files.map((file) => file.path)]).toEqual([
      `before turn ${index + 1}`,
      `after turn ${index + 1}`,
      [written[index] ?? ""],
    ]);
  }
}

export const finished =
  (prompts: readonly string[], written: readonly string[]) =>
  async (scene: Scene): Promise<void> => {
    await invariants(scene, prompts);
    await turns(scene, written);
    const { client, taskId } = scene;
    expect(await client.task(taskId)).toMatchObject({ column: "review", runStatus: "succeeded" });
    const events = await client.events(
      `/tasks/${taskId}/events`,
      (_, all) => all.filter((one) => one.type === "turn.ended").length === prompts.length,
    );
    expect(events.filter((event) => event.type === "assistant.text").length).toBe(written.length);
  };

/** Servers that are killed at the same time: each waits for its disk and its agent most of the time. */
const lanes = 2;
const most = 400;

/**
 * Raises the fuse until it no longer blows: then every crossing was died at once, or every one
 * `between` two of them. Answers how many there are.
 */
export async function everyCrossing(
  before: Story,
  story: Story,
  check: (scene: Scene) => Promise<void>,
  between = "",
): Promise<number> {
  let next = 1;
  let end = most;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const at = next;
      next += 1;
      const blown = await play(at, before, story, check, between).catch((thrown: unknown) => {
        end = 0;
        throw new Error(`died at crossing ${at}: ${String(thrown)}`, { cause: thrown });
      });
      if (!blown) {
        end = Math.min(end, at);
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of ended) {
    if (one.status === "rejected") {
      throw one.reason;
    }
  }
  if (end === most) {
    throw new Error("the story never ends");
  }
  return end - 1;
}

/** A task in review on a base that has moved meanwhile, and where nobody stands. */
export const beforeLanding: Story = async (client, taskId, repo) => {
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
export async function step(
  [client, taskId]: Parameters<Story>,
  key: string,
  path: string,
  body: unknown = {},
): Promise<Made> {
  const headers = { "idempotency-key": `01HKEY000000000000000002${key}` };
  return accepted(await client.post<Made>(`/tasks/${taskId}/${path}`, body, headers));
}

export const revertAndCommit: Story = async (...told) => {
  const wish = { kind: "files", paths: ["b.txt"] };
  const { checkpoint } = await step(told, "A1", "changes/revert", wish);
  await step(told, "A2", "commit", { message: "The work" });
  await step(told, "A3", `checkpoints/${checkpoint.id}/restore`);
};

export const rebaseAndMerge: Story = async (...told) => {
  await step(told, "B1", "rebase");
  await step(told, "B2", "merge", { how: "fast-forward" });
};

/** What holds of a worktree and its repository, whatever was killed. */
export async function sound({ client, taskId, repo, dataDir, server }: Scene): Promise<Task> {
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
