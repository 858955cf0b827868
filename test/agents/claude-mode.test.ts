import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { until } from "./claude-desk.ts";
import { data, type Job, Office } from "./claude-office.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

const touch = (file: string) => `tool: Bash {"command":"touch ${file}"}`;
const write = (file: string) => `tool: Write {"file_path":"${file}","content":"x"}`;

/** What the person picks in the panel while the agent works. */
async function pick(job: Job, mode: string): Promise<void> {
  const { status } = await job.client.call("PATCH", `/tasks/${job.id}`, { mode });
  expect(status).toBe(200);
}

const modes = async (job: Job) => {
  const { mode, modeNow } = await job.task();
  return [mode, modeNow];
};

const works = (job: Job, mode: string) =>
  job.client.until(job.id, (task) => task.modeNow === mode).then(() => undefined);

/** A turn that waits at its beginning, in some mode. */
async function held(mode: string, name: string, ...script: string[]): Promise<Job> {
  const job = await office.start(mode, `hold: ${name}`, ...script);
  await office.fake.seen((it) => it.lastUserText.includes(`hold: ${name}`));
  await works(job, mode);
  expect(await modes(job)).toEqual([mode, mode]);
  return job;
}

const sessionIds = async (job: Job) =>
  new Set((await job.client.runs(job.id)).map((it) => it.sessionRef));

describe("a mode that is changed while Claude works", () => {
  test("to a more permissive one holds with the next answer, and nothing is allowed before", async () => {
    const script = [write("one.txt"), "next", write("two.txt"), "next", touch("t.txt"), "next"];
    const job = await held("ask", "loose", ...script, "text: done");
    await pick(job, "acceptEdits");
    expect(await modes(job)).toEqual(["acceptEdits", "ask"]);
    office.fake.release("loose");
    const asked = await job.asked("approval");
    expect(asked.title).toContain("one.txt");
    expect([asked.reason, await job.has("one.txt")]).toEqual([null, false]);
    await job.answer(asked, { decision: "allow" });
    // The other edit and the command are what this mode allows.
    const events = await job.ended();
    expect(events.filter(({ type }) => type === "interaction.opened")).toHaveLength(1);
    expect([await job.has("one.txt"), await job.has("two.txt"), await job.has("t.txt")]).toEqual([
      true,
      true,
      true,
    ]);
    await works(job, "acceptEdits");
    expect(await modes(job)).toEqual(["acceptEdits", "acceptEdits"]);
    // It has the mode, so the next message needs no new session.
    await job.say("text: again");
    await job.ended();
    expect((await sessionIds(job)).size).toBe(1);
    expect(existsSync(join(await job.session(), "modes"))).toBe(false);
  }, 60_000);

  test("is not carried by an answer that denies", async () => {
    const job = await held(
      "ask",
      "deny",
      write("a.txt"),
      "next",
      write("b.txt"),
      "next",
      "text: done",
    );
    await pick(job, "acceptEdits");
    office.fake.release("deny");
    await job.answer(await job.asked("approval"), { decision: "deny" });
    const second = await job.asked("approval");
    expect(await modes(job)).toEqual(["acceptEdits", "ask"]);
    await job.answer(second, { decision: "allow" });
    await job.ended();
    expect([await job.has("a.txt"), await job.has("b.txt")]).toEqual([false, true]);
  }, 60_000);

  test.each([
    ["bypass", "ask"],
    ["bypass", "acceptEdits"],
    ["acceptEdits", "ask"],
    ["acceptEdits", "plan"],
  ])(
    "from %s to the stricter %s holds before the next tool",
    async (from, to) => {
      const name = `strict-${from}-${to}`;
      const script = [
        touch("first.txt"),
        "next",
        'tool: Bash {"command":"curl -s http://127.0.0.1:1"}',
        "next",
      ];
      const job = await held(from, name, ...script, "text: done");
      await pick(job, to);
      office.fake.release(name);
      const first = await job.asked("approval");
      expect(first).toMatchObject({ title: "touch first.txt", toolName: "Bash" });
      expect(first.reason).toContain("You changed the mode to");
      expect(await job.has("first.txt")).toBe(false);
      await job.answer(first, { decision: "allow" });
      // From here on Claude itself asks.
      const second = await job.asked("approval");
      expect([second.title, second.reason]).toEqual(["curl -s http://127.0.0.1:1", null]);
      await works(job, to);
      expect(await modes(job)).toEqual([to, to]);
      await job.answer(second, { decision: "deny" });
      await job.ended();
      expect(await job.has("first.txt")).toBe(true);
    },
    60_000,
  );

  test("to a stricter one asks again when the first is denied, and holds without a server", async () => {
    const job = await held(
      "bypass",
      "away",
      touch("a.txt"),
      "next",
      touch("b.txt"),
      "next",
      "text: done",
    );
    await pick(job, "ask");
    await office.restart(() => {
      office.fake.release("away");
      return Promise.resolve();
    });
    const first = await job.asked("approval");
    expect([first.title, await job.has("a.txt")]).toEqual(["touch a.txt", false]);
    await job.answer(first, { decision: "deny" });
    const second = await job.asked("approval");
    expect(second.reason).toContain("You changed the mode to Ask");
    await job.answer(second, { decision: "deny" });
    await job.ended();
    expect([await job.has("a.txt"), await job.has("b.txt")]).toEqual([false, false]);
  }, 60_000);

  test("to Bypass holds only from the next message: Claude does not switch to it", async () => {
    const job = await held(
      "ask",
      "bypass",
      touch("a.txt"),
      "next",
      touch("b.txt"),
      "next",
      "text: done",
    );
    await pick(job, "bypass");
    office.fake.release("bypass");
    await job.answer(await job.asked("approval"), { decision: "allow" });
    const second = await job.asked("approval");
    expect(second.title).toBe("touch b.txt");
    expect(await modes(job)).toEqual(["bypass", "ask"]);
    await job.answer(second, { decision: "deny" });
    await job.ended();
    await job.say(touch("c.txt"), "next", "text: free");
    await job.ended();
    expect([await job.has("c.txt"), (await job.task()).runStatus]).toEqual([true, "succeeded"]);
    await works(job, "bypass");
    expect(await modes(job)).toEqual(["bypass", "bypass"]);
  }, 60_000);

  test("and back is as if nothing had been", async () => {
    const job = await held("bypass", "back", touch("a.txt"), "next", "text: done");
    await pick(job, "ask");
    await pick(job, "bypass");
    expect(existsSync(join(await job.session(), "modes"))).toBe(false);
    office.fake.release("back");
    const events = await job.ended();
    expect(events.filter(({ type }) => type === "interaction.opened")).toEqual([]);
    expect(await job.has("a.txt")).toBe(true);
  }, 60_000);

  test("is what the card shows also when the person chose it on a plan", async () => {
    const job = await office.start("plan", "tool: ExitPlanMode {}", "next", "text: done");
    const plan = await job.asked("plan_approval");
    expect(await modes(job)).toEqual(["plan", "plan"]);
    await job.answer(plan, { choice: "approve_implement" });
    await job.ended();
    await works(job, "acceptEdits");
    expect(await modes(job)).toEqual(["acceptEdits", "acceptEdits"]);
    // Nobody picked another mode for the task: the session goes on as it is.
    await job.say("text: again");
    await job.ended();
    expect((await sessionIds(job)).size).toBe(1);
    await until(async () => (await modes(job))[1] === "acceptEdits");
    expect(data(await job.ended(), "assistant.text").at(-1)?.text).toBe("again");
  }, 60_000);
});
