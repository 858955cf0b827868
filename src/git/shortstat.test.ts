import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, sandbox, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

test("the numbers are those of the changes, and what git ignores is named", async () => {
  const repo = box.repo("repo", {
    "a.txt": "1\n",
    "b.txt": "1\n2\n",
    ".gitignore": "node_modules/\n*.log\nbuild/*\n!build/keep/\n",
    "build/keep/k.txt": "k\n",
  });
  const task = await startTask(box, repo);
  box.write(task.path, {
    "a.txt": "2\n",
    "new.txt": "1\n2\n",
    "node_modules/x/y.js": "1\n",
    "packages/p/node_modules/z/z.js": "1\n",
    "logs/a.log": "1\n",
    "build/out/o.js": "1\n",
    "build/keep/new.txt": "1\n",
  });
  box.sh(task.path, "add", "a.txt");
  box.sh(task.path, "commit", "-qm", "a");
  box.sh(task.path, "rm", "-q", "--cached", "b.txt");
  const stat = unwrap(await box.git.shortstat(task.path, task.baseSha, signal));
  const changes = unwrap(await box.git.changes(task.path, task.baseSha, signal));
  const { additions, deletions, files } = changes;
  expect(stat).toMatchObject({ additions, deletions, files: files.length });
  expect(files.map((file) => file.path)).toEqual(["a.txt", "build/keep/new.txt", "new.txt"]);
  expect([...stat.ignored].sort()).toEqual([
    "build/out/",
    "logs/a.log",
    "node_modules/",
    "packages/p/node_modules/",
  ]);
});

test("the stamp moves with what can be seen, and with nothing else", async () => {
  const repo = box.repo("repo", { "a.txt": "1\n", "b.txt": "1\n", ".gitignore": "*.log\n" });
  const task = await startTask(box, repo);
  const stamp = async () => unwrap(await box.git.shortstat(task.path, task.baseSha, signal)).stamp;
  const seen = [await stamp()];
  const moved = async (does: boolean) => {
    const now = await stamp();
    expect([seen.length, seen.at(-1) !== now]).toEqual([seen.length, does]);
    seen.push(now);
  };
  await moved(false);
  box.write(task.path, { "x.log": "1\n" });
  utimesSync(join(task.path, "b.txt"), 1, 1);
  await moved(false);
  box.write(task.path, { "a.txt": "2\n" });
  await moved(true);
  // The same numbers, another text.
  box.write(task.path, { "a.txt": "3\n" });
  await moved(true);
  box.write(task.path, { "new.txt": "1\n" });
  await moved(true);
  appendFileSync(join(task.path, "new.txt"), "2\n");
  await moved(true);
  box.sh(task.path, "add", "-A");
  await moved(true);
  box.sh(task.path, "commit", "-qm", "all");
  await moved(true);
  await moved(false);
});
