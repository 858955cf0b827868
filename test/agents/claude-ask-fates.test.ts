import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Run } from "../../src/contract/run.ts";
import { until } from "./claude-desk.ts";
import { data, type Job, Office } from "./claude-office.ts";
import { story } from "./story.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

const touch = (file: string) => `tool: Bash {"command":"touch ${file}"}`;

/** A question on the card, and the process that waits for its answer. */
async function waiting(job: Job) {
  const asked = await job.asked("approval");
  const [hook = 0, ...more] = await job.hooks();
  expect([alive(hook), more]).toEqual([true, []]);
  return { asked, hook };
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a permission that is open", () => {
  test("may be answered in the terminal: the card goes on, and no hook is left", async () => {
    const job = await office.start("ask", touch("by-hand.txt"), "next", "text: thanks");
    const { asked, hook } = await waiting(job);
    await job.sayYes();
    expect(await job.resolved(asked.id)).toMatchObject({
      state: "gone",
      outcome: "Answered in the agent's terminal",
    });
    await job.ended();
    expect(await job.has("by-hand.txt")).toBe(true);
    await until(() => !alive(hook));
    expect(await job.answer(asked, { decision: "deny" })).toBe(410);
  }, 60_000);

  test("of an edit may be answered in the terminal, too", async () => {
    const job = await office.start("ask", "text: hello");
    await job.ended();
    const readme = `${await job.worktree()}/README.md`;
    const edit = { file_path: readme, old_string: "line 2", new_string: "line two" };
    await job.say(
      `tool: Read {"file_path":"${readme}"}`,
      "next",
      `tool: Edit ${JSON.stringify(edit)}`,
      "next",
      "text: edited",
    );
    const { asked } = await waiting(job);
    await job.sayYes();
    expect(await job.resolved(asked.id)).toMatchObject({
      outcome: "Answered in the agent's terminal",
    });
    await job.ended();
    expect(await Bun.file(readme).text()).toContain("line two");
  }, 60_000);

  test("goes with the run that is stopped, and no hook is left", async () => {
    const job = await office.start("ask", touch("stopped.txt"), "next", "text: never");
    const { asked, hook } = await waiting(job);
    await job.client.post(`/runs/${job.run}/cancel`);
    expect(await job.resolved(asked.id)).toMatchObject({ state: "gone" });
    await job.ended();
    expect(await job.task()).toMatchObject({ runStatus: "cancelled" });
    await until(() => !alive(hook));
    await job.say("text: on we go");
    expect(data(await job.ended(), "assistant.text").at(-1)?.text).toBe("on we go");
    expect(await job.has("stopped.txt")).toBe(false);
  }, 60_000);

  test("goes with the agent that is killed, and no hook is left", async () => {
    const job = await office.start("ask", touch("killed.txt"), "next", "text: never");
    const { asked, hook } = await waiting(job);
    const name = `a-${(await job.session()).split("/").at(-1)?.toLowerCase()}`;
    const pane = await office.host.tmux.pane(name);
    if (!pane.ok || pane.value === null) throw new Error("there is no pane");
    process.kill(pane.value.process.pid, "SIGKILL");
    expect(await job.resolved(asked.id)).toMatchObject({ state: "gone" });
    await job.ended();
    expect(await job.task()).toMatchObject({ runStatus: "failed" });
    await until(() => !alive(hook));
  }, 60_000);

  test("outlives a server that is killed, and is allowed at the next one", async () => {
    const job = await office.start("ask", touch("later.txt"), "next", "text: thanks");
    const { asked, hook } = await waiting(job);
    await office.restart();
    const { body } = await office.client.get<{ interactions: { id: string }[] }>(
      `/tasks/${job.id}/interactions/pending`,
    );
    expect(body.interactions.map(({ id }) => id)).toEqual([asked.id]);
    expect([alive(hook), await job.has("later.txt")]).toEqual([true, false]);
    expect(await job.answer(asked, { decision: "allow" })).toBe(200);
    const events = await job.ended();
    expect(await job.has("later.txt")).toBe(true);
    expect(events.filter(({ type }) => type === "interaction.opened")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "notice")).toEqual([]);
    await until(() => !alive(hook));
  }, 60_000);

  test("needs the terminal only when its hook is gone", async () => {
    const job = await office.start("ask", touch("unasked.txt"), "next", "text: thanks");
    const { hook } = await waiting(job);
    process.kill(hook, "SIGTERM");
    const isNeed = (code: unknown) => (code as { code?: string }).code === "needs_terminal";
    await job.events((event) => event.type === "notice" && isNeed(event.data));
    await job.sayYes();
    await job.ended();
    expect(await job.has("unasked.txt")).toBe(true);
  }, 60_000);
});

describe("ask_user", () => {
  test("brings a question to the card and the answer back, in a mode that asks for all", async () => {
    const call = { question: "Which way?", choices: ["left", "right"], allowText: true };
    const job = await office.start(
      "ask",
      `tool: mcp__agetor__ask_user ${JSON.stringify(call)}`,
      "next",
      "text: thanks",
    );
    const asked = await job.asked("question");
    expect(asked).toMatchObject({
      question: "Which way?",
      choices: ["left", "right"],
      multi: false,
      allowText: true,
    });
    expect(await job.task()).toMatchObject({ column: "blocked" });
    expect(await job.answer(asked, { selected: ["left"], text: "then up" })).toBe(200);
    const events = await job.ended();
    const [result] = data(events, "tool.result");
    expect(result).toMatchObject({ status: "succeeded", output: "left\nthen up" });
    // Claude names its call to the tool, so that both are one row.
    expect(asked.toolId).toBe(result?.toolId ?? "");
    expect(story(events)).toEqual(["Asked Which way? | left, then up"]);
    const tools = office.fake.requests.at(-1)?.body.tools?.map(({ name }) => name);
    expect(tools).toContain("mcp__agetor__ask_user");
    const runs = await job.client.get<{ runs: Run[] }>(`/tasks/${job.id}/runs`);
    expect(runs.body.runs).toHaveLength(1);
  }, 60_000);
});
