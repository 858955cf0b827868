import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseDiff, quoteName } from "./patch.ts";

const sha = (digit: string) => digit.repeat(40);
const none = sha("0");

/** A change as git says it, in its three sections. */
interface Told {
  readonly raw: string;
  readonly count: string;
  readonly patch: string;
}

const kinds = ["modified", "renamed", "added", "binary"] as const;
type Kind = (typeof kinds)[number];

const name = fc
  .string({ unit: "binary-ascii", minLength: 1, maxLength: 8 })
  .filter((text) => !text.includes("\0"));
const body = fc
  .array(fc.constantFrom("+new", "-old", " same", "+diff --git a/x b/x", "-:100644"))
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

function told(path: string, kind: Kind, text: string): Told {
  const from = kind === "renamed" ? `old ${path}` : path;
  const header = `diff --git ${quoteName(`a/${from}`)} ${quoteName(`b/${path}`)}\n`;
  const [added, removed] = ["+", "-"].map(
    (sign) => text.split("\n").filter((line) => line.startsWith(sign)).length,
  );
  const counts = kind === "binary" ? "-\t-" : `${added}\t${removed}`;
  if (kind === "renamed") {
    return {
      raw: `:100644 100644 ${sha("1")} ${sha("2")} R090\0${from}\0${path}\0`,
      count: `${counts}\t\0${from}\0${path}\0`,
      patch: `${header}similarity index 90%\n@@ -1 +1 @@\n${text}`,
    };
  }
  const modes =
    kind === "added" ? `:000000 100755 ${none} ${none} A` : `:100644 100644 ${sha("1")} ${none} M`;
  return {
    raw: `${modes}\0${path}\0`,
    count: `${counts}\t${path}\0`,
    patch: kind === "binary" ? `${header}Binary files differ\n` : `${header}@@ -1 +1 @@\n${text}`,
  };
}

const change = fc.record({
  path: name,
  kind: fc.constantFrom(...kinds),
  text: body,
});
const changes = fc.uniqueArray(change, { selector: (one) => one.path, maxLength: 5 });

function answer(list: readonly Told[]): Buffer {
  const all = (key: keyof Told) => list.map((one) => one[key]).join("");
  return Buffer.from(`${all("raw")}${all("count")}\0${all("patch")}`, "latin1");
}

describe("the answer of git diff", () => {
  test("is read whole, whatever the names and the text of the patches", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const parts = list.map((one) => told(one.path, one.kind, one.text));
        const entries = parseDiff(answer(parts), false);
        expect(entries.map((entry) => entry.path)).toEqual(list.map((one) => one.path));
        for (const [index, entry] of entries.entries()) {
          const one = list[index];
          expect(entry.patch).toBe(parts[index]?.patch ?? null);
          expect(entry.binary).toBe(one?.kind === "binary");
          expect(entry.oldPath).toBe(one?.kind === "renamed" ? `old ${one.path}` : null);
          expect([entry.oldMode, entry.newMode]).toEqual(
            one?.kind === "added" ? [null, "100755"] : ["100644", "100644"],
          );
          expect([entry.oldObject, entry.newObject]).toEqual([
            one?.kind === "added" ? null : sha("1"),
            one?.kind === "renamed" ? sha("2") : null,
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("cut off anywhere, it never says more or other than the whole", () => {
    fc.assert(
      fc.property(changes, fc.nat(), (list, seed) => {
        const parts = list.map((one) => told(one.path, one.kind, one.text));
        const all = answer(parts);
        const whole = new Map(parseDiff(all, false).map((entry) => [entry.path, entry]));
        const entries = parseDiff(all.subarray(0, seed % (all.length + 1)), true);
        for (const entry of entries) {
          const known = whole.get(entry.path);
          expect(entry).toMatchObject({ status: known?.status, oldPath: known?.oldPath });
          expect([null, known?.patch]).toContain(entry.patch);
          if (entry.counted) expect(entry.additions).toBe(known?.additions ?? -1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
