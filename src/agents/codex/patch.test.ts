import { expect, test } from "bun:test";
import { fileDiffs } from "./patch.ts";

const one = (change: object) => fileDiffs({ changes: [change] }, "/repo")[0];

test("an added file without a line break at its end", () => {
  expect(one({ path: "/repo/a", kind: { type: "add" }, diff: "x\ny" })).toEqual({
    path: "a",
    kind: "add",
    patch: "@@ -0,0 +1,2 @@\n+x\n+y\n\\ No newline at end of file\n",
    additions: 2,
    deletions: 0,
  });
});

test("an empty file has no hunk", () => {
  expect(one({ path: "/repo/a", kind: { type: "add" }, diff: "" })).toMatchObject({
    patch: "",
    additions: 0,
  });
});

test("lines that look like headers are lines", () => {
  const diff = "@@ -1,2 +1,2 @@\n---- a\n++++ b\n";
  expect(one({ path: "/repo/a", kind: { type: "update", move_path: null }, diff })).toMatchObject({
    patch: diff,
    additions: 1,
    deletions: 1,
  });
});

test("a change without a path or of an unknown kind breaks nothing", () => {
  expect(fileDiffs({ changes: [{}, null, { path: "b" }] }, "/repo")).toEqual([
    { path: "b", kind: "update", patch: "", additions: 0, deletions: 0 },
  ]);
});
