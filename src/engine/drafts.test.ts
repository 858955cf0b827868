import { expect, test } from "bun:test";
import { Drafts } from "./drafts.ts";

const draft = (offset: number, text: string | null) =>
  ({ draftId: "d", kind: "text", offset, text }) as const;

test("a draft grows by offset, is replaced at 0, and goes with null", () => {
  const drafts = new Drafts();
  drafts.take("t", "r", draft(0, "Hel"));
  drafts.take("t", "r", draft(3, "lo"));
  expect(drafts.of("t")).toMatchObject([{ offset: 0, text: "Hello", runId: "r" }]);
  drafts.take("t", "r", draft(0, "Anew"));
  expect(drafts.of("t")).toMatchObject([{ text: "Anew" }]);
  drafts.take("t", "r", draft(0, null));
  expect(drafts.of("t")).toEqual([]);
});

test("the end of a run takes every draft away", () => {
  const drafts = new Drafts();
  drafts.take("t", "r", draft(0, "x"));
  expect(drafts.clear("t")).toMatchObject([{ draftId: "d", text: null }]);
  expect(drafts.of("t")).toEqual([]);
});

test("one draft never takes more than its share of memory", () => {
  const drafts = new Drafts();
  drafts.take("t", "r", draft(0, "x".repeat(300 * 1024)));
  expect(drafts.of("t")[0]?.text?.length).toBe(256 * 1024);
});
