import { expect, test } from "bun:test";
import { type Remark, reviewMessage } from "./review-message.ts";

const lines: Remark = {
  path: "src/a.ts",
  range: { side: "new", start: 4, end: 5 },
  quote: "  const x = 1;\n  return x;",
  body: "Return it at once.",
};

test("one comment reads like a sentence with its lines", () => {
  expect(reviewMessage("", [lines])).toBe(
    "Review of your changes, `src/a.ts`, lines 4 to 5:\n\n" +
      "```\n  const x = 1;\n  return x;\n```\n\nReturn it at once.",
  );
});

test("several are numbered, with the person's words before them", () => {
  const whole: Remark = { path: null, range: null, quote: "", body: "Add a test.\n" };
  const old: Remark = {
    path: "b.ts",
    range: { side: "old", start: 9, end: 9 },
    quote: "log()",
    body: "Why did this go?",
  };
  const file: Remark = { path: "c.ts", range: null, quote: "", body: "Rename it." };
  expect(reviewMessage(" Nearly there. ", [whole, old, file])).toBe(
    [
      "Nearly there.",
      "Review of your changes, 3 comments. Work through all of them.",
      "1. on the whole:",
      "Add a test.",
      "2. `b.ts`, line 9 before your changes:",
      "```\nlog()\n```",
      "Why did this go?",
      "3. `c.ts`:",
      "Rename it.",
    ].join("\n\n"),
  );
});

test("a quote cannot end its own fence, and a long one is cut", () => {
  const fenced = reviewMessage("", [{ ...lines, quote: "```ts\n````" }]);
  expect(fenced).toContain("`````\n```ts\n````\n`````");
  const long = Array.from({ length: 50 }, (_, n) => `line ${n}`).join("\n");
  const cut = reviewMessage("", [{ ...lines, quote: long }]);
  expect(cut).toContain("line 39\n… 10 more lines\n```");
  expect(cut).not.toContain("line 40");
});
