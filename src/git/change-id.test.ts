import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, sandbox, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

test("a file keeps its id from untracked to committed, and changes it with its content and mode", async () => {
  const repo = box.repo("repo", { "edit.txt": "1\n", "gone.txt": "1\n" });
  const task = await startTask(box, repo);
  const ids = async () => {
    const signal = new AbortController().signal;
    const { files } = unwrap(await box.git.changes(task.path, task.baseSha, signal));
    return Object.fromEntries(files.map((file) => [file.path, file.id]));
  };
  box.write(task.path, { "edit.txt": "2\n", "new.sh": "x\n", "bin.png": "\0png" });
  rmSync(join(task.path, "gone.txt"));
  symlinkSync("/etc/passwd", join(task.path, "link"));
  const before = await ids();
  expect(Object.keys(before).sort()).toEqual(["bin.png", "edit.txt", "gone.txt", "link", "new.sh"]);
  expect(new Set(Object.values(before)).size).toBe(5);
  box.sh(task.path, "add", "-A");
  expect(await ids()).toEqual(before);
  box.sh(task.path, "commit", "-qm", "by the agent");
  expect(await ids()).toEqual(before);
  box.write(task.path, { "edit.txt": "3\n" });
  chmodSync(join(task.path, "new.sh"), 0o755);
  const after = await ids();
  expect(after["edit.txt"]).not.toBe(before["edit.txt"]);
  expect(after["new.sh"]).not.toBe(before["new.sh"]);
  expect([after["gone.txt"], after["link"]]).toEqual([before["gone.txt"], before["link"]]);
});
