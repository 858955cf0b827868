import { describe, expect, test } from "bun:test";
import { parsePatch, splitLines } from "./patch.ts";

const patch = `@@ -40,4 +40,4 @@ function create
 same
-const entry = await ledger.append(x)
+const entry = await tx.ledger.append(x)
+brand new line
 end
\\ No newline at end of file
`;

describe("a patch", () => {
  test("numbers both sides", () => {
    expect(parsePatch(patch).map(({ sort, old, now }) => [sort, old, now])).toEqual([
      ["hunk", null, null],
      ["same", 40, 40],
      ["del", 41, null],
      ["add", null, 41],
      ["add", null, 42],
      ["same", 42, 43],
      ["note", null, null],
    ]);
  });

  test("marks the words that differ, not whole lines that have nothing in common", () => {
    const [, , del, add, other] = parsePatch(patch);
    expect(add?.marks.map(([from, to]) => add.text.slice(from, to))).toEqual(["tx."]);
    expect(del?.marks).toEqual([]);
    expect(other?.marks).toEqual([]);
  });

  test("a line that begins like a header is content inside a hunk", () => {
    const lines = parsePatch("@@ -1,2 +1,2 @@\n--- a\n+++ b\n x");
    expect(lines.map(({ sort, text }) => [sort, text])).toEqual([
      ["del", "-- a"],
      ["add", "++ b"],
      ["same", "x"],
    ]);
  });

  test("what stands before the first hunk is not content", () => {
    const lines = parsePatch("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -5 +5 @@\n-a\n+b\n");
    expect(lines.map(({ sort }) => sort)).toEqual(["hunk", "del", "add"]);
  });

  test("side by side: removed and added lines face each other, the rest has an empty half", () => {
    const rows = splitLines(parsePatch(patch));
    expect(rows.map(({ left, right }) => [left?.sort ?? null, right?.sort ?? null])).toEqual([
      ["hunk", "hunk"],
      ["same", "same"],
      ["del", "add"],
      [null, "add"],
      ["same", "same"],
      ["note", "note"],
    ]);
  });

  test("reads 50,000 changed lines in a moment", () => {
    const body = Array.from({ length: 25_000 }, (_, n) => `-old line ${n}\n+new line ${n}`);
    const began = performance.now();
    expect(parsePatch(`@@ -1,25000 +1,25000 @@\n${body.join("\n")}\n`)).toHaveLength(50_000);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
