import { expect, test } from "bun:test";
import { patchOf } from "./edit-task.tsx";

const before = { title: "Fix it", prompt: "Fix it.", agent: "codex" };

test("only what is different is sent, and nothing when nothing is", () => {
  expect(patchOf(before, before)).toBeNull();
  expect(patchOf(before, { ...before, title: "  Fix it  " })).toBeNull();
  expect(patchOf(before, { ...before, title: " Mend it " })).toEqual({ title: "Mend it" });
  expect(patchOf(before, { ...before, prompt: "Fix it.\n" })).toEqual({ prompt: "Fix it.\n" });
});

test("another agent begins with its own defaults", () => {
  expect(patchOf(before, { ...before, agent: "claude-code" })).toEqual({
    agent: "claude-code",
    model: null,
    mode: null,
    effort: null,
  });
});
