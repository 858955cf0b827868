import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Anchor, anchorAt, contextLines, follow, linesOf } from "./anchor.ts";

const file = linesOf(`import a from "a";

function one() {
  const x = 1;
  return x;
}

function two() {
  const y = 2;
  return y;
}
`);

function anchor(start: number, end: number, of = file): Anchor {
  const made = anchorAt(of, { start, end }, of.slice(start - 1, end));
  if (made === null) throw new Error("no anchor");
  return made;
}

describe("lines that are followed", () => {
  test("are found where they were, and where they moved to", () => {
    const { length } = file;
    expect(follow(anchor(4, 5), file)).toEqual({ kind: "same", start: 4, end: 5 });
    const moved = ["// a", "// b", ...file];
    expect(follow(anchor(4, 5), moved)).toEqual({ kind: "same", start: 6, end: 7 });
    expect(follow(anchor(1, length), moved)).toEqual({ kind: "same", start: 3, end: length + 2 });
  });

  test("a brace is found by its neighbours, not by the next brace", () => {
    const brace = anchor(6, 6);
    expect(brace.unique).toBe(false);
    expect(follow(brace, ["", "", ...file])).toEqual({ kind: "same", start: 8, end: 8 });
    // The whole function is gone: the other brace is not the one.
    const without = [...file.slice(0, 2), ...file.slice(7)];
    expect(follow(brace, without).kind).not.toBe("same");
  });

  test("that were changed say what stands there now", () => {
    const changed = [...file.slice(0, 3), "  return 1;", "  // once", ...file.slice(5)];
    expect(follow(anchor(4, 5), changed)).toEqual({
      kind: "changed",
      range: { start: 4, end: 5 },
      text: "  return 1;\n  // once",
    });
    const grown = [...file.slice(0, 4), "a();", "b();", "c();", ...file.slice(5)];
    expect(follow(anchor(5, 5), grown)).toEqual({
      kind: "changed",
      range: { start: 5, end: 7 },
      text: "a();\nb();\nc();",
    });
  });

  test("that were deleted leave an empty place between their neighbours", () => {
    const deleted = [...file.slice(0, 4), ...file.slice(5)];
    expect(follow(anchor(5, 5), deleted)).toEqual({ kind: "changed", range: null, text: "" });
  });

  test("are gone with the file's content", () => {
    expect(follow(anchor(4, 5), [])).toEqual({ kind: "gone" });
    expect(follow(anchor(4, 5), ["something", "else"])).toEqual({ kind: "gone" });
  });

  test("the only line of a file is followed into what replaced it", () => {
    const only = anchor(1, 1, ["version 1"]);
    expect(follow(only, ["version 2"])).toEqual({
      kind: "changed",
      range: { start: 1, end: 1 },
      text: "version 2",
    });
  });

  test("are anchored by what the person saw, where the file has moved on", () => {
    const seen = file.slice(8, 10);
    expect(anchorAt(["// new", ...file], { start: 9, end: 10 }, seen)?.start).toBe(10);
    expect(anchorAt(file, { start: 9, end: 9 }, ["never there"])).toBeNull();
  });

  test("line ends of either kind are the same, and a text without a last one has it", () => {
    expect(linesOf("a\r\nb")).toEqual(["a", "b"]);
    expect(linesOf("a\nb\n")).toEqual(["a", "b"]);
    expect(linesOf("\n")).toEqual([""]);
    expect(linesOf("")).toEqual([]);
  });

  test("an insertion or deletion anywhere outside never makes them changed", () => {
    const word = fc.constantFrom("a", "b", "c", "", "}", "return x;", "if (y) {");
    const unique = fc.uniqueArray(fc.string({ minLength: 4, maxLength: 9 }), {
      minLength: 1,
      maxLength: 4,
    });
    const lists = fc.array(word, { maxLength: 30 });
    fc.assert(
      fc.property(lists, unique, lists, lists, lists, (top, lines, bottom, above, below) => {
        const marked = lines.map((line) => `!${line.replaceAll(/[\r\n]/g, "_")}`);
        const before = [...top, ...marked, ...bottom];
        const range = { start: top.length + 1, end: top.length + marked.length };
        const made = anchorAt(before, range, marked);
        expect(made).not.toBeNull();
        if (made === null) return;
        expect(made.before.length).toBe(Math.min(contextLines, top.length));
        const start = above.length + 1;
        expect(follow(made, [...above, ...marked, ...below])).toEqual({
          kind: "same",
          start,
          end: start + marked.length - 1,
        });
      }),
    );
  });
});
