import { expect, test } from "bun:test";
import { openColumns } from "./fit.ts";

const wide = {
  width: 1200,
  squeezed: false,
  only: null,
  collapsed: ["done"],
  wanted: [],
  ofTask: null,
} as const;

test("with room, what the person collapsed is collapsed", () => {
  expect(openColumns(wide)).toEqual(["backlog", "ready", "running", "blocked", "review"]);
  expect(openColumns({ ...wide, width: 300 })).toHaveLength(5);
});

test("beside a panel the columns that matter most stay open", () => {
  const squeezed = { ...wide, width: 632, squeezed: true };
  expect(openColumns(squeezed)).toEqual(["running", "blocked"]);
  expect(openColumns({ ...squeezed, ofTask: "review" })).toEqual(["blocked", "review"]);
  expect(openColumns({ ...squeezed, wanted: ["backlog"], ofTask: "review" })).toEqual([
    "backlog",
    "review",
  ]);
  expect(openColumns({ ...squeezed, width: 100 })).toEqual(["blocked"]);
});

test("a filter on one column shows only that one", () => {
  expect(openColumns({ ...wide, only: "done" })).toEqual(["done"]);
  expect(openColumns({ ...wide, only: "nonsense" })).toHaveLength(5);
});
