import { expect, test } from "bun:test";
import { chosenWords, hiddenWords, offered } from "./offered.ts";

const options = [
  { value: "low", label: "Low" },
  { value: "high", label: "High", impossible: null },
  { value: "max", label: "Max", impossible: "Small has no such effort" },
  { value: "ultra", label: "Ultra", impossible: "Small has no such effort" },
  { value: "plan", label: "Plan", impossible: "it never plans" },
];

test("what is impossible is not offered, and said once for each reason", () => {
  expect(offered(options, null).map(({ value }) => value)).toEqual(["low", "high"]);
  expect(hiddenWords(options, null)).toBe(
    "Max and Ultra are hidden: Small has no such effort. Plan is hidden: it never plans.",
  );
  expect(hiddenWords(options.slice(0, 2), null)).toBeNull();
  expect(chosenWords(options, null)).toBeNull();
  expect(chosenWords(options, "low")).toBeNull();
});

test("what is chosen already stays, and is not among the hidden", () => {
  expect(offered(options, "max").map(({ value }) => value)).toEqual(["low", "high", "max"]);
  expect(hiddenWords(options, "max")).toStartWith("Ultra is hidden: Small has no such effort.");
  expect(chosenWords(options, "max")).toBe("Max is chosen, but Small has no such effort.");
});
