import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { TranscriptFold } from "../../src/domain/transcript-fold.ts";
import { approvalWords, toolPhrase } from "../../src/domain/transcript-words.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { claudeBinary } from "./claude-lab.ts";

/** What the transcript of the real Claude Code comes to once approvals are joined with its calls. */
let server: TestServer;
let repo: string;
let model: FakeAnthropic;
let root: string;

beforeAll(async () => {
  root = mkdtempSync(join(homedir(), ".agetor-edited-"));
  mkdirSync(join(root, "claude"));
  model = await startFakeAnthropic();
  const env = { AGETOR_CLAUDE_DRIVER: "" };
  server = await TestServer.start({ env, dataDir: join(root, "data") });
  repo = makeRepo({ "README.md": "# Demo\n" });
  await server.client.trust(repo);
  await server.client.call("PATCH", "/harnesses/claude-code", {
    bin: claudeBinary(),
    home: join(root, "claude"),
    env: {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: "sk-dummy-key-of-this-test-0123456789",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      IS_SANDBOX: "1",
    },
  });
});

afterAll(async () => {
  for (const { id } of (await server.client.get<{ tasks: Task[] }>("/tasks")).body.tasks) {
    await server.client.call("DELETE", `/tasks/${id}`);
  }
  await server.dispose();
  await model.close();
  rmSync(root, { recursive: true, force: true });
});

test("an edited command is shown as it ran, and each answer stands with its own call", async () => {
  const { client } = server;
  const bash = (command: string): string =>
    `tool: Bash ${JSON.stringify({ command, description: "Write" })}`;
  const prompt = [bash("echo one > a.txt"), "next", bash("rm README.md"), "next", "text: Done."];
  const reply = await client.post<{ task: Task; run: Run }>("/tasks", {
    workdir: repo,
    prompt: prompt.join("\n"),
    agent: "claude-code",
    mode: "ask",
    start: true,
  });
  expect(reply.status).toBe(201);
  const { task, run } = reply.body;
  const edited = { command: "echo TWO | tee b.txt", description: "Write" };
  const answers = [
    { decision: "allow", updatedInput: edited },
    { decision: "deny", reason: "Keep it" },
  ];
  const answered = new Set<string>();
  for (const answer of answers) {
    const events = await client.events(
      `/tasks/${task.id}/events`,
      ({ type, data }) => type === "interaction.opened" && !answered.has((data as Interaction).id),
    );
    const opened = events.at(-1);
    if (opened === undefined) throw new Error("nothing was asked");
    const { id } = opened.data as Interaction;
    answered.add(id);
    expect((await client.post(`/approvals/${id}/answer`, answer)).status).toBe(200);
  }
  await client.ended(task.id, run.id);
  const { body } = await client.get<{ events: Parameters<TranscriptFold["push"]>[0] }>(
    `/tasks/${task.id}/transcript?limit=400`,
  );
  const fold = new TranscriptFold();
  fold.push(body.events);
  const lines = fold.items.flatMap((item) => {
    if (item?.kind === "ask") return ["a row of its own"];
    if (item?.kind !== "tool") return [];
    const { verb, object } = toolPhrase(item);
    return [`${verb} ${object} | ${approvalWords(item)} | ${item.output.trim().split("\n")[0]}`];
  });
  expect(lines[0]).toBe("Ran echo TWO | tee b.txt | edited by you | TWO");
  expect(lines[1]).toStartWith("Wanted to run rm README.md | Denied: Keep it | ");
  expect(lines).toHaveLength(2);
}, 120_000);
