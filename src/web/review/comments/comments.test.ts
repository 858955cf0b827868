import { describe, expect, test } from "bun:test";
import type { Changes } from "../../../contract/changes.ts";
import { aComment, aFile } from "../../test-support/changes.ts";
import { type Editors, editDraft, openEditor, typed, unsaved, without } from "./drafts.ts";
import { countsOf, placeAll } from "./placing.ts";

const side = (sha: string | null) => ({ label: "x", sha, at: null });

function changesOf(over: Partial<Changes> = {}): Changes {
  return {
    scope: "base",
    from: side("base"),
    to: side(null),
    baseSha: "base",
    headSha: "head",
    files: [aFile("src/a.ts"), aFile("src/b.ts")],
    additions: 0,
    deletions: 0,
    truncated: false,
    ...over,
  };
}

describe("what is being typed", () => {
  const none: Editors = new Map();
  const range = { range: { side: "new", start: 3, end: 4 } as const, quote: "c\nd" };

  test("one field for the same lines, however often they are clicked", () => {
    const first = openEditor(none, "src/a.ts", range);
    const longer = { range: { ...range.range, end: 5 }, quote: "c\nd\ne" };
    expect(first.editors.get(first.id)).toMatchObject({ path: "src/a.ts", ...range, text: "" });
    const again = openEditor(first.editors, "src/a.ts", { ...range });
    expect(again.id).toBe(first.id);
    expect(openEditor(first.editors, "src/a.ts", longer).id).not.toBe(first.id);
    expect(openEditor(first.editors, "src/a.ts", null).id).not.toBe(first.id);
  });

  test("is unsaved while there are words in it", () => {
    const { editors, id } = openEditor(none, null, null);
    expect(unsaved(editors)).toEqual([]);
    expect(unsaved(typed(editors, id, " \n "))).toEqual([]);
    expect(unsaved(typed(editors, id, "Why?")).map(({ text }) => text)).toEqual(["Why?"]);
    expect(without(editors, id).size).toBe(0);
  });

  test("a draft is changed in a field with its words, once", () => {
    const editors = editDraft(none, aComment("c", { state: "draft", body: "Hm" }));
    expect(editors.get("c")).toMatchObject({ commentId: "c", text: "Hm", path: "src/a.ts" });
    expect(editDraft(typed(editors, "c", "Hm!"), aComment("c")).get("c")?.text).toBe("Hm!");
  });
});

describe("where a comment stands", () => {
  const place = (changes: Changes, over: Parameters<typeof aComment>[1] = {}) =>
    placeAll(changes, [aComment("c", over)], new Map());

  test("below the last of its lines, where they are now", () => {
    const current = { side: "new", start: 9, end: 12 } as const;
    expect(place(changesOf(), { current }).files.get("src/a.ts")).toEqual([
      { id: "c", side: "new", line: 12 },
    ]);
    expect(place(changesOf(), { current: null }).files.get("src/a.ts")?.[0]?.line).toBe(1);
  });

  test("at the top of its file when it is on the file", () => {
    const top = [{ id: "c", side: "new" as const, line: null }];
    expect(place(changesOf(), { range: null, current: null }).files.get("src/a.ts")).toEqual(top);
  });

  test("where its words are, when another state of the file is shown", () => {
    const said = { quote: "one\ntwo", range: { side: "new", start: 4, end: 5 } as const };
    expect(place(changesOf({ to: side("old") }), said).files.get("src/a.ts")).toEqual([
      { id: "c", side: "new", line: 5, text: "two" },
    ]);
    const removed = { quote: "gone", range: { side: "old", start: 2, end: 2 } as const };
    const since = changesOf({ from: side("elsewhere") });
    const old = { ...removed, current: removed.range };
    expect(place(since, old).files.get("src/a.ts")?.[0]?.text).toBe("gone");
    expect(place(changesOf(), old).files.get("src/a.ts")).toEqual([
      { id: "c", side: "old", line: 2 },
    ]);
  });

  test("on the whole when it is on no file that is shown", () => {
    expect(place(changesOf(), { path: null, range: null }).whole).toHaveLength(1);
    expect(place(changesOf(), { path: "gone.ts" }).whole).toEqual([
      { id: "c", side: "new", line: null },
    ]);
  });

  test("a draft in a field is not placed twice", () => {
    const draft = aComment("c", { state: "draft" });
    const { files } = placeAll(changesOf(), [draft], editDraft(new Map(), draft));
    expect(files.get("src/a.ts")).toHaveLength(1);
  });

  test("counts what still wants something", () => {
    const comments = (["draft", "open", "outdated", "addressed"] as const).map((state) =>
      aComment(state, { state }),
    );
    expect(countsOf(comments, aFile("src/a.ts"))).toEqual({ open: 2, drafts: 1 });
    expect(countsOf(comments, aFile("src/b.ts"))).toEqual({ open: 0, drafts: 0 });
  });
});
