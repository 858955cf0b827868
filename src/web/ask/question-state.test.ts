import { expect, test } from "bun:test";
import { anApproval } from "../test-support/tasks.ts";
import { countNotes, noNotes, paragraphsOf, revisionOf, withNote } from "./plan-state.ts";
import {
  choose,
  chooseOther,
  emptyForm,
  fieldsOf,
  fits,
  leftOf,
  nextStep,
  toAnswer,
  withFilled,
} from "./question-state.ts";
import type { Asking } from "./words.ts";

const { kind: _, ...base } = anApproval("i", "t", 0);
const option = (label: string) => ({ label, description: "", preview: null });
const set: Asking = {
  ...base,
  kind: "ask_questions",
  questions: [
    { question: "One?", header: "", multiSelect: false, options: [option("a"), option("b")] },
    { question: "Many?", header: "", multiSelect: true, options: [option("x"), option("y")] },
  ],
};
const single: Asking = {
  ...base,
  kind: "question",
  question: "Why?",
  choices: null,
  multi: false,
  allowText: false,
};

test("one choice takes the other back, and so does Other; its text stays", () => {
  const [one] = fieldsOf(set);
  if (one === undefined) throw new Error("no field");
  const empty = { selected: [], other: false, text: "" };
  const b = choose(choose(empty, one, "a"), one, "b");
  expect(b.selected).toEqual(["b"]);
  const other = chooseOther({ ...b, text: "mine" }, one);
  expect(other).toEqual({ selected: [], other: true, text: "mine" });
  expect(choose(other, one, "a")).toEqual({ selected: ["a"], other: false, text: "mine" });
});

test("several choices keep the order they are offered in", () => {
  const many = fieldsOf(set)[1];
  if (many === undefined) throw new Error("no field");
  const both = choose(choose({ selected: [], other: false, text: "" }, many, "y"), many, "x");
  expect(both.selected).toEqual(["x", "y"]);
  expect(choose(both, many, "x").selected).toEqual(["y"]);
});

test("nothing is sent before every question has an answer", () => {
  const [one, many] = fieldsOf(set);
  if (one === undefined || many === undefined) throw new Error("no fields");
  let form = emptyForm(fieldsOf(set));
  expect([leftOf(form), toAnswer(set, form)]).toEqual([2, null]);
  form = withFilled(form, 0, (before) => choose(before, one, "b"));
  expect(nextStep(form, 0)).toBe(1);
  form = withFilled(form, 1, (before) => ({ ...before, other: true, text: "  " }));
  expect(toAnswer(set, form)).toBeNull();
  form = withFilled(form, 1, (before) => ({ ...before, text: " z " }));
  expect(toAnswer(set, form)).toEqual({
    kind: "ask_questions",
    answers: [{ selected: ["b"] }, { selected: [], custom: "z" }],
  });
});

test("a question without choices is answered in words", () => {
  const form = emptyForm(fieldsOf(single));
  expect(form.filled[0]?.other).toBe(true);
  expect(
    toAnswer(
      single,
      withFilled(form, 0, (before) => ({ ...before, text: "so" })),
    ),
  ).toEqual({
    kind: "question",
    selected: [],
    text: "so",
  });
});

test("a stored draft of other questions is not taken", () => {
  const valid = fits(fieldsOf(set));
  expect(valid(JSON.parse(JSON.stringify(emptyForm(fieldsOf(set)))))).toBe(true);
  expect(valid(emptyForm(fieldsOf(single)))).toBe(false);
  const stray = { selected: ["gone"], other: false, text: "" };
  expect(valid({ step: 0, filled: [stray, stray] })).toBe(false);
  expect(valid(null)).toBe(false);
});

test("a plan falls into paragraphs, and notes quote what they are about", () => {
  const paragraphs = paragraphsOf("# Plan\n\n1. First\n2. Second\n\nThe end");
  expect(paragraphs.map((raw) => raw.trim())).toEqual([
    "# Plan",
    "1. First",
    "2. Second",
    "The end",
  ]);
  let notes = withNote(withNote(noNotes, 2, "Later"), 0, " ");
  expect(countNotes(notes)).toBe(1);
  notes = { ...notes, whole: "Smaller" };
  expect(revisionOf(notes, paragraphs)).toBe("> 2. Second\n\nLater\n\nSmaller");
  expect(withNote(notes, 2, null).on).not.toHaveProperty("2");
});
