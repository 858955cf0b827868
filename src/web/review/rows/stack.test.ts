import { describe, expect, test } from "bun:test";
import { parsePatch } from "../../diff/patch.ts";
import { aFile } from "../../test-support/changes.ts";
import { nothingFetched, withLines } from "./gaps.ts";
import { type FileRows, rowsOf } from "./rows.ts";
import { anchorAt, blockAt, Measured, sliceOf, stack, yOf } from "./stack.ts";

const body = Array.from({ length: 10 }, (_, n) => `+line ${n}`).join("\n");

function fileRows(path: string, more: { folded?: boolean; said?: boolean } = {}): FileRows {
  const file = aFile(path, { patch: `@@ -50,0 +51,10 @@\n${body}\n` });
  return rowsOf({
    file,
    hunks: parsePatch(file.patch ?? ""),
    split: false,
    folded: more.folded ?? false,
    shown: false,
    fetched: nothingFetched,
    placed: more.said === true ? [{ id: "c", side: "new", line: 53 }] : [],
  });
}

// A header of 40, the row of the hunk with 24, ten lines of 20.
const whole = 40 + 24 + 200;
const wide = { columns: null };

describe("files one below the other", () => {
  const files = [fileRows("a"), fileRows("b", { folded: true }), fileRows("c")];
  const all = stack(files, new Measured(), wide);

  test("stand where their heights put them", () => {
    expect([...all.tops]).toEqual([0, whole, whole + 40, 2 * whole + 40]);
    expect([0, whole - 1, whole, whole + 39, whole + 40, 9999].map((y) => blockAt(all, y))).toEqual(
      [0, 0, 1, 1, 2, 2],
    );
  });

  test("only what is in view is named", () => {
    expect(sliceOf(all, 0, 100)).toEqual([{ block: 0, first: 0, last: 3 }]);
    expect(sliceOf(all, whole - 30, whole + 110)).toEqual([
      { block: 0, first: 9, last: 11 },
      { block: 1, first: 0, last: 0 },
      { block: 2, first: 0, last: 2 },
    ]);
    expect(sliceOf(stack([], new Measured(), wide), 0, 100)).toEqual([]);
  });

  test("a place in a file is found again after something above it has grown", () => {
    const y = whole + 40 + 40 + 24 + 60 + 7;
    const anchor = anchorAt(all, y);
    expect(anchor).toEqual({ path: "c", key: ":54", offset: 7 });
    if (anchor === null) return;
    const measured = new Measured();
    const grown = [fileRows("a", { said: true }), files[1], files[2]] as FileRows[];
    measured.set("a", "t:c", 133);
    const after = stack(grown, measured, wide);
    expect(yOf(after, anchor)).toBe(y + 133);
    expect(yOf(stack([files[0] as FileRows], measured, wide), anchor)).toBeNull();
  });

  test("a row that is gone leaves the top of its file", () => {
    expect(yOf(all, { path: "c", key: "7:7", offset: 3 })).toBe(whole + 40);
  });

  test("what did not change is not counted again, and what was measured is", () => {
    const measured = new Measured();
    const [first] = files;
    if (first === undefined) return;
    const before = stack([first], measured, wide).blocks[0];
    expect(stack([first], measured, wide).blocks[0]).toBe(before as never);
    expect(stack([first], measured, { columns: 4 }).blocks[0]?.height).toBe(40 + 24 + 400);
    measured.set("a", ":53", 60);
    expect(stack([first], measured, { columns: 4 }).blocks[0]?.height).toBe(40 + 24 + 420);
  });

  test("opened lines push down what is below them", () => {
    const file = aFile("a", { patch: `@@ -50,0 +51,10 @@\n${body}\n` });
    const fetched = withLines(nothingFetched, 49, ["x", "y"], 60);
    const opened = rowsOf({
      file,
      hunks: parsePatch(file.patch ?? ""),
      split: true,
      folded: false,
      shown: false,
      fetched,
      placed: [],
    });
    expect(stack([opened], new Measured(), wide).blocks[0]?.height).toBe(40 + 24 + 40 + 200);
  });
});
