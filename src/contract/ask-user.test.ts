import { expect, test } from "bun:test";
import { answerText, askedBy, askUserTool, readAskUser } from "./ask-user.ts";

test("a question is taken as models write it", () => {
  expect(readAskUser({ question: "Which?", choices: null, multi: null, why: "x" })).toEqual({
    ...{ ok: true, value: { question: "Which?" } },
  });
  const all = { question: "Which?", choices: ["a"], multi: true, allowText: true };
  expect(readAskUser(all)).toEqual({ ok: true, value: all });
  expect(Object.keys(askUserTool.inputSchema.properties)).toEqual(Object.keys(all));
});

test("what cannot be asked is said to the model, with what is wrong", () => {
  for (const [given, why] of [
    [undefined, "question"],
    ["Which?", "question"],
    [{ question: " \n" }, "question"],
    [{ question: "Which?", choices: "a, b" }, "choices"],
    [{ question: "Which?", choices: ["a", ""] }, "choices.1"],
    [{ question: "x".repeat(20_001) }, "question"],
  ] as const) {
    expect(readAskUser(given)).toMatchObject({ ok: false, fault: expect.stringContaining(why) });
  }
});

test("every question can be answered: without choices there is a free answer", () => {
  const question = "Which?";
  expect(askedBy({ question, choices: [], allowText: false })).toMatchObject({
    ...{ choices: null, multi: false, allowText: true },
  });
  expect(askedBy({ question, choices: ["a"] })).toMatchObject({ choices: ["a"], allowText: false });
  expect(askedBy({ question, choices: ["a"], allowText: true }).allowText).toBe(true);
});

test("an answer is its choices, then its words", () => {
  expect(answerText({ selected: ["a", "b"], text: "and c" })).toBe("a\nb\nand c");
  expect(answerText({ selected: [], text: "only this" })).toBe("only this");
  expect(answerText({ selected: ["a"], text: "" })).toBe("a");
});
