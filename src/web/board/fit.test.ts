import { expect, test } from "bun:test";
import type { Column } from "../../contract/primitives.ts";
import { asked, openColumns } from "./fit.ts";

const wide = {
  width: 1200,
  squeezed: false,
  only: null,
  collapsed: ["done"],
  wanted: [],
  filled: [],
} as const;

test("with room, what the person collapsed is collapsed", () => {
  expect(openColumns(wide)).toEqual(["backlog", "ready", "running", "blocked", "review"]);
  expect(openColumns({ ...wide, width: 300 })).toHaveLength(5);
});

test("beside a panel the columns that matter most stay open", () => {
  const squeezed = { ...wide, width: 632, squeezed: true };
  expect(openColumns(squeezed)).toEqual(["running", "blocked"]);
  expect(openColumns({ ...squeezed, wanted: ["review"] })).toEqual(["blocked", "review"]);
  expect(openColumns({ ...squeezed, wanted: ["backlog", "review", "ready"] })).toEqual([
    "backlog",
    "review",
  ]);
  expect(openColumns({ ...squeezed, width: 100 })).toEqual(["blocked"]);
});

test("beside a panel a column with cards keeps its place before one without", () => {
  const squeezed = { ...wide, width: 632, squeezed: true, wanted: ["review"] } as const;
  const filled = (...columns: Column[]) => openColumns({ ...squeezed, filled: columns });
  expect(filled("review", "running")).toEqual(["running", "review"]);
  expect(filled("review", "running", "blocked")).toEqual(["blocked", "review"]);
  expect(filled("review", "backlog", "done")).toEqual(["backlog", "review"]);
  expect(openColumns({ ...squeezed, filled: ["running"], collapsed: ["running"] })).toEqual([
    "blocked",
    "review",
  ]);
});

test("what was asked for: the newest first, each once", () => {
  const none = { byHand: [], ofTask: null, taskIsNewer: false } as const;
  expect(asked(none)).toEqual([]);
  const all = { byHand: ["ready", "done"], ofTask: "running" } as const;
  expect(asked({ ...all, taskIsNewer: false })).toEqual(["ready", "running", "done"]);
  expect(asked({ ...all, taskIsNewer: true })).toEqual(["running", "ready", "done"]);
});

test("a filter on one column shows only that one", () => {
  expect(openColumns({ ...wide, only: "done" })).toEqual(["done"]);
  expect(openColumns({ ...wide, only: "nonsense" })).toHaveLength(5);
});
