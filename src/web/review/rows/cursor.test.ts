import { describe, expect, test } from "bun:test";
import { parsePatch } from "../../diff/patch.ts";
import { aFile } from "../../test-support/changes.ts";
import {
  type Cursor,
  firstFrom,
  hunkFrom,
  passageOf,
  placeOf,
  rangeWords,
  type Spot,
  step,
} from "./cursor.ts";
import { nothingFetched } from "./gaps.ts";
import { rowsOf } from "./rows.ts";
import { Measured, stack } from "./stack.ts";

const patch = `@@ -5,4 +5,5 @@
 five
-six
+SIX
+more
 seven
 eight
@@ -60,3 +61,2 @@
 sixty
-gone
 end
`;

function stacked(split: boolean, folded: readonly string[] = []) {
  const files = ["a", "b", "c"].map((path) => {
    const file = aFile(path, { patch });
    const hunks = parsePatch(patch);
    return rowsOf({
      file,
      hunks,
      split,
      folded: folded.includes(path),
      shown: false,
      fetched: nothingFetched,
      placed: path === "a" ? [{ id: "c", side: "new", line: 5 }] : [],
    });
  });
  return stack(files, new Measured(), { columns: null });
}

const at = (path: string, key: string, side: Spot["side"] = "new"): Spot => ({ path, key, side });
const name = (spot: Spot | null) => spot && `${spot.path} ${spot.key}`;

describe("the cursor", () => {
  const all = stacked(false);

  test("steps over lines only, not over what stands between them", () => {
    expect(name(step(all, at("a", "5:5"), 1))).toBe("a 6:");
    expect(name(step(all, at("a", "6:"), -1))).toBe("a 5:5");
    expect(name(step(all, at("a", "8:9"), 1))).toBe("a 60:61");
  });

  test("goes on into the next file, past folded ones, and stops at both ends", () => {
    const folded = stacked(false, ["b"]);
    expect(name(step(all, at("a", "62:62"), 1))).toBe("b 5:5");
    expect(name(step(folded, at("a", "62:62"), 1))).toBe("c 5:5");
    expect(name(step(folded, at("c", "5:5"), -1))).toBe("a 62:62");
    expect(name(step(all, at("a", "5:5"), -1))).toBe("a 5:5");
    expect(name(step(all, at("c", "62:62"), 9))).toBe("c 62:62");
  });

  test("stays in its file while it selects", () => {
    expect(name(step(all, at("a", "61:"), 5, true))).toBe("a 62:62");
  });

  test("goes from hunk to hunk, to the first line that changed", () => {
    const from = placeOf(all, at("a", "7:8"));
    if (from === null) throw new Error("the line is not there");
    expect(name(hunkFrom(all, from, 1, "new"))).toBe("a 61:");
    expect(name(hunkFrom(all, { block: 0, row: 0 }, 1, "new"))).toBe("a 6:");
    const last = placeOf(all, at("b", "6:"));
    expect(name(last && hunkFrom(all, last, -1, "new"))).toBe("a 61:");
    expect(name(hunkFrom(all, { block: 2, row: 99 }, 1, "new"))).toBeNull();
  });

  test("begins at the first line behind a place", () => {
    expect(name(firstFrom(all, { block: 1, row: 0 }, "new"))).toBe("b 5:5");
    expect(name(firstFrom(stacked(false, ["b", "c"]), { block: 1, row: 0 }, "new"))).toBeNull();
  });
});

describe("a selection", () => {
  const all = stacked(false);
  const [block] = all.blocks;
  const passage = (from: string, to: string, side: Spot["side"] = "new", split = false) => {
    const file = split ? stacked(true).blocks[0] : block;
    const cursor: Cursor = { at: at("a", to, side), from: at("a", from, side) };
    return file === undefined ? null : passageOf(file, cursor);
  };
  const range = (...args: Parameters<typeof passage>) => passage(...args)?.range ?? null;

  test("is about the new lines in it, in whichever direction it was made", () => {
    expect(range("5:5", "7:8")).toEqual({ side: "new", start: 5, end: 8 });
    expect(range("7:8", "6:")).toEqual({ side: "new", start: 6, end: 8 });
    expect(range("6:", ":7")).toEqual({ side: "new", start: 6, end: 7 });
  });

  test("is about the old lines when nothing else is in it, or when their half was meant", () => {
    expect(range("6:", "6:")).toEqual({ side: "old", start: 6, end: 6 });
    expect(range("5:5", "6:6", "old", true)).toEqual({ side: "old", start: 5, end: 6 });
    expect(range("5:5", "6:6", "new", true)).toEqual({ side: "new", start: 5, end: 6 });
  });

  test("is found again side by side, where two lines have become one row", () => {
    const spot = placeOf(stacked(true), at("a", ":6"));
    expect(spot).toEqual(placeOf(stacked(true), at("a", "6:6")));
    expect(placeOf(stacked(true), at("a", "61:"))).not.toBeNull();
  });

  test("says what stands there", () => {
    expect(passage("5:5", ":7")?.quote).toBe("five\nSIX\nmore");
    expect(passage("6:", "6:")?.quote).toBe("six");
  });

  test("does not reach over lines that are hidden", () => {
    expect(range("7:8", "60:61")).toEqual({ side: "new", start: 61, end: 61 });
    expect(range("62:62", "8:9")).toEqual({ side: "new", start: 9, end: 9 });
  });

  test("is not there any more when its lines are gone", () => {
    expect(range("5:5", "900:900")).toBeNull();
  });

  test("is said in words", () => {
    expect(rangeWords({ side: "new", start: 4, end: 4 })).toBe("line 4");
    expect(rangeWords({ side: "new", start: 4, end: 6 })).toBe("lines 4–6");
    expect(rangeWords({ side: "old", start: 4, end: 6 })).toBe("removed lines 4–6");
  });
});
