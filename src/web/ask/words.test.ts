import { describe, expect, test } from "bun:test";
import { anApproval } from "../test-support/tasks.ts";
import { ApiError } from "../wire/client.ts";
import { overruled } from "./answer.ts";
import { hiddenIn, readEdited, startEditing } from "./edit.ts";
import { byWhom, headline, subjectOf, summary } from "./words.ts";

describe("what an approval is about", () => {
  test("a command, with everything else its input holds", () => {
    expect(subjectOf({ command: "ls", timeout: 5, description: "Look" })).toEqual({
      kind: "command",
      text: "ls",
      rest: [
        ["timeout", "5"],
        ["description", "Look"],
      ],
    });
  });

  test("a list of words keeps its borders: it is no shell line", () => {
    expect(subjectOf({ command: ["sh", "-c", "a b"] }).text).toBe('["sh","-c","a b"]');
  });

  test("an address; and whatever is neither is shown whole", () => {
    expect(subjectOf({ url: "https://x.test", prompt: "p" })).toMatchObject({
      kind: "url",
      text: "https://x.test",
      rest: [["prompt", "p"]],
    });
    expect(subjectOf({ file: "a" }).text).toBe('{\n  "file": "a"\n}');
    expect(subjectOf(null).text).toBe("null");
    expect(headline(anApproval("i", "t", 0))).toBe("Run a command?");
  });
});

describe("what an approval that is over says", () => {
  const over = (updatedInput: Record<string, unknown>) => ({
    ...anApproval("i", "t", 0),
    answer: { kind: "approval" as const, decision: "allow" as const, updatedInput },
  });

  test("names the command that was allowed, not the one that was asked for", () => {
    expect(summary(anApproval("i", "t", 0))).toBe("ls");
    expect(summary(over({ command: "ls -a" }))).toBe("ls -a");
    expect(summary(over({ file: "a" }))).toBe("ls");
  });
});

describe("an input changed by hand", () => {
  test("a command changes alone; the rest of the input stays", () => {
    const input = { command: "ls", timeout: 5 };
    const editing = { ...startEditing(input), text: "ls -a" };
    expect(readEdited(editing, input)).toEqual({
      ok: true,
      input: { command: "ls -a", timeout: 5 },
    });
    expect(readEdited({ ...editing, text: "  " }, input).ok).toBe(false);
  });

  test("anything else is edited as JSON, and only an object is an input", () => {
    const editing = startEditing({ path: "a" });
    expect(editing.kind).toBe("json");
    expect(readEdited({ ...editing, text: '{"path":"b"}' }, {})).toEqual({
      ok: true,
      input: { path: "b" },
    });
    for (const text of ["[1]", '"x"', "null", "{", ""]) {
      expect(readEdited({ ...editing, text }, {}).ok).toBe(false);
    }
    expect(hiddenIn("a\u202Eb\u202E\u200B")).toBe("U+202E, U+200B");
    expect(hiddenIn("plain")).toBeNull();
  });
});

describe("an answer that came second", () => {
  const ask = anApproval("i", "t", 0);
  const refused = (code: "already_answered" | "late" | "internal", error: string) =>
    overruled(
      ask,
      new ApiError(409, {
        error,
        code,
        hint: null,
        details: { answeredBy: "rule:r", resolvedAt: 7 },
      }),
    );

  test("shows who won, and with what", () => {
    const over = refused("already_answered", "This was answered already: Denied: use: tabs.");
    expect(over).toMatchObject({ state: "answered", outcome: "Denied: use: tabs", resolvedAt: 7 });
    expect(over === null ? "" : byWhom(over, false)).toBe("by your rule");
  });

  test("shows that nobody waits any more; other failures leave it open", () => {
    expect(refused("late", "The agent no longer waits for this: Run was stopped.")).toMatchObject({
      state: "gone",
      outcome: "Run was stopped",
    });
    expect(refused("internal", "No")).toBeNull();
    expect(overruled(ask, new Error("x"))).toBeNull();
  });
});
