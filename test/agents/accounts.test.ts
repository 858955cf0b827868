import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { HarnessTest } from "../../src/contract/doctor.ts";
import type { AgentCommand, AgentStatus, Harness } from "../../src/contract/harness.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";
import { scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { claudeBinary } from "./claude-lab.ts";
import { codexBinary } from "./codex-lab.ts";

/** Two accounts of each real CLI in one server, at work at once: nothing of one reaches another. */
let root: string;
let repo: string;
let server: TestServer;
let anthropic: FakeAnthropic;
let openai: FakeOpenAi;
const env = { AGETOR_CLAUDE_DRIVER: "", SSH_CONNECTION: "test" };

const ids = ["claude-a", "claude-b", "codex-a", "codex-b"] as const;
type Id = (typeof ids)[number];
const isClaude = (id: Id) => id.startsWith("claude");
const keyOf = (id: Id) => `sk-dummy-of-${id}-0123456789`;
/** What stands in the account's own instructions, and what its prompt says: both only its own. */
const ruleOf = (id: Id) => `house rule of ${id}`;
const wordsOf = (id: Id) => `the words of ${id}`;
const homeOf = (id: Id) => join(root, "data", "harnesses", id);

beforeAll(async () => {
  // Codex wants its home outside the system's temporary folder.
  root = realpathSync(mkdtempSync("/var/tmp/agetor-accounts-"));
  anthropic = startFakeAnthropic();
  openai = await startFakeOpenAi();
  server = await TestServer.start({ env, dataDir: join(root, "data") });
  repo = makeRepo({ "README.md": "# Demo\n" });
  await server.client.trust(repo);
  mkdirSync(join(root, "bin"));
  symlinkSync(claudeBinary(), join(root, "bin", "claude"));
  symlinkSync(codexBinary(), join(root, "bin", "codex"));
  for (const id of ids) await configure(id);
}, 120_000);

afterAll(async () => {
  for (const { id } of (await server.client.get<{ tasks: Task[] }>("/tasks")).body.tasks) {
    await server.client.call("DELETE", `/tasks/${id}`);
  }
  await server.dispose();
  await anthropic.close();
  await openai.close();
  rmSync(root, { recursive: true, force: true });
}, 120_000);

async function configure(id: Id): Promise<void> {
  const claude = isClaude(id);
  const reply = await server.client.post<{ harness: Harness }>("/harnesses", {
    ...{ id, kind: claude ? "claude-code" : "codex", label: id, ownHome: true },
    bin: join(root, "bin", claude ? "claude" : "codex"),
    env: claude
      ? {
          ANTHROPIC_BASE_URL: anthropic.url,
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          IS_SANDBOX: "1",
        }
      : { FAKE_KEY: keyOf(id) },
  });
  expect([reply.status, reply.body.harness.home]).toEqual([201, homeOf(id)]);
  writeFileSync(join(homeOf(id), claude ? "CLAUDE.md" : "AGENTS.md"), ruleOf(id));
  if (!claude) writeFileSync(join(homeOf(id), "config.toml"), codexConfig());
}

function codexConfig(): string {
  return `model = "gpt-5.5"
model_provider = "fake"
[model_providers.fake]
name = "Fake"
base_url = "${openai.baseUrl}"
wire_api = "responses"
env_key = "FAKE_KEY"
`;
}

async function tested(id: Id): Promise<HarnessTest> {
  return (await server.client.post<{ test: HarnessTest }>(`/harnesses/${id}/test`)).body.test;
}

async function statusOf(id: string): Promise<AgentStatus | undefined> {
  const { body } = await server.client.get<{ agents: AgentStatus[] }>("/agents");
  return body.agents.find(({ harnessId }) => harnessId === id);
}

async function loginOf(id: Id): Promise<string> {
  const { body } = await server.client.post<{ command: string }>(`/harnesses/${id}/login`);
  return body.command;
}

/** Runs what a person would paste into a terminal of theirs, whose environment names another account. */
function inTerminal(command: string): string {
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere, { recursive: true });
  const terminal = { CLAUDE_CONFIG_DIR: elsewhere, CODEX_HOME: elsewhere };
  const { stdout, stderr } = Bun.spawnSync(["/bin/sh", "-c", command], {
    env: { PATH: process.env["PATH"] ?? "", HOME: join(root, "home"), ...terminal },
  });
  return stdout.toString() + stderr.toString();
}

/** Every file below a folder that holds a text. */
function holding(folder: string, text: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

test("each is logged in to by itself, by the command that is shown for it", async () => {
  for (const id of ids.filter(isClaude)) {
    expect(await tested(id)).toMatchObject({ ok: false, loggedIn: false, home: homeOf(id) });
    const said = inTerminal((await loginOf(id)).replace(/ login$/, " status --json"));
    expect(JSON.parse(said)).toMatchObject({ loggedIn: false, configDirectory: homeOf(id) });
  }
  const a = await loginOf("codex-a");
  inTerminal(`printf %s ${keyOf("codex-a")} | ${a} --with-api-key`);
  expect(inTerminal(`${a} status`)).toContain("API key");
  expect(inTerminal(`${await loginOf("codex-b")} status`)).toContain("Not logged in");
  expect((await statusOf("codex-a"))?.account).toContain("API key");
  // Its provider needs no account, and it has none: not the one of its neighbour.
  expect(await statusOf("codex-b")).toMatchObject({ available: true, account: null });
  await server.client.call("PATCH", "/harnesses/claude-a", {
    env: {
      ANTHROPIC_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: keyOf("claude-a"),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      IS_SANDBOX: "1",
    },
  });
  expect(await tested("claude-a")).toMatchObject({ ok: true, account: "ANTHROPIC_API_KEY" });
  expect(await tested("claude-b")).toMatchObject({ ok: false, loggedIn: false });
  await server.client.call("PATCH", "/harnesses/claude-b", {
    env: {
      ANTHROPIC_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: keyOf("claude-b"),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      IS_SANDBOX: "1",
    },
  });
  for (const id of ids) {
    const { ok, version, path, home, sharesHomeWith, models } = await tested(id);
    expect([id, ok, home, sharesHomeWith]).toEqual([id, true, homeOf(id), []]);
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(path).toBe(realpathSync(isClaude(id) ? claudeBinary() : codexBinary()));
    expect(models).toBeGreaterThan(3);
  }
}, 120_000);

const runs = new Map<Id, { readonly task: Task; readonly run: Run }>();

test("all work at once, each with its own key, instructions and history", async () => {
  for (const id of ids) {
    const prompt = isClaude(id)
      ? [
          `text: ${wordsOf(id)}`,
          `tool: Bash {"command":"echo ${id} > out.txt","description":"Write"}`,
          ...["next", "hold: all", "text: Done."],
        ].join("\n")
      : scripted([
          [{ say: wordsOf(id) }, { shell: `echo ${id} > out.txt` }],
          [{ gate: "all" }, { say: "Done." }],
        ]);
    const body = { workdir: repo, prompt, agent: id, mode: "bypass", start: true };
    const reply = await server.client.post<{ task: Task; run: Run }>("/tasks", body);
    expect([id, reply.status]).toEqual([id, 201]);
    runs.set(id, reply.body);
  }
  for (const { task } of runs.values()) {
    await server.client.events(`/tasks/${task.id}/events`, (one) => one.type === "tool.result");
  }
  anthropic.release("all");
  openai.open("all");
  for (const [id, { task, run }] of runs) {
    await server.client.ended(task.id, run.id);
    const done = await server.client.task(task.id);
    expect([id, done.runStatus]).toEqual([id, "succeeded"]);
    expect(readFileSync(join(done.worktreePath ?? "", "out.txt"), "utf8")).toBe(`${id}\n`);
  }
  for (const id of ids) {
    const requests = isClaude(id)
      ? anthropic.requests.map(({ headers, body }) => ({ headers, body: JSON.stringify(body) }))
      : openai.requests.map(({ headers, body }) => ({ headers, body: JSON.stringify(body) }));
    const own = requests.filter(({ body }) => body.includes(wordsOf(id)));
    expect([id, own.length >= 2]).toEqual([id, true]);
    for (const { headers, body } of own) {
      const key = isClaude(id) ? headers["x-api-key"] : headers["authorization"];
      expect(key).toBe(isClaude(id) ? keyOf(id) : `Bearer ${keyOf(id)}`);
      expect(body).toContain(ruleOf(id));
      for (const other of ids.filter((one) => one !== id)) {
        expect(body).not.toContain(ruleOf(other));
        expect(body).not.toContain(wordsOf(other));
      }
    }
  }
}, 180_000);

test("each offers its own commands and skills, and those of the project", async () => {
  const files = {
    [join(homeOf("claude-a"), "commands", "mine.md")]: "---\ndescription: Of a\n---\nx",
    [join(homeOf("codex-a"), "skills", "mine", "SKILL.md")]:
      "---\nname: mine\ndescription: Of a\n---\nx",
    [join(repo, ".claude", "commands", "ours.md")]: "---\ndescription: Of all\n---\nx",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
  const commandsOf = async (id: Id) => {
    const query = new URLSearchParams({ agent: id, workdir: repo });
    const { body } = await server.client.get<{ commands: AgentCommand[] }>(
      `/agent-commands?${query}`,
    );
    return body.commands;
  };
  expect(await commandsOf("codex-a")).toContainEqual({
    ...{ name: "$mine", description: "Of a", argumentHint: null, source: "user" },
  });
  expect((await commandsOf("codex-b")).map(({ name }) => name)).not.toContain("$mine");
  const a = await commandsOf("claude-a");
  const own = a.find(({ name }) => name === "mine");
  expect([own?.source, own?.description.startsWith("Of a")]).toEqual(["custom", true]);
  const all = { name: "ours", description: "Of all", argumentHint: null, source: "project" };
  for (const commands of [a, await commandsOf("claude-b")]) expect(commands).toContainEqual(all);
  expect((await commandsOf("claude-b")).map(({ name }) => name)).not.toContain("mine");
  expect(a.map(({ name }) => name)).not.toContain("clear");
}, 120_000);

test("what they keep lies in their own homes, and nothing in the person's", async () => {
  for (const id of ids) {
    const { task, run } = runs.get(id) as { task: Task; run: Run };
    const sessions = holding(join(homeOf(id), isClaude(id) ? "projects" : "sessions"), wordsOf(id));
    expect([id, sessions.length]).toEqual([id, 1]);
    const ref = (await server.client.runs(task.id)).find((one) => one.id === run.id)?.sessionRef;
    expect(sessions[0]).toContain(ref ?? "no conversation");
    for (const other of ids.filter((one) => one !== id)) {
      for (const text of [wordsOf(id), ruleOf(id), keyOf(id)]) {
        expect([id, other, holding(homeOf(other), text)]).toEqual([id, other, []]);
      }
    }
  }
  for (const name of [".claude", ".claude.json", ".codex"]) {
    expect([name, existsSync(join(root, "home", name))]).toEqual([name, false]);
  }
});

test("a living conversation goes on in its account when the program is replaced (TRUST-05)", async () => {
  for (const name of ["claude", "codex"]) {
    rmSync(join(root, "bin", name));
    symlinkSync("/bin/false", join(root, "bin", name));
  }
  for (const [id, { task, run }] of runs) {
    const text = isClaude(id) ? "text: Again." : scripted([[{ say: "Again." }]]);
    const reply = await server.client.post<{ run: Run }>(`/runs/${run.id}/input`, { text });
    expect([id, reply.status]).toEqual([id, 202]);
    await server.client.ended(task.id, reply.body.run.id);
    const [last, first] = await server.client.runs(task.id);
    expect([id, last?.status, last?.sessionRef]).toEqual([
      id,
      "succeeded",
      first?.sessionRef ?? "",
    ]);
    expect((await tested(id)).ok).toBe(false);
  }
}, 120_000);
