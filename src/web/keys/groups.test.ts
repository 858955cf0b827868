import { expect, test } from "bun:test";
import { spokenKeys } from "../ui/kbd.tsx";
import { groupKeys } from "./groups.ts";

test("keys stand below the heading of their part, the nearest first, everything once", () => {
  const groups = groupKeys([
    { id: "go.new", label: "New task", keys: ["c"] },
    { id: "board.open", label: "Open the task", keys: ["Enter"] },
    { id: "ask.allow", label: "Allow once", keys: ["y"] },
    { id: "ask.allow", label: "Allow once", keys: ["y"] },
    { id: "run.stop", label: "Stop the agent", keys: ["$mod+."] },
  ]);
  expect(groups.map(({ heading, keys }) => [heading, keys.map(({ label }) => label)])).toEqual([
    ["What an agent asks", ["Allow once"]],
    ["Task", ["Stop the agent"]],
    ["Board", ["Open the task"]],
    ["Everywhere", ["New task"]],
  ]);
});

test("keys are said in words", () => {
  expect(spokenKeys("g i")).toBe("G then I");
  expect(spokenKeys("Shift+ArrowUp")).toBe("Shift Up");
});
