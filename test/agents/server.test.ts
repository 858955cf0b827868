import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";
import { scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";
import { git, makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { claudeBinary } from "./claude-lab.ts";
import { codexBinary } from "./codex-lab.ts";

/** The whole product over its API, with the real CLIs and a model on loopback. */
let server: TestServer;
let repo: string;
let anthropic: FakeAnthropic;
let openai: FakeOpenAi;
let root: string;
/** No stand-in here: the real Claude Code in tmux. */
const env = { AGETOR_CLAUDE_DRIVER: "" };

beforeAll(async () => {
  root = mkdtempSync(join(homedir(), ".agetor-agents-"));
  anthropic = await startFakeAnthropic();
  openai = await startFakeOpenAi();
  server = await TestServer.start({ env, dataDir: join(root, "data") });
  repo = makeRepo({ "README.md": "# Demo\n" });
  await server.client.trust(repo);
  await configure();
});

afterAll(async () => {
  for (const { id } of (await server.client.get<{ tasks: Task[] }>("/tasks")).body.tasks) {
    await server.client.call("DELETE", `/tasks/${id}`);
  }
  await server.dispose();
  await anthropic.close();
  await openai.close();
  rmSync(root, { recursive: true, force: true });
});

async function configure(): Promise<void> {
  const claudeHome = join(root, "claude");
  const codexHome = join(root, "codex");
  mkdirSync(claudeHome);
  mkdirSync(codexHome);
  // Codex wants its home outside the temporary folder, wherever the home of this run lies.
  const tmp = join(root, "tmp");
  mkdirSync(tmp);
  writeFileSync(
    join(codexHome, "config.toml"),
    `model = "gpt-5.5"
model_provider = "fake"
[model_providers.fake]
name = "Fake"
base_url = "${openai.baseUrl}"
wire_api = "responses"
env_key = "FAKE_KEY"
`,
  );
  await server.client.call("PATCH", "/harnesses/claude-code", {
    bin: claudeBinary(),
    home: claudeHome,
    env: {
      ANTHROPIC_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: "sk-dummy-key-of-this-test-0123456789",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      IS_SANDBOX: "1",
    },
  });
  await server.client.call("PATCH", "/harnesses/codex", {
    bin: codexBinary(),
    home: codexHome,
    env: { FAKE_KEY: "dummy", TMPDIR: tmp },
  });
}

/** What each agent is told so that its model says something, writes a file and holds at a gate. */
const agents = [
  {
    name: "claude-code",
    work: (file: string, gate: string | null) =>
      [
        "text: I begin.",
        `tool: Bash {"command":"echo one > ${file}","description":"Write"}`,
        "next",
        ...(gate === null ? [] : [`hold: ${gate}`]),
        "text: All done.",
      ].join("\n"),
    say: (text: string) => `text: ${text}`,
    open: (gate: string) => anthropic.release(gate),
  },
  {
    name: "codex",
    work: (file: string, gate: string | null) =>
      scripted([
        [{ say: "I begin." }, { shell: `echo one > ${file}` }],
        [...(gate === null ? [] : [{ gate }]), { say: "All done." }],
      ]),
    say: (text: string) => scripted([[{ say: text }]]),
    open: (gate: string) => openai.open(gate),
  },
] as const;

const texts = (events: readonly Event[]) =>
  events
    .filter((event) => event.type === "assistant.text")
    .map((event) => (event.data as { text: string }).text);

async function start(agent: string, prompt: string): Promise<{ task: Task; run: Run }> {
  const reply = await server.client.post<{ task: Task; run: Run }>("/tasks", {
    workdir: repo,
    prompt,
    agent,
    mode: "bypass",
    start: true,
  });
  expect(reply.status).toBe(201);
  return reply.body;
}

describe.each(agents)("$name", (agent) => {
  test("works in its own worktree until the card stands in review, and takes a follow-up", async () => {
    const { client } = server;
    const { task, run } = await start(agent.name, agent.work("one.txt", null));
    const events = await client.ended(task.id, run.id);
    const done = await client.task(task.id);
    expect(done).toMatchObject({ column: "review", runStatus: "succeeded" });
    expect(readFileSync(join(done.worktreePath ?? "", "one.txt"), "utf8")).toBe("one\n");
    expect(existsSync(join(repo, "one.txt"))).toBe(false);
    expect(texts(events)).toEqual(["I begin.", "All done."]);
    const reply = await client.post<{ run: Run }>(`/runs/${run.id}/input`, {
      text: agent.say("Again."),
    });
    expect(reply.status).toBe(202);
    expect(texts(await client.ended(task.id, reply.body.run.id)).at(-1)).toBe("Again.");
    const runs = await client.runs(task.id);
    expect(runs[0]?.sessionRef).toBe(runs[1]?.sessionRef ?? "");
    const messages = (await client.ended(task.id, reply.body.run.id)).filter(
      (event) => event.type === "user.message",
    );
    expect(messages.length).toBe(2);
  }, 120_000);

  test("goes on while its server is killed, from before the end until after it", async () => {
    const gate = `gate-${agent.name}`;
    const { task, run } = await start(agent.name, agent.work("two.txt", gate));
    await server.client.events(`/tasks/${task.id}/events`, (one) => one.type === "tool.result");
    await server.kill();
    agent.open(gate);
    server = await server.restart({ env });
    const events = await server.client.ended(task.id, run.id);
    expect(texts(events)).toEqual(["I begin.", "All done."]);
    expect(await server.client.task(task.id)).toMatchObject({ column: "review" });
    expect(events.filter((event) => event.type === "user.message").length).toBe(1);
    expect(events.filter((event) => event.type === "tool.call" && isFirst(event)).length).toBe(1);
  }, 120_000);

  test("stops when told, and the conversation goes on", async () => {
    const { client } = server;
    const { task, run } = await start(agent.name, agent.work("three.txt", `never-${agent.name}`));
    await client.events(`/tasks/${task.id}/events`, (event) => event.type === "tool.result");
    expect((await client.post(`/runs/${run.id}/cancel`)).status).toBe(202);
    await client.ended(task.id, run.id);
    expect(await client.task(task.id)).toMatchObject({ column: "ready", runStatus: "cancelled" });
    const reply = await client.post<{ run: Run }>(`/runs/${run.id}/input`, {
      text: agent.say("On we go."),
    });
    const events = await client.ended(task.id, reply.body.run.id);
    expect(texts(events).at(-1)).toBe("On we go.");
    const runs = await client.runs(task.id);
    expect(runs[0]?.sessionRef).toBe(runs[1]?.sessionRef ?? "");
  }, 120_000);

  test("finds its worktree set up, and in its shells the same names as the set-up (TRUST-03)", async () => {
    const { client } = server;
    const names = "env | grep ^AGETOR_ | sort >";
    await client.setUp(repo, { setup: `${names} setup.txt`, ports: 3 });
    const { task, run } = await start(agent.name, agent.work(`one.txt; ${names} own.txt`, null));
    const events = await client.ended(task.id, run.id);
    await client.setUp(repo, { setup: "" });
    expect(texts(events)).toEqual(["I begin.", "All done."]);
    const folder = (await client.task(task.id)).worktreePath ?? "";
    const own = readFileSync(join(folder, "own.txt"), "utf8");
    expect(own).toBe(readFileSync(join(folder, "setup.txt"), "utf8"));
    expect(own.match(/^\w+/gm)).toEqual([
      "AGETOR_BASE_SHA",
      "AGETOR_BRANCH",
      "AGETOR_NAME",
      "AGETOR_PORT",
      "AGETOR_PORTS",
      "AGETOR_PROJECT_ROOT",
      "AGETOR_TASK",
      "AGETOR_TASK_ID",
      "AGETOR_WORKTREE",
    ]);
  }, 120_000);

  test("is deleted with its session, worktree and branch; its work is kept", async () => {
    const { client } = server;
    const { task, run } = await start(agent.name, agent.work("four.txt", null));
    await client.ended(task.id, run.id);
    const done = await client.task(task.id);
    const reply = await client.call<{ trash: { sha: string } }>("DELETE", `/tasks/${task.id}`);
    expect(reply.status).toBe(200);
    expect(existsSync(done.worktreePath ?? "")).toBe(false);
    expect(git(repo, "branch", "--list", done.branch ?? "")).toBe("");
    expect(git(repo, "show", `${reply.body.trash.sha}:four.txt`)).toBe("one");
  }, 120_000);
});

function isFirst(event: Event): boolean {
  return (event.data as { status: string }).status === "running";
}
