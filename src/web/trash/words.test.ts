import { expect, test } from "bun:test";
import { keptWords, leftWords, lostParts } from "./words.ts";

const trash = { ref: "r", sha: "s", dirtyFiles: 3, unmergedCommits: 1 };
const day = 86_400_000;

test("what was kept is said with its numbers, and nothing is made of nothing", () => {
  expect(keptWords(trash)).toBe("Kept: 1 commit on no other branch, 3 files not committed.");
  expect(keptWords({ ...trash, unmergedCommits: 0 })).toBe("Kept: 3 files not committed.");
  expect(keptWords(null)).toContain("Nothing was left to keep");
  expect(lostParts({ ...trash, dirtyFiles: 0, unmergedCommits: 0 })).toEqual([]);
});

test("days are counted down whole, and never below the last", () => {
  expect(leftWords(0, -5)).toBe("30 days left");
  expect(leftWords(0, 0)).toBe("30 days left");
  expect(leftWords(0, day)).toBe("29 days left");
  expect(leftWords(0, 29.5 * day)).toBe("goes within a day");
  expect(leftWords(0, 99 * day)).toBe("goes within a day");
});
