import { expect, test } from "bun:test";
import { wishedMode } from "./mode-wish.ts";

test("a mode is wished for when it was picked and the agent works in another", () => {
  expect(wishedMode("ask", { mode: "bypass", modeNow: "bypass" })).toBe("ask");
  expect(wishedMode("ask", { mode: "bypass" })).toBe("ask");
});

test("and is not when the agent has it, came to another by itself, or does not live", () => {
  expect(wishedMode("ask", { mode: "ask", modeNow: "ask" })).toBeNull();
  expect(wishedMode("acceptEdits", { mode: "plan", modeNow: "acceptEdits" })).toBeNull();
  expect(wishedMode("plan", { mode: "plan", modeNow: "acceptEdits" })).toBeNull();
  expect(wishedMode("ask", null)).toBeNull();
});
