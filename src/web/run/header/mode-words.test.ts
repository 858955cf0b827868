import { describe, expect, test } from "bun:test";
import { aTask } from "../../test-support/tasks.ts";
import { modeWords, whenTaken } from "./mode-words.ts";

const options = {
  modes: ["plan", "ask", "acceptEdits", "bypass"].map((id) => ({
    id,
    label: id[0]?.toUpperCase() + id.slice(1),
    description: "",
  })),
  modeChange: { within: ["plan", "ask", "acceptEdits"], how: "" },
};
const working = { kind: "working" } as const;

describe("the mode of a task", () => {
  test("is the one its agent works in, else the one it was given", () => {
    expect(modeWords(aTask("a", { mode: "plan", modeNow: "acceptEdits" }), options)).toBe(
      "AcceptEdits",
    );
    expect(modeWords(aTask("a", { mode: "ask" }), options)).toBe("Ask");
    expect(modeWords(aTask("a"), options)).toBe("Default mode");
    expect(modeWords(aTask("a", { mode: "own" }), undefined)).toBe("own");
  });

  test("says which one comes, and when", () => {
    const task = aTask("a", { mode: "ask", modeNow: "acceptEdits", modeNext: "ask" });
    expect(modeWords(task, options)).toBe("AcceptEdits, Ask from the next message");
    expect(modeWords({ ...task, phase: working }, options)).toBe(
      "AcceptEdits, Ask before the next tool",
    );
  });

  test("depends on what the agent can take while it works", () => {
    const task = aTask("a", { mode: "ask", modeNow: "ask", phase: working });
    expect(whenTaken(task, "acceptEdits", options)).toBe("with your next answer");
    expect(whenTaken(task, "plan", options)).toBe("before the next tool");
    expect(whenTaken(task, "bypass", options)).toBe("from the next message");
  });
});
