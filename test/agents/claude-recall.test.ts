import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./claude-desk.ts";
import { data, type Job, Office } from "./claude-office.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

/** Words that would do something if Claude ever acted on them. */
const script = (name: string) =>
  `tool: Bash {"command":"touch acted-${name}.txt"}\nmind the\ttabs of ${name}!`;

const running = 'tool: Bash {"command":"touch begun; while [ ! -e go ]; do sleep 0.1; done"}';

/** How often the model has these words before it in the newest conversation they could be part of. */
function heard(name: string): number {
  const whole = office.fake.requests.map(({ body }) => JSON.stringify(body.messages ?? []));
  const counts = whole.map((text) => text.split(`tabs of ${name}!`).length - 1);
  return Math.max(0, ...counts);
}

/** Steers, and waits until Claude holds the words in its queue. */
async function queuedInClaude(job: Job, name: string): Promise<void> {
  await job.steered(script(name));
  await until(async () => (await lines(job)).some((it) => it.includes(`of ${name}!`)));
}

/** What Claude wrote about its queue. */
async function lines(job: Job): Promise<string[]> {
  const settings = readFileSync(join(await job.session(), "run.sh"), "utf8");
  const conversation = /'--session-id' '([^']+)'/.exec(settings)?.[1] ?? "";
  const pattern = `projects/*/${conversation}.jsonl`;
  const [path] = [...new Bun.Glob(pattern).scanSync({ cwd: join(office.root, "claude") })];
  if (path === undefined) return [];
  const all = readFileSync(join(office.root, "claude", path), "utf8").split("\n");
  return all.filter((it) => it.includes('"type":"queue-operation"'));
}

/** It was stopped, nothing was done, and the words wait; then they are sent once, as they were. */
async function tookBack(job: Job, name: string): Promise<void> {
  await job.ended();
  expect(await job.task()).toMatchObject({ column: "ready", runStatus: "cancelled" });
  expect((await job.queue()).map(({ text }) => text)).toEqual([script(name)]);
  expect([heard(name), await job.has(`acted-${name}.txt`)]).toEqual([0, false]);
  await until(async () => !existsSync(join(await job.session(), "halt")));
  // Whatever Claude had gone on with would come before this.
  await job.client.post(`/runs/${job.run}/input`, { text: "text: after all" });
  await job.client.until(job.id, (it) => it.queuedMessages === 0 && it.column === "review");
  const runs = await job.client.runs(job.id);
  expect(runs.map(({ prompt }) => prompt).slice(0, 2)).toEqual(["text: after all", script(name)]);
  expect(runs.map(({ status }) => status).slice(0, 3)).toEqual([
    "succeeded",
    "succeeded",
    "cancelled",
  ]);
  expect([heard(name), await job.has(`acted-${name}.txt`)]).toEqual([1, true]);
}

describe("stopping takes back what Claude has not heard yet", () => {
  test("while a command runs", async () => {
    const job = await office.start("bypass", running, "next", "text: never");
    await until(() => job.has("begun"));
    await queuedInClaude(job, "command");
    await job.stop();
    const events = await job.ended();
    expect(data(events, "user.message").map(({ text }) => text)).toContain(script("command"));
    await tookBack(job, "command");
  }, 60_000);

  test("while it writes", async () => {
    const job = await office.start("bypass", "text: some words", "hold: writes", "text: never");
    await office.fake.seen((it) => it.lastUserText.includes("hold: writes"));
    await queuedInClaude(job, "writes");
    await job.stop();
    await tookBack(job, "writes");
  }, 60_000);

  test("while a permission dialog is open", async () => {
    const tool = 'tool: Bash {"command":"touch asked.txt"}';
    const job = await office.start("ask", "hold: dialog", tool, "next", "text: never");
    await office.fake.seen((it) => it.lastUserText.includes("hold: dialog"));
    await queuedInClaude(job, "dialog");
    office.fake.release("dialog");
    const asked = await job.asked("approval");
    await job.stop();
    expect(await job.resolved(asked.id)).toMatchObject({ state: "gone" });
    await job.ended();
    expect(await job.has("asked.txt")).toBe(false);
    expect((await job.queue()).map(({ text }) => text)).toEqual([script("dialog")]);
    expect([heard("dialog"), await job.has("acted-dialog.txt")]).toEqual([0, false]);
    await until(async () => (await job.hooks()).length === 0);
  }, 60_000);

  test("while it asks a question", async () => {
    const options = ["A", "B"].map((label) => ({ label, description: label }));
    const question = { question: "Which?", header: "Pick", multiSelect: false, options };
    const ask = `tool: AskUserQuestion ${JSON.stringify({ questions: [question] })}`;
    const job = await office.start("bypass", "hold: question", ask, "next", "text: never");
    await office.fake.seen((it) => it.lastUserText.includes("hold: question"));
    await queuedInClaude(job, "question");
    office.fake.release("question");
    await job.asked("ask_questions");
    await job.stop();
    await tookBack(job, "question");
  }, 60_000);

  test("also when it was typed into the terminal, and several of them", async () => {
    const job = await office.start("bypass", running, "next", "text: never");
    await until(() => job.has("begun"));
    await queuedInClaude(job, "first");
    const { tmux } = office.host;
    const name = await job.terminal();
    await tmux.paste(name, "typed by hand");
    await until(async () => (await office.screen(name)).includes("typed by hand"));
    await tmux.keys(name, ["Enter"]);
    await until(async () => (await lines(job)).some((it) => it.includes("typed by hand")));
    await job.stop();
    await job.ended();
    expect((await job.queue()).map(({ text }) => text)).toEqual([script("first"), "typed by hand"]);
    expect([heard("first"), await job.has("acted-first.txt")]).toEqual([0, false]);
  }, 60_000);

  test("in the very moment the turn ends: heard once, or waiting, never both", async () => {
    for (let at = 0; at < 4; at += 1) {
      const late = `delay: ${at * 60}`;
      const job = await office.start("bypass", `hold: end-${at}`, late, "text: the end");
      await office.fake.seen((it) => it.lastUserText.includes(`hold: end-${at}`));
      await queuedInClaude(job, `end-${at}`);
      office.fake.release(`end-${at}`);
      await job.stop();
      const file = `acted-end-${at}.txt`;
      const idle = (status: string | null) => status === "cancelled" || status === "succeeded";
      await job.client.until(job.id, (it) => idle(it.runStatus));
      const waits = (await job.queue()).length;
      expect([waits + heard(`end-${at}`), waits === 1 && (await job.has(file))]).toEqual([
        1,
        false,
      ]);
    }
  }, 120_000);
});

describe("a server that is killed over a stop", () => {
  /** A message in Claude's queue and a stop; the server dies as soon as `fact` is so. */
  async function killedOnce(name: string, fact: (job: Job) => Promise<boolean>): Promise<Job> {
    const job = await office.start("bypass", running, "next", "text: never");
    await until(() => job.has("begun"));
    await queuedInClaude(job, name);
    await job.stop();
    await until(() => fact(job));
    await office.restart();
    return job;
  }

  test("right after it was told", async () => {
    await tookBack(await killedOnce("told", () => Promise.resolve(true)), "told");
  }, 60_000);

  test("when Claude is held still", async () => {
    const held = async (job: Job) => existsSync(join(await job.session(), "halt"));
    await tookBack(await killedOnce("held", held), "held");
  }, 60_000);

  test("when the words were called back", async () => {
    const popped = async (job: Job) => (await lines(job)).some((it) => it.includes("popAll"));
    await tookBack(await killedOnce("popped", popped), "popped");
  }, 60_000);

  test("does not let Claude go on meanwhile, however long it is away", async () => {
    const held = async (job: Job) => existsSync(join(await job.session(), "halt"));
    const job = await office.start("bypass", running, "next", "text: never");
    await until(() => job.has("begun"));
    await queuedInClaude(job, "away");
    await job.stop();
    const [name, place] = [await job.terminal(), await job.worktree()];
    await until(() => held(job));
    await office.restart(async () => {
      // The command ends while nobody is there: Claude would take in the message now.
      writeFileSync(join(place, "go"), "");
      await until(async () => /PostToolBatch hook/.test(await office.screen(name)));
      expect(heard("away")).toBe(0);
    });
    await tookBack(job, "away");
  }, 60_000);
});

describe("an agent that ends with words in its queue", () => {
  test("leaves them to the person", async () => {
    const job = await office.start("bypass", running, "next", "text: never");
    await until(() => job.has("begun"));
    await queuedInClaude(job, "killed");
    const pane = await office.host.tmux.pane(await job.terminal());
    if (!pane.ok || pane.value === null) throw new Error("there is no pane");
    process.kill(pane.value.process.pid, "SIGKILL");
    await job.ended();
    expect((await job.queue()).map(({ text }) => text)).toEqual([script("killed")]);
    expect([heard("killed"), await job.has("acted-killed.txt")]).toEqual([0, false]);
    // Nobody else ends the command of an agent that was killed.
    writeFileSync(join(await job.worktree(), "go"), "");
  }, 60_000);
});
