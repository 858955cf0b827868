import { describe, expect, test } from "bun:test";
import { aFile } from "../../test-support/changes.ts";
import { holdBack, withHeld } from "./held.ts";
import { seenOf } from "./viewed.ts";

const at = 0;

describe("files that were looked at", () => {
  const a = aFile("a", { id: "1" });
  const b = aFile("b", { id: "2" });

  test("count as long as they are what they were", () => {
    const seen = seenOf(
      [a, b],
      [
        { path: "a", id: "1", at },
        { path: "b", id: "old", at },
      ],
      false,
    );
    expect([seen.of(a), seen.of(b), seen.count, seen.changed]).toEqual(["yes", "changed", 1, 1]);
    expect(seenOf([a], [], false).of(a)).toBe("no");
  });

  test("have not changed just because an old state of them is shown", () => {
    expect(seenOf([b], [{ path: "b", id: "now", at }], true).of(b)).toBe("no");
  });
});

describe("the file that is read", () => {
  const before = [aFile("a", { id: "1" }), aFile("b", { id: "1" })];
  const reading = new Set(["a"]);

  test("stays as it is when it changes, others do not", () => {
    const incoming = [aFile("a", { id: "2" }), aFile("b", { id: "2" })];
    const held = holdBack(before, incoming, reading);
    expect([...held.keys()]).toEqual(["a"]);
    expect(withHeld(incoming, held).map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("is not held when it is what it was", () => {
    expect(holdBack(before, [aFile("a", { id: "1" })], reading).size).toBe(0);
    expect(holdBack(before, [], new Set()).size).toBe(0);
  });

  test("stays also when it is not changed any more", () => {
    const held = holdBack(before, [aFile("b", { id: "1" })], reading);
    expect(held.get("a")?.now).toBeNull();
    expect(withHeld([aFile("b")], held).map(({ path }) => path)).toEqual(["b", "a"]);
  });
});
