import { expect, test } from "bun:test";
import type { Harness } from "../../../contract/harness.ts";
import { words } from "../../../domain/argument-words.ts";
import { createOf, draftOf, draftProblem, idFrom, joinArgs, patchOf } from "./draft.ts";

const harness: Harness = {
  id: "claude-side",
  kind: "claude-code",
  label: "Claude, side",
  builtin: false,
  enabled: true,
  bin: null,
  args: ["--verbose", "two words", "it's"],
  home: "/data/harnesses/claude-side",
  env: { A: "1" },
  createdAt: 0,
  updatedAt: 0,
};

test("a draft nobody touched changes nothing", () => {
  expect(patchOf(harness, draftOf(harness))).toEqual({});
});

test("arguments come back from the field as they went in", () => {
  for (const args of [["--a", "b c"], ['say "hi"'], ["it's"], ["", "x"]]) {
    const back = words(joinArgs(args));
    expect([...back]).toEqual(args);
  }
});

test("only what was changed is sent", () => {
  const draft = draftOf(harness);
  expect(patchOf(harness, { ...draft, bin: " /opt/claude " })).toEqual({ bin: "/opt/claude" });
  expect(patchOf(harness, { ...draft, home: "", ownHome: false })).toEqual({
    home: null,
  });
  const elsewhere = { ...harness, home: "/srv/claude" };
  expect(draftOf(elsewhere).ownHome).toBe(false);
  expect(patchOf(elsewhere, { ...draftOf(elsewhere), ownHome: true })).toEqual({ ownHome: true });
  expect(
    patchOf(harness, {
      ...draft,
      env: [...draft.env, { name: "B", value: "2" }, { name: "", value: "" }],
    }),
  ).toEqual({ env: { A: "1", B: "2" } });
  expect(patchOf({ ...harness, builtin: true }, { ...draft, label: "Other" })).toEqual({});
});

test("a new account of its own home asks for no more than that", () => {
  const draft = { label: " Work ", bin: "", args: "", home: "", ownHome: true, env: [] };
  expect(createOf("codex", "work", draft)).toEqual({
    id: "work",
    kind: "codex",
    label: "Work",
    ownHome: true,
  });
});

test("ids are plain, and never one that is taken", () => {
  expect(idFrom("Claude, side", [])).toBe("claude-side");
  expect(idFrom("Büro", ["buro"])).toBe("buro-2");
  expect(idFrom("Claude", ["claude", "claude-2"])).toBe("claude-3");
  expect(idFrom("日本", [])).toBe("account");
});

test("what cannot be stored is said before it is sent", () => {
  const draft = draftOf(harness);
  expect(draftProblem(draft)).toBeNull();
  expect(draftProblem({ ...draft, label: " " })).toContain("name");
  expect(draftProblem({ ...draft, env: [{ name: "A B", value: "" }] })).toContain("A B");
  expect(
    draftProblem({
      ...draft,
      env: [
        { name: "A", value: "" },
        { name: "A", value: "" },
      ],
    }),
  ).toContain("twice");
  expect(draftProblem({ ...draft, args: '--x "y' })).toContain("quote");
});
