import { expect, test } from "bun:test";
import { seeAttached } from "./attached-file.ts";

test("files without a word are sent with a sentence that says what they are", () => {
  const picture = { id: "a", name: "a.png", isPicture: true };
  const file = { id: "b", name: "b.csv" };
  expect(seeAttached([])).toBe("");
  expect(seeAttached([picture])).toBe("See the attached picture.");
  expect(seeAttached([picture, picture])).toBe("See the attached pictures.");
  expect(seeAttached([file])).toBe("See the attached file.");
  expect(seeAttached([picture, file])).toBe("See the attached files.");
});
