import { expect, test } from "bun:test";
import { explain } from "./failure.ts";

// As git 2.39.5 says it on a disk without room.
test.each([
  [
    "update-ref",
    "fatal: update_ref failed for ref 'refs/agetor/base/01X': cannot update ref 'refs/agetor/base/01X': couldn't write '/r/.git/refs/agetor/base/01X.lock'",
  ],
  [
    "worktree",
    "fatal: cannot update ref 'refs/heads/z': couldn't write '/r/.git/refs/heads/z.lock'",
  ],
  ["commit", "fatal: unable to write loose object file: No space left on device"],
  ["commit", "error: file write error: Disk quota exceeded"],
])("a full disk is called one when git %s says %j", (command, stderr) => {
  expect(explain({ command, code: 128, stderr })).toMatchObject({
    code: "disk_full",
    message: "The disk is full.",
    details: { command, stderr },
  });
});

test("another failure of a ref keeps the words of git", () => {
  const stderr = "fatal: cannot lock ref 'refs/heads/z': 'refs/heads' exists; cannot create it";
  expect(explain({ command: "update-ref", code: 128, stderr }).code).toBe("git_failed");
});
