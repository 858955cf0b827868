import { expect, test } from "bun:test";
import { draftOf, errorsIn, readDraft } from "./draft.ts";

const setup = { setup: "npm ci\n", teardown: "", copy: [".env*", "!.env.prod"], ports: 10 };

test("a set-up is typed and read back as it is", () => {
  expect(draftOf(setup).copy).toBe(".env*\n!.env.prod");
  expect(readDraft(draftOf(setup))).toEqual({ setup });
});

test("empty lines and remarks are no patterns, spaces inside and before are", () => {
  const draft = { ...draftOf(setup), copy: "\n# keys\n.env  \n  \n a b\n" };
  expect(readDraft(draft)).toEqual({ setup: { ...setup, copy: [".env", " a b"] } });
});

test("ports are a whole number, and no more than the server takes", () => {
  for (const ports of ["", "ten", "-1", "1.5", "101"])
    expect(readDraft({ ...draftOf(setup), ports })).toHaveProperty("errors.ports");
  expect(readDraft({ ...draftOf(setup), ports: " 0 " })).toEqual({ setup: { ...setup, ports: 0 } });
});

test("what the server refuses stands at its field, the first of each", () => {
  const issues = [
    { path: ["copy", "2"], message: "holds a line break" },
    { path: ["copy", "3"], message: "too long" },
    { path: ["setup"], message: "holds a NUL character" },
  ];
  expect(errorsIn({ issues })).toEqual({
    copy: "Line 3: holds a line break.",
    setup: "holds a NUL character.",
  });
  expect(errorsIn({ issues: [{ path: ["path"], message: "x" }] })).toBeNull();
  expect(errorsIn(null)).toBeNull();
});
