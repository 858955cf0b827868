import { expect, test } from "bun:test";
import { readableKeys } from "./kbd.tsx";
import { splitHidden } from "./text.tsx";
import { formatAgo, formatElapsed } from "./time.tsx";

test("elapsed time ticks in minutes and hours", () => {
  expect([0, 8_400, 252_000, 3_800_000, -5].map(formatElapsed)).toEqual([
    "0:00",
    "0:08",
    "4:12",
    "1:03:20",
    "0:00",
  ]);
});

test("ago is coarse", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const ago = (minutes: number) => formatAgo(now - minutes * 60_000, now);
  expect([0, 6, 185, 26 * 60].map(ago)).toEqual(["just now", "6 min ago", "3 h ago", "yesterday"]);
});

test("what cannot be seen in a command is shown", () => {
  expect(splitHidden("rm \u202Efdp.exe\u200B")).toEqual([
    { text: "rm ", hidden: false },
    { text: "U+202E", hidden: true },
    { text: "fdp.exe", hidden: false },
    { text: "U+200B", hidden: true },
  ]);
  expect(splitHidden("ls -la\n\tgrüße")).toEqual([{ text: "ls -la\n\tgrüße", hidden: false }]);
});

test("keys read like keys", () => {
  expect(readableKeys("c")).toBe("C");
  expect(readableKeys("Shift+Enter")).toMatch(/↵$/);
});
