import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Route, type RouteId, routes } from "../../src/contract/routes.ts";
import type { Task } from "../../src/contract/task.ts";
import { endpoints } from "../../src/http/routes/index.ts";
import { git, makeRepo } from "../support/repo.ts";
import { fileExists, TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;
let task: Task;
let runId: string;
const answered = new Set<RouteId>();

beforeAll(async () => {
  const parent = mkdtempSync(join(tmpdir(), "agetor-test-"));
  mkdirSync(join(parent, "home"));
  const person = "[user]\n\tname = Pat Person\n\temail = pat@example.test\n";
  writeFileSync(join(parent, "home", ".gitconfig"), person);
  // As if from afar: a Mac would open a terminal for a login.
  const env = { SSH_CONNECTION: "test" };
  server = await TestServer.start({ dataDir: join(parent, "data"), env });
  repo = makeRepo();
  await server.client.trust(repo);
  const started = await server.client.startFake(repo, "hello");
  runId = started.run.id;
  await server.client.ended(started.task.id, runId);
  task = await server.client.task(started.task.id);
});
afterAll(() => server.dispose());

interface Ask {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Calls a route of the real server and holds its answer to the schema that describes it. */
async function ask<T = Record<string, unknown>>(id: RouteId, { params, query, body }: Ask = {}) {
  const route: Route = routes[id];
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => params?.[name] ?? name);
  const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
  const payload = route.method === "GET" ? undefined : (body ?? {});
  const reply = await server.client.call<T>(route.method, path + search, payload);
  const { status, answer } = endpoints[id];
  expect([id, reply.status, JSON.stringify(reply.body)]).toEqual([
    id,
    status,
    JSON.stringify(reply.body),
  ]);
  const parsed = answer?.safeParse(reply.body);
  expect([id, parsed?.error?.issues ?? []]).toEqual([id, []]);
  answered.add(id);
  return reply.body;
}

describe("the answers of the running program are what the description says", () => {
  test("about itself", async () => {
    for (const id of [
      "health",
      "info",
      "defaults",
      "openapi",
      "authTokens",
      "doctor",
      "usage",
    ] as const)
      await ask(id);
    const { code } = await ask<{ code: string }>("authCode");
    await ask("authExchange", { body: { code } });
    const { tokens } = await ask<{ tokens: { id: string }[] }>("authTokens");
    expect(tokens).toHaveLength(1);
    await ask("authRevoke", { params: { id: tokens[0]?.id ?? "" } });
  });

  test("about tasks", async () => {
    const params = { id: task.id };
    const list = await ask<{ tasks: Task[]; counts: object }>("listTasks");
    expect(list.tasks.map(({ prompt }) => prompt)).toEqual([null]);
    expect(Object.keys(list.counts)).toHaveLength(6);
    expect((await ask<{ task: Task }>("getTask", { params })).task.prompt).toBe("hello");
    await ask("patchTask", { params, body: { title: "Another" } });
    await ask("listRuns", { params });
    await ask("taskTranscript", { params, query: { limit: "2" } });
    await ask("taskChanges", { params });
    await ask("listQueued", { params });
    await ask("taskInteractions", { params });
    await ask("listRules", { params });
    await ask("allInteractions");
    await ask("withdrawQuestion", { params });
  });

  test("about a review", async () => {
    const params = { id: task.id };
    await ask("taskReview", { params });
    const { comment } = await ask<{ comment: { id: string } }>("createComment", {
      params,
      body: { path: "README.md", range: { side: "new", start: 1, end: 1 }, body: "Say more" },
    });
    const one = { ...params, commentId: comment.id };
    await ask("patchComment", { params: one, body: { body: "Say much more" } });
    const sent = await ask<{ run: { id: string } }>("sendReview", { params });
    await server.client.ended(task.id, sent.run.id);
    await ask("removeComment", { params: one });
    await ask("putViewed", { params, body: { files: [{ path: "README.md", id: "abc" }] } });
  });

  test("about work", async () => {
    const made = await ask<{ task: Task; run: null }>("createTask", {
      body: { prompt: "second", workdir: repo, agent: "fake" },
    });
    expect(made.run).toBeNull();
    const params = { id: made.task.id };
    const started = await ask<{ run: { id: string } }>("startTask", { params });
    await server.client.ended(made.task.id, started.run.id);
    const sent = await ask<{ run: { id: string } }>("inputRun", {
      params: { id: started.run.id },
      body: { text: "and more" },
    });
    await ask("cancelRun", { params: { id: sent.run.id } });
    await server.client.ended(made.task.id, sent.run.id);
    await ask("deleteTask", { params });
    const { tasks } = await ask<{ tasks: { id: string }[] }>("trash");
    expect(tasks.map(({ id }) => id)).toContain(made.task.id);
    await ask("restoreTask", { params });
    await ask("taskSetup", { params });
    await ask("repeatSetup", { params });
    await ask("deleteTask", { params });
    await ask("deleteTrash", { params });
  });

  test("about what has changed", async () => {
    const started = await server.client.startFake(repo, "write: a.txt | 1");
    await server.client.ended(started.task.id, started.run.id);
    const params = { id: started.task.id };
    for (const scope of ["base", "uncommitted", "turn", "review"]) {
      await ask("taskChanges", { params, query: { scope, whitespace: "ignore" } });
    }
    await ask("taskChangedFile", { params, query: { path: "a.txt" } });
    const range = { path: "a.txt", side: "new", start: "1", end: "5" };
    await ask("taskChangedLines", { params, query: range });
    const { worktreePath } = await server.client.task(params.id);
    git(worktreePath ?? "", "add", "-A");
    git(worktreePath ?? "", "commit", "-qm", "Add a\n\nBecause.");
    const { commits } = await ask<{ commits: { sha: string }[] }>("taskCommits", { params });
    const commit = commits[0]?.sha ?? "";
    await ask("taskChanges", { params, query: { scope: "commit", commit } });
    await ask("markReviewed", { params });
  });

  test("about landing", async () => {
    const made = await server.client.startFake(repo, "write: a.txt | one");
    await server.client.ended(made.task.id, made.run.id);
    const params = { id: made.task.id };
    await ask("taskLanding", { params });
    await ask("taskSuggestions", { params });
    const commit = () => ask("commitTask", { params, body: { message: "Work" } });
    const { checkpoint } = await ask<{ checkpoint: { id: string } }>("revertChanges", {
      params,
      body: { kind: "files", paths: ["a.txt"] },
    });
    const back = { ...params, checkpointId: checkpoint.id };
    await ask("restoreCheckpoint", { params: back });
    const hook = join(repo, ".git", "hooks", "pre-commit");
    const begun = join(repo, "..", "hook-has-begun");
    mkdirSync(join(hook, ".."), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch ${begun}\nexec sleep 600\n`, { mode: 0o755 });
    const body = { message: "Work", hooks: true };
    const hooked = server.client.post<{ code: string }>(`/tasks/${params.id}/commit`, body);
    await fileExists(begun);
    await ask("taskLanding", { params });
    await ask("stopCommit", { params });
    expect((await hooked).body.code).toBe("cancelled");
    await ask("taskLanding", { params });
    rmSync(hook);
    await commit();
    git(repo, "switch", "-q", "--detach");
    git(repo, "commit", "-q", "--allow-empty", "-m", "the base moves");
    git(repo, "push", "-q", ".", "HEAD:main");
    await ask("rebaseTask", { params });
    const bare = join(repo, "..", "bare.git");
    git(repo, "init", "-q", "--bare", bare);
    git(repo, "remote", "add", "origin", bare);
    await ask("pushTask", { params });
    git(repo, "remote", "remove", "origin");
    await ask("mergeTask", { params, body: { how: "merge" } });
    await ask("listCheckpoints", { params });
    git(repo, "switch", "-q", "main");
  });

  test("about agents", async () => {
    await ask("listHarnesses");
    await ask("createHarness", { body: { id: "mine", kind: "fake", label: "Mine" } });
    const params = { id: "mine" };
    await ask("getHarness", { params });
    await ask("patchHarness", { params, body: { label: "Ours" } });
    await ask("harnessTemplates");
    await ask("testHarness", { params });
    await ask("loginHarness", { params: { id: "claude-code" } });
    await ask("agents");
    await ask("agentModels", { query: { agent: "fake" } });
    await ask("agentCommands", { query: { agent: "fake", workdir: repo } });
    await ask("deleteHarness", { params });
  });

  test("about projects and preferences", async () => {
    const query = { path: repo };
    await ask("addProject", { body: { path: repo } });
    await ask("listProjects");
    await ask("projectBranches", { query });
    await ask("files", { query: { workdir: repo, q: "read", limit: "5" } });
    await ask("files", { query: { taskId: task.id } });
    expect(await ask("doctorProbing")).toEqual({ progress: null });
    const { path, hash } = await ask<{ path: string; hash: string }>("projectTrust", { query });
    await ask("trustProject", { body: { path, hash } });
    const { setup } = await ask<{ setup: object }>("projectSetup", { query });
    expect(setup).toEqual({ setup: "", teardown: "", copy: [], ports: 10 });
    const said = { setup: "true", teardown: "", copy: [".env"], ports: 2 };
    await ask("putProjectSetup", { body: { path: repo, ...said } });
    expect((await ask<{ setup: object }>("projectSetup", { query })).setup).toEqual(said);
    await ask("removeProject", { query });
    await ask("patchPreferences", { body: { theme: "dark" } });
    await ask("putPreference", { params: { key: "theme" }, body: { value: { name: "light" } } });
    const { preferences } = await ask<{ preferences: object }>("getPreferences");
    expect(preferences).toEqual({ theme: { name: "light" } });
  });

  test("and every JSON route was asked, but those that need what a test machine has not", () => {
    const rest = Object.entries<Route>(routes)
      .filter(([id, { answer }]) => answer === "json" && !answered.has(id as RouteId))
      .map(([id]) => id);
    const needsQuestion = ["ask", "askQuestion", "revokeRule"];
    const needsAnswer = ["answerApproval", "answerQuestion", "answerQuestions", "answerPlan"];
    // A desktop, a terminal, the sample repository's own test, and an agent's CLI.
    const needsMore = ["openPath", "taskTerminal", "createSample", "doctorProbe"];
    const needsQueue = ["removeQueued", "patchQueued", "steerQueued", "holdQueued"];
    const needsForge = ["createPullRequest", "refreshPullRequest"];
    expect(rest.sort()).toEqual(
      [...needsQuestion, ...needsAnswer, ...needsMore, ...needsQueue, ...needsForge].sort(),
    );
  });
});
