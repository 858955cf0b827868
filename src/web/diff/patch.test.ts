import { describe, expect, test } from "bun:test";
import { type DiffLine, onlyHunk, pairLines, parsePatch } from "./patch.ts";
import { marksAt } from "./words.ts";

const patch = `@@ -40,4 +40,4 @@ function create
 same
-const entry = await ledger.append(x)
+const entry = await tx.ledger.append(x)
+brand new line
 end
\\ No newline at end of file
`;

const linesOf = (text: string): readonly DiffLine[] =>
  parsePatch(text).flatMap(({ lines }) => lines);

const sortsOf = (lines: readonly DiffLine[]) =>
  pairLines(lines).map(({ left, right }) => [
    lines[left]?.sort ?? null,
    lines[right]?.sort ?? null,
  ]);

describe("a patch", () => {
  test("numbers both sides", () => {
    expect(linesOf(patch).map(({ sort, old, now }) => [sort, old, now])).toEqual([
      ["same", 40, 40],
      ["del", 41, null],
      ["add", null, 41],
      ["add", null, 42],
      ["same", 42, 43],
      ["note", null, null],
    ]);
  });

  test("says where each hunk stands, and how much of each side it shows", () => {
    const [first, second] = parsePatch("@@ -3 +5,0 @@ f()\n-a\n@@ -9,0 +10,2 @@\n+b\n+c\n");
    expect(first).toMatchObject({ old: 3, oldCount: 1, now: 5, nowCount: 0, section: "f()" });
    expect(second).toMatchObject({ old: 9, oldCount: 0, now: 10, nowCount: 2, section: "" });
  });

  test("marks the words that differ, not whole lines that have nothing in common", () => {
    const lines = linesOf(patch);
    const [, , add] = lines;
    expect(marksAt(lines, 2).map(([from, to]) => add?.text.slice(from, to))).toEqual(["tx."]);
    expect(marksAt(lines, 1)).toEqual([]);
    expect(marksAt(lines, 3)).toEqual([]);
  });

  test("marks words over a missing newline between the two sides", () => {
    const lines = linesOf(
      "@@ -1 +1 @@\n-let a = one\n\\ No newline at end of file\n+let a = two\n",
    );
    expect(marksAt(lines, 0)).toEqual([[8, 11]]);
    expect(marksAt(lines, 2)).toEqual([[8, 11]]);
  });

  test("a line that begins like a header is content inside a hunk", () => {
    const lines = linesOf("@@ -1,2 +1,2 @@\n--- a\n+++ b\n x");
    expect(lines.map(({ sort, text }) => [sort, text])).toEqual([
      ["del", "-- a"],
      ["add", "++ b"],
      ["same", "x"],
    ]);
  });

  test("what stands before the first hunk is not content", () => {
    const lines = linesOf("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -5 +5 @@\n-a\n+b\n");
    expect(lines.map(({ sort }) => sort)).toEqual(["del", "add"]);
  });

  test("side by side: removed and added lines face each other, the rest has an empty half", () => {
    expect(sortsOf(linesOf(patch))).toEqual([
      ["same", "same"],
      ["del", "add"],
      [null, "add"],
      ["same", "same"],
      ["note", "note"],
    ]);
  });

  test("side by side: a missing newline stands on the side that lacks it", () => {
    const lines = linesOf("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
    expect(sortsOf(lines)).toEqual([
      ["del", "add"],
      ["note", null],
    ]);
  });

  test("is cut down to one hunk with the file's header", () => {
    const text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-c\n+d";
    const hunks = parsePatch(text);
    const [first, second] = hunks;
    const head = "diff --git a/x b/x\n--- a/x\n+++ b/x\n";
    expect(first && onlyHunk(text, hunks, first)).toBe(`${head}@@ -1 +1 @@\n-a\n+b\n`);
    expect(second && onlyHunk(text, hunks, second)).toBe(`${head}@@ -9 +9 @@\n-c\n+d\n`);
  });

  test("reads 50,000 changed lines in a moment, and the words of the few that are seen", () => {
    const body = Array.from({ length: 25_000 }, (_, n) => `-old line ${n}\n+new line ${n}`);
    const began = performance.now();
    const lines = linesOf(`@@ -1,25000 +1,25000 @@\n${body.join("\n")}\n`);
    expect(lines).toHaveLength(50_000);
    expect(marksAt(lines, 40_000)).toEqual([[0, 3]]);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
