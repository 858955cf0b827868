import { expect, test } from "bun:test";
import { refusedWords, seeAttached } from "./attached-file.ts";

test("files without a word are sent with a sentence that says what they are", () => {
  const picture = { id: "a", name: "a.png", isPicture: true };
  const file = { id: "b", name: "b.csv" };
  expect(seeAttached([])).toBe("");
  expect(seeAttached([picture])).toBe("See the attached picture.");
  expect(seeAttached([picture, picture])).toBe("See the attached pictures.");
  expect(seeAttached([file])).toBe("See the attached file.");
  expect(seeAttached([picture, file])).toBe("See the attached files.");
});

test("each file that is refused has a line of its own, and what helps is said once", () => {
  const hint = "Text files can.";
  const zip = { name: "a.zip", text: "This kind cannot be sent.", hint };
  const empty = { name: "b.txt", text: "The file is empty.", hint: null };
  expect(refusedWords([zip, empty, { ...zip, name: "c.zip" }])).toEqual({
    text: "a.zip: This kind cannot be sent.\nb.txt: The file is empty.\nc.zip: This kind cannot be sent.",
    hint,
  });
  expect(refusedWords([{ ...empty, name: "" }])).toEqual({
    text: "The file is empty.",
    hint: null,
  });
});
