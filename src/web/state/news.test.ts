import { expect, test } from "bun:test";
import type { Task } from "../../contract/task.ts";
import { aTask, upserted } from "../test-support/tasks.ts";
import { newsOf } from "./news.ts";

const working: Partial<Task> = { column: "running", phase: { kind: "working" } };
const done: Partial<Task> = {
  column: "review",
  phase: { kind: "ended", outcome: { kind: "succeeded" } },
};

function kinds(was: Partial<Task>, is: Partial<Task>): string[] {
  const [before, after] = [aTask("1", was), aTask("1", is)];
  return newsOf(new Map([["1", before]]), new Map([["1", after]]), [upserted(after)]).map(
    (news) => news.kind,
  );
}

test("waiting and ending are news, once", () => {
  const blocked: Partial<Task> = { column: "blocked", phase: { kind: "blocked", on: ["x"] } };
  expect(kinds(working, blocked)).toEqual(["needs-you"]);
  expect(kinds(blocked, blocked)).toEqual([]);
  expect(kinds(working, done)).toEqual(["review"]);
  expect(kinds(done, done)).toEqual([]);
});

test("what a person does is no news, nor is a task seen for the first time", () => {
  expect(kinds({ column: "backlog" }, { column: "done" })).toEqual([]);
  expect(
    kinds(working, { column: "ready", phase: { kind: "ended", outcome: { kind: "cancelled" } } }),
  ).toEqual([]);
  expect(
    newsOf(new Map(), new Map([["1", aTask("1", done)]]), [upserted(aTask("1", done))]),
  ).toEqual([]);
});
