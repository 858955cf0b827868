import { expect, test } from "bun:test";
import type { Draft } from "../driver.ts";
import { Drafts } from "./drafts.ts";

function recorder() {
  const shown: Draft[] = [];
  const drafts = new Drafts((draft) => shown.push(draft));
  const say = (id: string, text: string) => drafts.take({ op: "append", id, kind: "text", text });
  return { shown, drafts, say, end: (id: string) => drafts.take({ op: "end", id }) };
}

test("deltas of one flush become one frame, with the offset they begin at", () => {
  const { shown, drafts, say } = recorder();
  say("a", "Hel");
  say("a", "lo ");
  drafts.flush();
  say("a", "🙂!");
  say("b", "x");
  say("a", "?");
  drafts.flush();
  expect(shown).toEqual([
    { draftId: "a", kind: "text", offset: 0, text: "Hello " },
    { draftId: "a", kind: "text", offset: 6, text: "🙂!" },
    { draftId: "b", kind: "text", offset: 0, text: "x" },
    { draftId: "a", kind: "text", offset: 9, text: "?" },
  ]);
  expect(drafts.texts.get("a")).toBe("Hello 🙂!?");
});

test("a draft that ends before it was shown is never shown", () => {
  const { shown, drafts, say, end } = recorder();
  say("a", "gone");
  end("a");
  end("never");
  drafts.flush();
  expect(shown).toEqual([]);
});

test("one that was shown is taken away, and may begin again", () => {
  const { shown, drafts, say, end } = recorder();
  say("a", "x");
  drafts.flush();
  say("a", "y");
  end("a");
  drafts.flush();
  say("a", "z");
  drafts.flush();
  expect(shown.slice(1)).toEqual([
    { draftId: "a", kind: "text", offset: 0, text: null },
    { draftId: "a", kind: "text", offset: 0, text: "z" },
  ]);
});

test("what is kept has an end, what is shown has not", () => {
  const { shown, drafts, say } = recorder();
  const part = "x".repeat(100_000);
  for (let at = 0; at < 4; at += 1) {
    say("a", part);
    drafts.flush();
  }
  expect(drafts.texts.get("a")).toHaveLength(256 * 1024);
  expect(shown.at(-1)).toMatchObject({ offset: 300_000, text: part });
});
