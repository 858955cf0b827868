import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { data, type Job, Office } from "./claude-office.ts";
import { story } from "./story.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

const option = (label: string) => ({ label, description: `It is ${label}` });
const question = (text: string, multiSelect: boolean) => ({
  question: text,
  header: "Pick",
  options: ["A", "B", "C"].map(option),
  multiSelect,
});
const ask = (...questions: unknown[]) => `tool: AskUserQuestion ${JSON.stringify({ questions })}`;

describe("questions of Claude", () => {
  test("take one choice, several, and free words", async () => {
    const job = await office.start(
      "acceptEdits",
      ask(question("One?", false), question("Many?", true), question("Free?", false)),
      "next",
      "text: thanks",
    );
    const asked = await job.asked("ask_questions");
    expect(asked.questions.map((it) => [it.question, it.multiSelect])).toEqual([
      ["One?", false],
      ["Many?", true],
      ["Free?", false],
    ]);
    expect(asked.questions[0]?.options[1]).toEqual({
      label: "B",
      description: "It is B",
      preview: null,
    });
    const answers = [
      { selected: ["B"] },
      { selected: ["A", "C"] },
      { selected: [], custom: "none of these" },
    ];
    expect(await job.answer(asked, { answers })).toBe(200);
    const events = await job.ended();
    const [result] = data(events, "tool.result");
    expect(result?.status).toBe("succeeded");
    // Its call and its answer are one row.
    expect(story(events)).toEqual(["Asked One? · Many? · Free? | B; A, C; none of these"]);
    for (const words of ['"One?"="B"', '"Many?"="A, C"', '"Free?"="none of these"']) {
      expect(result?.output).toContain(words);
    }
  }, 60_000);

  test("reach the card in the mode that never asks", async () => {
    const job = await office.start("bypass", ask(question("Really?", false)), "next", "text: ok");
    const asked = await job.asked("ask_questions");
    await job.answer(asked, { answers: [{ selected: ["C"] }] });
    expect(data(await job.ended(), "tool.result")[0]?.output).toContain('"Really?"="C"');
  }, 60_000);
});

describe("a plan of Claude", () => {
  const plan = "# My plan\n\n1. Touch it\n";

  /** Lets Claude write a plan where its mode says, and show it. */
  async function planning(...then: string[]): Promise<Job> {
    const job = await office.start("plan", "text: I think.");
    await job.ended();
    const { body } = office.fake.requests.at(-1) ?? {};
    const path = /\/[^"\\\s]*\/plans\/[^"\\\s]+\.md/.exec(JSON.stringify(body))?.[0] ?? "";
    const write = { file_path: path, content: plan };
    await job.say(`tool: Write ${JSON.stringify(write)}`, "next", "tool: ExitPlanMode {}", ...then);
    return job;
  }

  test("is approved, and Claude goes on with edits allowed", async () => {
    const job = await planning(
      "next",
      'tool: Write {"file_path":"made.txt","content":"x\\n"}',
      "next",
      "text: done",
    );
    const asked = await job.asked("plan_approval");
    expect(asked.plan).toBe(plan);
    await job.answer(asked, { choice: "approve_implement" });
    const events = await job.ended();
    // The call, what was answered, and the plan as Claude tells it then are one row.
    expect(story(events).slice(1)).toEqual([
      "Proposed a plan My plan | Approved",
      "Created made.txt",
    ]);
    const results = data(events, "tool.result");
    expect(results.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(results[1]?.output).toContain("approved your plan");
    expect(await job.has("made.txt")).toBe(true);
    // The card says so, and the same Claude goes on: it is in that mode by itself.
    expect(await job.task()).toMatchObject({ mode: "acceptEdits", modeNow: "acceptEdits" });
    const session = await job.session();
    await job.say('tool: Write {"file_path":"more.txt","content":"x\\n"}', "next", "text: done");
    expect(data(await job.ended(), "session.started")).toHaveLength(1);
    expect(await job.has("more.txt")).toBe(true);
    expect(await job.session()).toBe(session);
  }, 60_000);

  test("is approved, and Claude asks before each edit", async () => {
    const job = await planning(
      "next",
      'tool: Write {"file_path":"asked.txt","content":"x\\n"}',
      "next",
      "text: done",
    );
    const asked = await job.asked("plan_approval");
    await job.answer(asked, { choice: "approve_ask" });
    const edit = await job.asked("approval");
    expect(edit.toolName).toBe("Write");
    expect(edit.diff?.[0]).toMatchObject({ path: "asked.txt", kind: "add", additions: 1 });
    await job.answer(edit, { decision: "allow" });
    await job.ended();
    expect(readFileSync(`${await job.worktree()}/asked.txt`, "utf8")).toBe("x\n");
  }, 60_000);

  test("is sent back with what should change", async () => {
    const job = await planning("next", "tool: ExitPlanMode {}", "next", "text: done");
    const first = await job.asked("plan_approval");
    const revision = "Add tests to it.";
    expect(await job.answer(first, { choice: "reject", revision })).toBe(200);
    const second = await job.asked("plan_approval");
    expect(await job.answer(second, { choice: "approve_implement" })).toBe(200);
    const events = await job.ended();
    expect(story(events).slice(1)).toEqual([
      "Proposed a plan My plan | Changes requested",
      "Proposed a plan My plan | Approved",
    ]);
    const results = data(events, "tool.result");
    expect(results[1]?.output).toContain("Add tests to it.");
    expect(results[2]?.output).toContain("approved your plan");
  }, 60_000);

  test("without a file of its own is approved all the same", async () => {
    const job = await office.start(
      "plan",
      "text: I think.",
      "tool: ExitPlanMode {}",
      "next",
      "text: done",
    );
    const asked = await job.asked("plan_approval");
    await job.answer(asked, { choice: "approve_implement" });
    expect(data(await job.ended(), "tool.result")[0]).toMatchObject({ status: "succeeded" });
  }, 60_000);
});
