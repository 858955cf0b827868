import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Usage } from "../../contract/run.ts";
import type { Session } from "../driver.ts";
import { Stage } from "./testing/stage.ts";

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
  stage.status("idle");
  stage.hook("SessionStart");
  stage.report(0, 0, null);
});

afterEach(() => stage.close());

async function attached(): Promise<Session> {
  const session = await stage.attach();
  if ("kind" in session) throw new Error(session.why);
  return session;
}

const said = () =>
  stage.items.flatMap((item) =>
    item.kind === "transcript" && item.type === "usage.updated" ? [item.data] : [],
  );

/** The last that was said of each turn before it ended. */
function costs(): (number | null)[] {
  const all: (number | null)[] = [];
  let usage: Usage | null = null;
  for (const item of stage.items) {
    if (item.kind === "turn-started") usage = null;
    if (item.kind === "transcript" && item.type === "usage.updated") usage = item.data.usage;
    if (item.kind === "turn-ended") all.push(usage?.costUsd ?? null);
  }
  return all;
}

function turn(prompt: string, total: number): void {
  stage.prompt(prompt, prompt);
  stage.answer("words");
  stage.hook("Stop", { background_tasks: [], prompt_id: prompt });
  stage.done();
  stage.report(total, 100, prompt);
}

describe("what a turn cost", () => {
  test("is said before its end, although Claude says it after that", async () => {
    stage.prompt("one", "p1");
    await attached();
    stage.answer("words");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    stage.report(0.5, 250, "p1");
    await stage.seen("turn-ended");
    expect(said().at(-1)).toMatchObject({ contextPercent: 25, usage: { inputTokens: 10 } });
    expect(costs()).toEqual([0.5]);
  });

  test("that Claude does not say holds nothing up for long", async () => {
    stage.prompt("one", "p1");
    await attached();
    stage.answer("words");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    await stage.seen("turn-ended");
    expect(costs()).toEqual([null]);
    stage.report(0.5, 250, "p1");
    await stage.said(() => said().at(-1)?.usage.costUsd === 0.5);
  });

  test("is told apart when turns were read late and together", async () => {
    turn("p1", 0.5);
    turn("p2", 0.75);
    turn("p3", 2);
    await attached();
    await stage.seen("turn-ended", 3);
    expect(costs()).toEqual([0.5, 0.25, 1.25]);
  });

  test("goes on from what an earlier server had counted", async () => {
    turn("p1", 0.5);
    stage.prompt("p2", "p2");
    stage.answer("half");
    stage.report(0.75, 100, "p2");
    const first = await attached();
    await stage.said(() => said().at(-1)?.usage.costUsd === 0.25);
    await first.detach();
    stage.answer("the rest");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    stage.report(1.5, 300, "p2");
    await attached();
    await stage.seen("turn-ended", 2);
    expect(costs()).toEqual([0.5, 1]);
    expect(said().at(-1)?.contextPercent).toBe(30);
  });

  test("waits for a transcript that comes after it", async () => {
    turn("p1", 0.5);
    const first = await attached();
    await stage.seen("turn-ended");
    await first.detach();
    stage.status("busy");
    stage.late = true;
    turn("p2", 2);
    await attached();
    expect(readdirSync(join(stage.dir, "reports"))).toHaveLength(1);
    stage.arrive();
    await stage.seen("turn-ended", 2);
    expect(costs()).toEqual([0.5, 1.5]);
  });
});
