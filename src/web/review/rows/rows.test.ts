import { describe, expect, test } from "bun:test";
import type { ChangedFile } from "../../../contract/changes.ts";
import { parsePatch } from "../../diff/patch.ts";
import { aFile } from "../../test-support/changes.ts";
import { type Fetched, gapsOf, nothingFetched, partsOf, rangeOfPart, withLines } from "./gaps.ts";
import { type Row, rowKey, rowsOf } from "./rows.ts";
import type { Placed } from "./threads.ts";

const patch = `--- a/src/a.ts
+++ b/src/a.ts
@@ -5,7 +5,8 @@ function one
 five
 six
 seven
-eight
+EIGHT
+more
 nine
 ten
 eleven
@@ -60,4 +61,3 @@ function two
 sixty
-gone
 sixty-two
 sixty-three
`;

interface More {
  readonly split?: boolean;
  readonly fetched?: Fetched;
  readonly placed?: readonly Placed[];
  readonly shown?: boolean;
  readonly folded?: boolean;
}

function built(file: ChangedFile, more: More = {}) {
  return rowsOf({
    file,
    hunks: parsePatch(file.patch ?? ""),
    split: false,
    folded: false,
    shown: false,
    fetched: nothingFetched,
    placed: [],
    ...more,
  });
}

function told(row: Row): string {
  switch (row.kind) {
    case "line": {
      const line = row.stretch.lines[row.right] ?? row.stretch.lines[row.left];
      return `${rowKey(row)} ${line?.text}`;
    }
    case "hunk":
      return `@@ ${row.gap?.from ?? ""}-${row.gap?.to ?? ""} ${row.hunk?.section ?? "end"}`;
    case "thread":
      return `# ${row.placed.map(({ id }) => id).join()}`;
    case "notes":
      return `! ${row.notes.join()}`;
    case "empty":
      return `(${row.why.title}, ${row.offer})`;
    case "images":
      return "(images)";
  }
}

const file = aFile("src/a.ts", { patch });
const rows = (more?: More) => built(file, more).rows.map(told);

describe("the rows of a file", () => {
  test("hunks with what is left out before them and behind the last", () => {
    expect(rows()).toEqual([
      "@@ 1-4 function one",
      "5:5 five",
      "6:6 six",
      "7:7 seven",
      "8: eight",
      ":8 EIGHT",
      ":9 more",
      "9:10 nine",
      "10:11 ten",
      "11:12 eleven",
      "@@ 13-60 function two",
      "60:61 sixty",
      "61: gone",
      "62:62 sixty-two",
      "63:63 sixty-three",
    ]);
  });

  test("side by side a removed line faces the added one", () => {
    expect(rows({ split: true }).slice(4, 7)).toEqual(["8:8 EIGHT", ":9 more", "9:10 nine"]);
  });

  test("lines that were asked for stand where they belong, numbered on both sides", () => {
    let fetched = withLines(nothingFetched, 1, ["one", "two", "three", "four"], 64);
    fetched = withLines(fetched, 13, ["thirteen"], 64);
    fetched = withLines(fetched, 60, ["fifty-nine"], 64);
    expect(rows({ fetched })).toEqual([
      "1:1 one",
      "2:2 two",
      "3:3 three",
      "4:4 four",
      "@@ - function one",
      "5:5 five",
      "6:6 six",
      "7:7 seven",
      "8: eight",
      ":8 EIGHT",
      ":9 more",
      "9:10 nine",
      "10:11 ten",
      "11:12 eleven",
      "12:13 thirteen",
      "@@ 14-59 function two",
      "59:60 fifty-nine",
      "60:61 sixty",
      "61: gone",
      "62:62 sixty-two",
      "63:63 sixty-three",
      "@@ 64-64 end",
    ]);
  });

  test("what was said stands below its line, in its gap, or at the end", () => {
    const placed: Placed[] = [
      { id: "whole", side: "new", line: null },
      { id: "nine", side: "new", line: 9 },
      { id: "gone", side: "old", line: 61 },
      { id: "hidden", side: "new", line: 30 },
      { id: "hidden too", side: "old", line: 28 },
      { id: "lost", side: "new", line: 900 },
    ];
    const all = rows({ placed });
    expect(all[0]).toBe("# whole");
    expect(all.slice(7, 9)).toEqual([":9 more", "# nine"]);
    expect(all.slice(11, 14)).toEqual([
      "11:12 eleven",
      "# hidden,hidden too",
      "@@ 13-60 function two",
    ]);
    expect(all.slice(15, 17)).toEqual(["61: gone", "# gone"]);
    expect(all.at(-1)).toBe("# lost");
  });

  test("in another state a line has to say the same to be the one that was meant", () => {
    const placed: Placed[] = [
      { id: "there", side: "new", line: 9, text: "more" },
      { id: "moved", side: "new", line: 10, text: "something else" },
    ];
    const all = rows({ placed });
    expect(all.slice(6, 9)).toEqual([":9 more", "# there", "9:10 nine"]);
    expect(all.at(-1)).toBe("# moved");
  });

  test("every row has a name of its own", () => {
    const noted = `${patch}\\ No newline at end of file\n`;
    for (const split of [true, false]) {
      const keys = built(aFile("a", { patch: noted }), { split }).rows.map(rowKey);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  test("a file without lines says why, and how to get at them", () => {
    const one = (over: Partial<ChangedFile>, more?: More) =>
      built(aFile("x", over), more).rows.map(told);
    expect(one({ tooLarge: true, patch: null })).toEqual(["(Too large to show at once, load)"]);
    expect(one({ patch: null })).toEqual(["(Not read yet, load)"]);
    expect(one({ binary: true, kind: "binary", patch: null })).toEqual(["(A binary file, none)"]);
    expect(one({ kind: "image", binary: true, patch: null })).toEqual(["(images)"]);
    expect(one({ generated: true })).toEqual(["(Made by a tool, show)"]);
    expect(one({ generated: true }, { shown: true })).toHaveLength(3);
    expect(one({ newMode: "100755", patch: "old mode 100644\nnew mode 100755\n" })).toEqual([
      "! Made executable (100644 → 100755)",
      "(The same content, none)",
    ]);
    expect(one({ status: "renamed", oldPath: "y", patch: "similarity index 100%\n" })).toEqual([
      "! Renamed from y",
      "(The same content, none)",
    ]);
    expect(
      one({
        kind: "submodule",
        oldMode: "160000",
        newMode: "160000",
        patch: `@@ -1 +1 @@\n-Subproject commit ${"a".repeat(40)}\n+Subproject commit ${"b".repeat(40)}\n`,
      }),
    ).toEqual(["! A submodule: moved from aaaaaaaaaa to bbbbbbbbbb", "(A submodule, none)"]);
    expect(one({}, { folded: true })).toEqual([]);
  });
});

describe("a gap", () => {
  const hunks = parsePatch(patch);

  test("is not there in a file that is new or gone as a whole", () => {
    expect(gapsOf(hunks, nothingFetched, true)).toEqual([null, null, null]);
  });

  test("is known to end once the file's length is", () => {
    const ends = (total: number) => gapsOf(hunks, { lines: new Map(), total }, false)[2];
    expect(ends(63)).toBeNull();
    expect(ends(70)).toEqual({ from: 64, to: 70, shift: 0 });
  });

  test("is opened whole when small, else from its ends", () => {
    const small = { from: 1, to: 20, shift: 0 };
    const large = { from: 100, to: 300, shift: 0 };
    const end = { from: 10, to: null, shift: 0 };
    expect(partsOf(small, true)).toEqual(["all"]);
    expect(partsOf(large, false)).toEqual(["top", "bottom"]);
    expect(partsOf(large, true)).toEqual(["bottom"]);
    expect(partsOf(end, false)).toEqual(["top"]);
    expect(rangeOfPart(small, "all")).toEqual({ start: 1, end: 20 });
    expect(rangeOfPart(large, "top")).toEqual({ start: 100, end: 119 });
    expect(rangeOfPart(large, "bottom")).toEqual({ start: 281, end: 300 });
    expect(rangeOfPart(end, "top")).toEqual({ start: 10, end: 29 });
  });
});
