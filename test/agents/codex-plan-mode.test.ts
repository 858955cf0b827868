import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createCodexDriver } from "../../src/agents/codex/driver.ts";
import type { Interaction, InteractionAnswer } from "../../src/contract/interaction.ts";
import type { Task } from "../../src/contract/task.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import { done, TestEngine, value } from "../support/engine.ts";
import { codexBinary, Lab } from "./codex-lab.ts";

/** The real engine with the real Codex, while half an hour passes between two messages. */
let lab: Lab;
let engine: TestEngine;
const meta = { commandId: null, digest: "" };

beforeAll(async () => {
  lab = await Lab.make();
  // Not in the temporary folder, where Codex may write in every mode but `plan`.
  engine = await TestEngine.start([createCodexDriver()], mkdtempSync("/var/tmp/agetor-codex-"));
  const { home, env } = lab.harness("");
  const bin = codexBinary();
  done(await engine.engine.harnesses.patch("codex", { bin, home, env: { ...env } }, meta));
});

afterAll(async () => {
  await engine.close();
  await lab.close();
});

const plan = (text: string): Script => [
  [{ say: `Here.\n<proposed_plan>\n${text}\n</proposed_plan>\n` }],
];
const write = (file: string): Script => [[{ shell: `echo x > ${file}` }], [{ say: "." }]];

async function asked(task: Task): Promise<Interaction> {
  await engine.until(task, (now) => now.pendingInteractions === 1);
  const [open] = value(engine.engine.tasks.interactions(task.id)).interactions;
  if (open === undefined) throw new Error("nothing waits");
  return open;
}

test("an approved plan outlives hibernation, and plan mode can be had again", async () => {
  const { tasks, interactions } = engine.engine;
  const prompt = scripted(plan("# One"));
  const task = await engine.begin({ workdir: lab.main, prompt, agent: "codex", mode: "plan" });
  const revision = scripted(write("built.txt"));
  const approve: InteractionAnswer = {
    ...{ kind: "plan_approval", choice: "approve_implement", revision },
  };
  done(await interactions.answer((await asked(task)).id, approve, "test", meta));
  const { worktreePath } = await engine.ended(task);
  const has = (file: string) => existsSync(join(worktreePath ?? "", file));
  expect(has("built.txt")).toBe(true);
  const first = engine.store.latestSession(task.id);

  await engine.hibernate(task);
  await engine.say(task, scripted(write("later.txt")));
  expect(has("later.txt")).toBe(true);
  const second = engine.store.latestSession(task.id);
  expect(second?.id).not.toBe(first?.id);
  expect(second?.agentSessionId).toBe(first?.agentSessionId ?? "");

  done(await tasks.patch(task.id, { mode: "plan" }, meta));
  await engine.hibernate(task);
  await engine.say(task, scripted(write("never.txt")));
  expect(has("never.txt")).toBe(false);
}, 120_000);
