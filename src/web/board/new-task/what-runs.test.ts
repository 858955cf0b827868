import { expect, test } from "bun:test";
import { rowsOf } from "./what-runs.ts";

const plan = {
  workdir: "/code/shop",
  base: "main",
  answer: {
    setup: { setup: "npm ci\n\nnpm run build", teardown: "", copy: ["*.pem"], ports: 10 },
    included: [".env"],
  },
  run: ["Claude Code", null, "Ask"],
};

test("a start in a worktree: where, what is copied, what it has, what runs", () => {
  expect(rowsOf(plan)).toEqual([
    { word: "from", lines: ["main"], note: "in a worktree and branch of its own" },
    { word: "copy", lines: [".env, *.pem"], note: "as far as git ignores them" },
    { word: "with", lines: [], note: "10 ports for itself" },
    { word: "then", lines: ["npm ci", "npm run build"], note: null },
    { word: "run", lines: ["Claude Code, Ask"], note: null },
  ]);
});

test("a long set-up is cut and counted; what there is not is not mentioned", () => {
  const setup = { setup: "a\nb\nc\nd\ne\nf", teardown: "", copy: [], ports: 0 };
  const rows = rowsOf({ ...plan, answer: { setup, included: [] } });
  expect(rows.map((row) => row.word)).toEqual(["from", "then", "run"]);
  expect(rows[1]).toMatchObject({ lines: ["a", "b", "c", "d", "e"], note: "and 1 more line" });
});

test("in the folder itself nothing is set up", () => {
  expect(rowsOf({ ...plan, base: null })).toEqual([
    { word: "in", lines: ["/code/shop"], note: "as it is" },
    { word: "run", lines: ["Claude Code, Ask"], note: null },
  ]);
});
