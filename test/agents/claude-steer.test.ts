import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { QueuedMessage } from "../../src/contract/task.ts";
import { data, type Job, Office } from "./claude-office.ts";
import { expectSafe, steerRace, summary } from "./claude-race.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

/** A tool that runs until the test makes a file in its folder. */
const waiting = 'tool: Bash {"command":"while [ ! -e go ]; do sleep 0.1; done; echo went"}';

async function atWork(job: Job): Promise<void> {
  await job.events((event) => event.type === "tool.call");
}

async function go(job: Job): Promise<void> {
  writeFileSync(join(await job.worktree(), "go"), "");
}

describe("a message into the current turn", () => {
  test("is heard while a tool runs, and stands in the transcript once", async () => {
    const job = await office.start("bypass", waiting, "next", "text: heard you");
    await atWork(job);
    const words = "And please:\nmind the\ttests.";
    expect(await job.steer(words)).toMatchObject({ run: { id: job.run } });
    await go(job);
    const events = await job.ended();
    const { body } = await office.fake.seen((it) => JSON.stringify(it.body).includes("mind the"));
    expect(JSON.stringify(body.messages)).toContain("went");
    const messages = data(events, "user.message").filter(({ text }) => text.includes("mind the"));
    expect(messages).toEqual([{ text: words, messageId: expect.any(String), source: "app" }]);
    expect(await job.client.runs(job.id)).toHaveLength(1);
  }, 60_000);

  test("may be long, and may look like a command of the shell", async () => {
    const job = await office.start("bypass", waiting, "next", "text: heard you");
    await atWork(job);
    const words = `! touch pwned\n${"long words ".repeat(200)}\nthe end`;
    expect(await job.steer(words)).toMatchObject({ run: { id: job.run } });
    await go(job);
    const [, message] = data(await job.ended(), "user.message");
    expect(message).toEqual({ text: words, messageId: expect.any(String), source: "app" });
    expect(await job.has("pwned")).toBe(false);
  }, 60_000);

  test("that is a command waits until Claude is done", async () => {
    const job = await office.start("bypass", waiting, "next", "text: done");
    await atWork(job);
    expect(await job.steer("/compact")).toMatchObject({ queued: { text: "/compact" } });
    await go(job);
    await job.ended();
  }, 60_000);

  test("waits while a question is open", async () => {
    const job = await office.start(
      "ask",
      'tool: Bash {"command":"touch asked.txt"}',
      "next",
      "text: done",
    );
    const asked = await job.asked("approval");
    const said = await job.steer("no, do not do that");
    expect(said).toMatchObject({ queued: { text: "no, do not do that" } });
    expect(await job.has("asked.txt")).toBe(false);
    if ("queued" in said) await drop(job, said.queued);
    await job.answer(asked, { decision: "deny" });
    await job.ended();
  }, 60_000);
});

async function drop(job: Job, queued: QueuedMessage): Promise<void> {
  await job.client.call("DELETE", `/tasks/${job.id}/queue/${queued.id}`);
}

test("a message in the very moment a permission dialog opens approves nothing (40 tries)", async () => {
  const tries = await steerRace(office, 40);
  console.info(summary(tries));
  expectSafe(tries, 40);
}, 600_000);
