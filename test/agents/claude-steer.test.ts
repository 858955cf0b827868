import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { QueuedMessage } from "../../src/contract/task.ts";
import { data, type Job, Office } from "./claude-office.ts";

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

/** How often the race is run; a few are enough to see that nothing broke. */
const tries = Number(process.env["AGETOR_TEST_STEER_TRIES"] ?? 20);

describe("a message in the very moment a permission dialog opens", () => {
  test(
    "behind another one that was just answered never answers it",
    async () => {
      const rounds = Math.ceil(tries / 4);
      const pair = (at: number) => [
        `tool: Bash {"command":"touch first-${at}.txt"}`,
        `tool: Bash {"command":"touch second-${at}.txt"}`,
        "next",
      ];
      const script = Array.from({ length: rounds }, (_, at) => pair(at)).flat();
      const job = await office.start("ask", ...script, "text: over");
      for (let at = 0; at < rounds; at += 1) {
        const first = await job.asked("approval");
        // Allowed or denied, the second dialog opens at once, its tool let go on long ago.
        await job.answer(first, { decision: at % 2 === 0 ? "deny" : "allow" });
        const [said, second] = await Promise.all([
          job.steer(`no, never do that ${at}`),
          job.asked("approval"),
        ]);
        if ("queued" in said) await drop(job, said.queued);
        expect(second.title).toBe(`touch second-${at}.txt`);
        expect(await job.has(`second-${at}.txt`)).toBe(false);
        await job.answer(second, { decision: "deny", reason: "Not now." });
        expect(await job.resolved(second.id)).toMatchObject({ outcome: "Denied: Not now." });
      }
      await job.ended();
      for (let at = 0; at < rounds; at += 1) expect(await job.has(`second-${at}.txt`)).toBe(false);
    },
    30_000 + tries * 5_000,
  );

  test(
    "never answers it",
    async () => {
      // The model calls the tool somewhere in the time the typing takes.
      const delays = Array.from({ length: tries }, () => Math.floor(Math.random() * 1600));
      const script = delays.flatMap((ms, at) => [
        `hold: race-${at}`,
        `delay: ${ms}`,
        `tool: Bash {"command":"touch race-${at}.txt"}`,
        "next",
      ]);
      const job = await office.start("ask", ...script, "text: over");
      await office.fake.seen((it) => it.lastUserText.includes("hold: race-0"));
      const outcomes: { heard: boolean; ms: number; end: Interaction }[] = [];
      for (const [at, ms] of delays.entries()) {
        office.fake.release(`race-${at}`);
        const [said, asked] = await Promise.all([
          job.steer(`no, never do that ${at}`),
          job.asked("approval"),
        ]);
        if ("queued" in said) await drop(job, said.queued);
        expect(await job.has(`race-${at}.txt`)).toBe(false);
        await job.answer(asked, { decision: "deny", reason: "Not now." });
        outcomes.push({ heard: "run" in said, ms, end: await job.resolved(asked.id) });
      }
      await job.ended();
      expect(outcomes.filter(({ end }) => end.outcome !== "Denied: Not now.")).toEqual([]);
      for (const at of delays.keys()) expect(await job.has(`race-${at}.txt`)).toBe(false);
      console.info(`steered ${outcomes.filter(({ heard }) => heard).length} of ${tries}`);
    },
    30_000 + tries * 15_000,
  );
});
