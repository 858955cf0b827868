import { expect, test } from "bun:test";
import { attachmentIdOf, splitFiles, withFiles } from "./sent-files.ts";

const id = "01J0000000000000000000000A";

test("words and files come apart as they went together", () => {
  const files = ["/repo/src/a b.ts", "/repo/docs/", `/data/attachments/${id}`];
  for (const words of ["Look.", "Two\n\nparagraphs\n", "Files that go with this:\n- mine", ""]) {
    expect(splitFiles(withFiles(words, files))).toEqual({ words, paths: files });
    expect(splitFiles(withFiles(words, []))).toEqual({ words, paths: [] });
  }
});

test("what only looks like a list of files stays words", () => {
  for (const words of [
    "See\n\nFiles that go with this:\n",
    "See\n\nFiles that go with this:\n- a\nno",
  ]) {
    expect(splitFiles(words)).toEqual({ words, paths: [] });
  }
});

test("an attachment is known by where it is kept", () => {
  expect(attachmentIdOf(`/data/attachments/${id}`)).toBe(id);
  for (const path of [`/data/${id}`, `/data/attachments/${id}.png`, "/data/attachments/x"]) {
    expect(attachmentIdOf(path)).toBeNull();
  }
});
