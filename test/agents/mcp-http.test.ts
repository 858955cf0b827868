import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../../src/contract/task.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";
import { scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";
import { type AtWork, agentAtWork, pendingOf, questionOf } from "../support/mcp.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { claudeBinary } from "./claude-lab.ts";
import { codexBinary } from "./codex-lab.ts";

/**
 * The real CLIs as clients of the MCP endpoint, each with the token of a session: they ask, the
 * server is killed, and the next one's person answers.
 */
let server: TestServer;
let repo: string;
let root: string;
let anthropic: FakeAnthropic;
let openai: FakeOpenAi;

beforeAll(async () => {
  // Codex wants its home outside the temporary folder.
  root = mkdtempSync("/var/tmp/agetor-mcp-");
  for (const name of ["work", "home", "codex", "tmp"]) mkdirSync(join(root, name));
  anthropic = startFakeAnthropic();
  openai = await startFakeOpenAi();
  server = await TestServer.start({ dataDir: join(root, "data") });
  repo = makeRepo();
  await server.client.trust(repo);
});

afterAll(async () => {
  await server.dispose();
  await anthropic.close();
  await openai.close();
  rmSync(root, { recursive: true, force: true });
});

/** Runs a CLI to its end, with nothing of this process' environment. */
function run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = Bun.spawn([...argv], {
    cwd: join(root, "work"),
    env: {
      PATH: process.env["PATH"],
      HOME: join(root, "home"),
      TMPDIR: join(root, "tmp"),
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  return new Response(child.stdout).text();
}

function claude({ url, token }: AtWork, ...script: string[]): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const agetor = { type: "http", url, headers, alwaysLoad: true };
  const config = JSON.stringify({ mcpServers: { agetor } });
  writeFileSync(join(root, "home/.claude.json"), `{"hasCompletedOnboarding":true}`);
  const flags = ["--mcp-config", config, "--strict-mcp-config", "--allowedTools"];
  const format = ["--output-format", "stream-json", "--verbose"];
  const prompt = ["--", script.join("\n")];
  return run([claudeBinary(), "-p", ...format, ...flags, "mcp__agetor__ask_user", ...prompt], {
    ANTHROPIC_BASE_URL: anthropic.url,
    ANTHROPIC_API_KEY: "sk-dummy",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    IS_SANDBOX: "1",
  });
}

function codex({ url, token }: AtWork, prompt: string): Promise<string> {
  writeFileSync(
    join(root, "codex/config.toml"),
    `model = "gpt-5.5"
model_provider = "fake"
[model_providers.fake]
name = "Fake"
base_url = "${openai.baseUrl}"
wire_api = "responses"
env_key = "FAKE_KEY"
[mcp_servers.agetor]
url = "${url}"
bearer_token_env_var = "ASK_TOKEN"
tool_timeout_sec = 86400
`,
  );
  return run([codexBinary(), "exec", "--json", "--skip-git-repo-check", "--", prompt], {
    CODEX_HOME: join(root, "codex"),
    FAKE_KEY: "dummy",
    ASK_TOKEN: token,
  });
}

/** Answers the only question of a task; where asked for, on the server after the one that took it. */
async function answered(task: Task, text: string, killed: boolean): Promise<void> {
  const asked = await questionOf(server, task);
  if (killed) {
    await server.kill();
    server = await server.restart();
    expect((await questionOf(server, task)).id).toBe(asked.id);
  }
  const body = { selected: [], text };
  expect((await server.client.post(`/questions/${asked.id}/answer`, body)).status).toBe(200);
}

const killed = [
  ["at once", false],
  ["over a killed server", true],
] as const;

test.each(killed)(
  "Claude Code asks and is answered %s",
  async (_, isKilled) => {
    const work = await agentAtWork(server, repo);
    const call = `tool: mcp__agetor__ask_user ${JSON.stringify({ question: "Which port?" })}`;
    const output = claude(work, "text: I ask.", call, "next", "text: Thanks.");
    await answered(work.task, "Port 8080", isKilled);
    expect(await output).toContain("Port 8080");
    expect(JSON.stringify(anthropic.requests.at(-1)?.body.messages)).toContain("Port 8080");
    expect(await pendingOf(server, work.task)).toEqual([]);
  },
  120_000,
);

test.each(killed)(
  "Codex asks and is answered %s",
  async (_, isKilled) => {
    const work = await agentAtWork(server, repo);
    const args = { question: "Which port?" };
    const prompt = scripted([
      [{ call: "ask_user", namespace: "mcp__agetor", args }],
      [{ say: "Thanks." }],
    ]);
    const output = codex(work, prompt);
    await answered(work.task, "Port 9090", isKilled);
    expect(await output).toContain("Port 9090");
    expect(JSON.stringify(openai.requests.at(-1)?.body.input)).toContain("Port 9090");
    expect(await pendingOf(server, work.task)).toEqual([]);
  },
  120_000,
);
