import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Interaction } from "../../src/contract/interaction.ts";
import { until } from "./claude-desk.ts";
import { data, type Job, Office } from "./claude-office.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

const byHand = { state: "gone", outcome: "Answered in the agent's terminal" };

/** A command that goes on until the test makes a file: its result comes long after its dialog. */
const long = (name: string) =>
  `tool: Bash {"command":"touch began-${name}; while [ ! -e go-${name} ]; do sleep 0.1; done"}`;

async function go(job: Job, name: string): Promise<void> {
  writeFileSync(join(await job.worktree(), `go-${name}`), "");
}

/** Answered in the terminal: the card is free and no hook is left, while the turn goes on. */
async function isFree(job: Job, asked: Interaction): Promise<void> {
  expect(await job.resolved(asked.id)).toMatchObject(byHand);
  expect(await job.task()).toMatchObject({ column: "running", pendingInteractions: 0 });
  await until(async () => (await job.hooks()).length === 0);
}

const results = async (job: Job) =>
  data(await job.ended(), "tool.result").map(({ status }) => status);

describe("a dialog answered in Claude's own terminal frees the card at once", () => {
  test("when a long command is allowed", async () => {
    const job = await office.start("ask", long("one"), "next", "text: done");
    const asked = await job.asked("approval");
    await job.sayYes();
    await isFree(job, asked);
    expect(await job.has("began-one")).toBe(true);
    await go(job, "one");
    expect(await results(job)).toEqual(["succeeded"]);
  }, 60_000);

  test("when it is denied, which ends the turn", async () => {
    const job = await office.start("ask", long("no"), "next", "text: never");
    const asked = await job.asked("approval");
    await job.press(/❯ 1\. Yes/, "Up");
    await job.press(/❯ \d\. No/, "Enter");
    expect(await job.resolved(asked.id)).toMatchObject({ state: "gone" });
    await job.ended();
    expect(await job.task()).toMatchObject({ column: "ready", runStatus: "cancelled" });
    await until(async () => (await job.hooks()).length === 0);
    expect(await job.has("began-no")).toBe(false);
  }, 60_000);

  test("when it is a question", async () => {
    const options = ["A", "B"].map((label) => ({ label, description: label }));
    const question = { question: "Which?", header: "Pick", multiSelect: false, options };
    const ask = `tool: AskUserQuestion ${JSON.stringify({ questions: [question] })}`;
    const job = await office.start("bypass", ask, "next", "hold: question", "text: done");
    const asked = await job.asked("ask_questions");
    await job.press(/❯ 1\. A/, "Enter");
    await isFree(job, asked);
    office.fake.release("question");
    expect(data(await job.ended(), "tool.result")[0]?.output).toContain('"Which?"="A"');
  }, 60_000);

  test("when it is a plan", async () => {
    const job = await office.start(
      "plan",
      "tool: ExitPlanMode {}",
      "next",
      "hold: plan",
      "text: done",
    );
    const asked = await job.asked("plan_approval");
    await job.press(/❯ 1\. Yes/, "Enter");
    await isFree(job, asked);
    office.fake.release("plan");
    expect(await results(job)).toEqual(["succeeded"]);
  }, 60_000);

  test("when both of two at the same time are", async () => {
    const read = (path: string) => `tool: Read {"file_path":"${path}"}`;
    const job = await office.start(
      "ask",
      read("/etc/hostname"),
      read("/etc/hosts"),
      "next",
      "hold: both",
      "text: done",
    );
    const [first, second] = [await job.asked("approval"), await job.asked("approval", 2)];
    await job.press(/❯ 1\. Yes/, "Enter");
    for (const { id } of [first, second]) expect(await job.resolved(id)).toMatchObject(byHand);
    office.fake.release("both");
    expect(await results(job)).toEqual(["succeeded", "succeeded"]);
  }, 60_000);

  test("while no server was there to see it", async () => {
    const job = await office.start("ask", long("away"), "next", "text: done");
    const asked = await job.asked("approval");
    const [name, place] = [await job.terminal(), await job.worktree()];
    await office.restart(async () => {
      await job.isRead();
      await office.press(name, /❯ 1\. Yes/, "Enter");
      await until(() => Bun.file(join(place, "began-away")).exists());
    });
    await isFree(job, asked);
    await go(job, "away");
    expect(await results(job)).toEqual(["succeeded"]);
  }, 60_000);
});

describe("an answer on the card", () => {
  test("stays what it is, although Claude goes on from it, and the next question stands", async () => {
    const touch = 'tool: Bash {"command":"touch next.txt"}';
    const job = await office.start("ask", long("card"), "next", touch, "next", "text: done");
    const first = await job.asked("approval");
    await job.answer(first, { decision: "allow" });
    await until(() => job.has("began-card"));
    await go(job, "card");
    const second = await job.asked("approval");
    // Longer than it takes to see an answer in the terminal: the hook of the first is gone by then.
    await until(async () => (await job.hooks()).length === 1);
    await until(async () => (await office.screen(await job.terminal())).includes("touch next.txt"));
    await job.answer(second, { decision: "deny", reason: "Not now." });
    const events = await job.ended();
    const outcomes = events
      .filter(({ type }) => type === "interaction.resolved")
      .map((event) => (event.data as Interaction).outcome);
    expect(outcomes).toEqual(["Allowed once", "Denied: Not now."]);
  }, 60_000);
});
