import { afterEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createClaudeDriver } from "../../src/agents/claude/driver.ts";
import { createCodexDriver } from "../../src/agents/codex/driver.ts";
import type { Task } from "../../src/contract/task.ts";
import { StoreFull } from "../../src/store/types.ts";
import { startFakeAnthropic } from "../fakes/anthropic/server.ts";
import { scripted } from "../fakes/openai/script.ts";
import { done, TestEngine, value } from "../support/engine.ts";
import { FailingStore } from "../support/failing-store.ts";
import { makeRepo } from "../support/repo.ts";
import { claudeBinary } from "./claude-lab.ts";
import { codexBinary, Lab } from "./codex-lab.ts";

/** The real engine and the real CLIs, over a store that takes nothing for a while. */
const meta = { commandId: null, digest: "" };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Story {
  readonly engine: TestEngine;
  readonly disk: FailingStore;
  readonly task: Task;
  /** Lets the model go on. */
  readonly go: () => void;
  readonly next: string;
}

function said({ engine, task }: Story): string[] {
  return engine.store
    .events({ after: 0, limit: 1000, taskIds: [task.id] })
    .flatMap(({ type, data }) =>
      type === "assistant.text" ? [(data as { text: string }).text] : [],
    );
}

/** A message waits, the agent goes on while nothing can be stored, and then there is room again. */
async function fillsUp(story: Story): Promise<void> {
  const { engine, disk, task, go, next } = story;
  await engine.until(task, (now) => /one|README/.test(now.live?.object ?? ""));
  const { runId } = value(engine.engine.tasks.get(task.id)).task;
  const sent = done(await engine.engine.runs.input(runId ?? "", { text: next }, meta));
  expect(sent).toHaveProperty("queued");
  disk.trouble = new StoreFull();
  go();
  await disk.refuses(6);
  expect(said(story)).toEqual(["one"]);
  expect(value(engine.engine.tasks.get(task.id)).task.live?.verb).toBe("Waiting");
  disk.trouble = null;
  await engine.until(task, (now) => now.queuedMessages === 0 && now.column === "review");
  expect(said(story)).toEqual(["one", "two", "after"]);
  const events = engine.store.events({ after: 0, limit: 1000, taskIds: [task.id] });
  expect(events.filter(({ type }) => type === "turn.ended").map(({ data }) => data)).toMatchObject([
    { outcome: { kind: "succeeded" } },
    { outcome: { kind: "succeeded" } },
  ]);
  const calls = events.filter(({ type }) => type === "tool.result");
  expect(calls).toHaveLength(1);
}

test("Codex goes on where it stood, and its messages too", async () => {
  const lab = await Lab.make();
  closing.push(() => lab.close());
  const disk = new FailingStore();
  const root = mkdtempSync("/var/tmp/agetor-codex-");
  const engine = await TestEngine.start([createCodexDriver()], root, disk.port);
  closing.push(() => engine.close());
  const { home, env } = lab.harness("");
  const bin = codexBinary();
  done(await engine.engine.harnesses.patch("codex", { bin, home, env: { ...env } }, meta));
  const prompt = scripted([
    [{ say: "one" }, { gate: "go" }, { shell: "echo three" }],
    [{ say: "two" }],
  ]);
  const task = await engine.begin({ workdir: lab.main, prompt, agent: "codex" });
  const next = scripted([[{ say: "after" }]]);
  await fillsUp({ engine, disk, task, next, go: () => lab.fake.open("go") });
}, 120_000);

test("Claude Code goes on where it stood, and its messages too", async () => {
  const fake = startFakeAnthropic();
  closing.push(() => fake.close());
  const root = mkdtempSync(join(homedir(), ".agetor-claude-"));
  const home = join(root, "claude");
  mkdirSync(home);
  closing.push(() => rmSync(root, { recursive: true, force: true }));
  const disk = new FailingStore();
  const engine = await TestEngine.start([createClaudeDriver()], join(root, "engine"), disk.port);
  closing.push(() => engine.close());
  const env = {
    ANTHROPIC_BASE_URL: fake.url,
    ANTHROPIC_API_KEY: "sk-dummy-key-of-this-test-0123456789",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    IS_SANDBOX: "1",
  };
  const bin = claudeBinary();
  done(await engine.engine.harnesses.patch("claude-code", { bin, home, env }, meta));
  const workdir = makeRepo({ "README.md": "# Demo\n" });
  const read = `tool: Read ${JSON.stringify({ file_path: "README.md" })}`;
  const lines = ["text: one", "next", "hold: go", "text: two"];
  const prompt = [lines[0], read, ...lines.slice(1)].join("\n");
  const task = await engine.begin({ workdir, prompt, agent: "claude-code" });
  await fillsUp({ engine, disk, task, next: "text: after", go: () => fake.release("go") });
}, 120_000);
