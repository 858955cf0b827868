import { expect, test } from "bun:test";
import { aTask } from "../test-support/tasks.ts";
import { cardState, silentSince, stepOf } from "./card-state.ts";

const failure = { code: "agent_error", message: "x", hint: null } as const;
const ended = {
  kind: "ended",
  outcome: { kind: "failed", fault: { ...failure, details: null } },
} as const;

test("the phase speaks while there is a run, then the failure, then the column", () => {
  expect(
    cardState(aTask("1", { column: "ready", phase: { kind: "preparing", step: "setup" } })),
  ).toBe("preparing");
  expect(cardState(aTask("1", { column: "running", phase: { kind: "working" } }))).toBe("running");
  expect(
    cardState(aTask("1", { column: "ready", phase: ended, failure, runStatus: "failed" })),
  ).toBe("failed");
  expect(
    cardState(aTask("1", { column: "ready", phase: ended, failure, runStatus: "cancelled" })),
  ).toBe("stopped");
  expect(
    cardState(aTask("1", { column: "done", phase: ended, failure, runStatus: "failed" })),
  ).toBe("done");
  expect(cardState(aTask("1", { column: "review" }))).toBe("review");
});

test("a card in Running that never ran does not turn, and can be started", () => {
  expect(cardState(aTask("1", { column: "running" }))).toBe("ready");
  expect(cardState(aTask("1", { column: "running", runId: "r" }))).toBe("running");
});

test("silence is only said of a working task", () => {
  const live = { verb: "Running", object: "x", at: 1_000 };
  const working = aTask("1", { phase: { kind: "working" }, live });
  expect(silentSince(working, 1_000 + 299_999)).toBeNull();
  expect(silentSince(working, 1_000 + 300_000)).toBe(1_000);
  expect(silentSince({ ...working, phase: null }, 9e9)).toBeNull();
  const waits = { verb: "Waiting", object: "for room", at: 1_000 };
  expect(silentSince({ ...working, live: waits }, 9e9)).toBeNull();
});

test("preparing counts its steps", () => {
  expect(stepOf("worktree")).toEqual({ word: "Making the worktree", index: 3, count: 6 });
});
