import { expect, test } from "bun:test";
import { below, type Edit, keepEdit, leftBehind, readEdits, without } from "./edits.ts";

const edit = (was: string, text: string): Edit => ({ was, text });

test("only words somebody changed are left behind when their message goes", () => {
  const edits = new Map([
    ["a", edit("one", "one and more ")],
    ["b", edit("two", "two")],
    ["c", edit("three", "  ")],
    ["d", edit("four", "five")],
  ]);
  expect(leftBehind(edits, new Set(["d"]))).toEqual({
    over: ["a", "b", "c"],
    words: ["one and more"],
  });
  expect(leftBehind(edits, new Set(edits.keys()))).toEqual({ over: [], words: [] });
});

test("edits are kept per task without a browser's storage", () => {
  keepEdit("t1", "m1", edit("a", "b"));
  keepEdit("t2", "m1", edit("a", "c"));
  expect([...readEdits("t1")]).toEqual([["m1", edit("a", "b")]]);
  expect(keepEdit("t1", "m1", null).size).toBe(0);
  expect(readEdits("t2").size).toBe(1);
});

test("words come below a draft, and stay when what stood above them is sent", () => {
  expect(below("", ["x"])).toBe("x");
  const both = below("said \n", ["x", "y"]);
  expect(both).toBe("said\n\nx\n\ny");
  expect(without(both, "said \n")).toBe("x\n\ny");
  expect(without("said", "said")).toBe("");
  expect(without("other", "said")).toBe("other");
});
