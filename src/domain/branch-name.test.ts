import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { branchName, shortId } from "./branch-name.ts";

const id = "01JDQ3F8Z5W2M4N6P8R0T2V4XY";

describe("a task's branch (GIT-08)", () => {
  test.each([
    ["Fix the login page", "agetor/r0t2v4xy-fix-the-login-page"],
    ["Füge Größe & Straße hinzu", "agetor/r0t2v4xy-fuge-gro-e-stra-e-hinzu"],
    ["../../etc/passwd", "agetor/r0t2v4xy-etc-passwd"],
    ["x.lock", "agetor/r0t2v4xy-x-lock"],
    ["-rf --force", "agetor/r0t2v4xy-rf-force"],
    ["#(touch x) $(id) `id`", "agetor/r0t2v4xy-touch-x-id-id"],
    ["日本語の題名", "agetor/r0t2v4xy"],
    ["مرحبا", "agetor/r0t2v4xy"],
    ["🚀🚀", "agetor/r0t2v4xy"],
    ["...", "agetor/r0t2v4xy"],
    ["", "agetor/r0t2v4xy"],
    ["@{-1}", "agetor/r0t2v4xy-1"],
  ])("%j", (title, branch) => {
    expect(branchName(id, title)).toBe(branch);
  });

  test("is a name git accepts, short, lower-case and the task's own", () => {
    const titles = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.string({ unit: "grapheme", maxLength: 400 }),
      fc.stringMatching(/^[-./@{}~^: \\a-z]{0,80}$/),
    );
    const names: string[] = [];
    fc.assert(
      fc.property(titles, (title) => {
        const name = branchName(id, title);
        names.push(name);
        expect(name).toMatch(/^agetor\/r0t2v4xy(-[a-z0-9]+)*$/);
        expect(Buffer.byteLength(`${name}-99`)).toBeLessThanOrEqual(60);
      }),
    );
    for (const name of new Set(names.slice(0, 20))) {
      expect(spawnSync("git", ["check-ref-format", "--branch", name]).status).toBe(0);
    }
  });

  test("two tasks of one title have two branches", () => {
    const other = "01JDQ3F8Z5W2M4N6P8R0T2V4XZ";
    expect(branchName(id, "same")).not.toBe(branchName(other, "same"));
    expect(shortId(id)).toBe("r0t2v4xy");
  });
});
