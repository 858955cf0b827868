import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Session } from "../driver.ts";
import { Stage } from "./testing/stage.ts";

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.close());

/** A Claude at work on its first message. */
async function working(): Promise<Session> {
  stage.status("busy");
  stage.hook("SessionStart");
  stage.prompt("hello", "p");
  const session = await stage.attach();
  if ("kind" in session) throw new Error(session.why);
  await stage.seen("turn-started");
  return session;
}

const kinds = () => stage.items.map((item) => (item.kind === "transcript" ? item.type : item.kind));

/** Longer than any limit of time in the driver, on the session's own clock. */
const long = 120_000;

describe("while nothing can be stored", () => {
  test("the end of a turn waits, and is told once, behind its last words and its cost", async () => {
    await working();
    stage.hold();
    stage.answer("last words");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    stage.report(0.5, 100, "p");
    stage.status("idle");
    await stage.behind(long);
    expect(kinds()).not.toContain("assistant.text");
    stage.release();
    await stage.seen("turn-ended");
    expect(kinds().filter((kind) => kind === "assistant.text")).toHaveLength(1);
    expect(kinds().indexOf("assistant.text")).toBeLessThan(kinds().indexOf("turn-ended"));
    expect(stage.of("turn-ended")).toMatchObject([{ outcome: { kind: "succeeded" } }]);
    const costs = stage.items.flatMap((item) =>
      item.kind === "transcript" && item.type === "usage.updated" ? [item.data.usage.costUsd] : [],
    );
    expect(costs.at(-1)).toBe(0.5);
    // Neither a late transcript nor a silent Claude: only we did not know.
    expect(stage.of("notice")).toEqual([]);
    expect(stage.of("needs-terminal")).toEqual([]);
  });

  test("its start is no reason to send anybody to its terminal", async () => {
    stage.status("idle");
    const session = await stage.attach();
    if ("kind" in session) throw new Error(session.why);
    stage.hold();
    stage.hook("SessionStart");
    stage.prompt("hello");
    await stage.behind(long);
    stage.release();
    await stage.seen("turn-started");
    expect(stage.of("needs-terminal")).toEqual([]);
  });

  test("its end waits behind what it left, and is told as it was", async () => {
    await working();
    stage.hold();
    stage.answer("last words");
    stage.die({ code: 1, signal: null });
    await stage.behind(long);
    expect(stage.of("exited")).toEqual([]);
    stage.release();
    expect(await stage.seen("exited")).toMatchObject({ code: 1, signal: null, expected: false });
    expect(kinds().filter((kind) => kind === "assistant.text")).toHaveLength(1);
    expect(kinds().at(-1)).toBe("exited");
  });
});
