import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  exists,
  type Sandbox,
  type StartedTask,
  sandbox,
  script,
  startTask,
  unwrap,
} from "./testing/sandbox.ts";
import type { Git } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;
const kept = () => join(box.dataDir, "cache");

async function see(task: StartedTask, git: Git): Promise<(string | null)[]> {
  const { files } = unwrap(await git.changes(task.path, task.baseSha, signal));
  return files.map((file) => file.patch?.split("\n").at(-2) ?? null);
}

/** Makes the worktree's index old: only then is a copy that git has gone through the better one. */
async function age(task: StartedTask): Promise<string> {
  const index = join(unwrap(await box.git.gitDir(task.path)), "index");
  for (const path of [index, join(task.path, "a.txt")]) utimesSync(path, 1_000_000, 1_000_000);
  return index;
}

/** Git, and whether it went through the index since the last time that was asked. */
function watched() {
  const log = join(box.root, "log");
  writeFileSync(log, "");
  const bin = script(join(box.root, "bin/git"), `echo "$*" >> ${log}\nexec git "$@"`);
  const wentThrough = () => {
    const text = readFileSync(log, "utf8");
    writeFileSync(log, "");
    return / status /.test(text);
  };
  return { git: box.withGit({ bin }), wentThrough };
}

test("an index is gone through once, and again when it is another", async () => {
  const task = await startTask(box, box.repo());
  await age(task);
  const { git, wentThrough } = watched();
  for (const expected of [true, false, false]) {
    await see(task, git);
    expect(wentThrough()).toBe(expected);
  }
  box.write(task.path, { "new.txt": "1\n" });
  box.sh(task.path, "add", "-A");
  await age(task);
  for (const expected of [true, false]) {
    await see(task, git);
    expect(wentThrough()).toBe(expected);
  }
  expect(readdirSync(kept()).length).toBeLessThanOrEqual(1);
});

test("what is edited after it was kept is seen, however soon and whatever its size", async () => {
  const task = await startTask(box, box.repo("repo", { "a.txt": "0000\n" }));
  await age(task);
  for (let n = 1; n < 30; n += 1) {
    box.write(task.path, { "a.txt": `${1000 + n}\n` });
    expect(await see(task, box.git)).toEqual([`+${1000 + n}`]);
  }
  box.write(task.path, { "a.txt": "0000\n" });
  expect(await see(task, box.git)).toEqual([]);
});

test("the person's index stays as it was, a copy that is gone is made again", async () => {
  const task = await startTask(box, box.repo());
  const index = await age(task);
  const before = readFileSync(index, "hex");
  box.write(task.path, { "a.txt": "2\n" });
  for (let n = 0; n < 3; n += 1) {
    expect(await see(task, box.git)).toEqual(["+2"]);
    rmSync(kept(), { recursive: true, force: true });
  }
  expect(readFileSync(index, "hex")).toBe(before);
});

test("a copy is of the index alone: what a look stages in its shadow is not in it", async () => {
  const task = await startTask(box, box.repo());
  await age(task);
  box.write(task.path, { "new.txt": "1\n" });
  const { id, commonDir, baseSha, path } = task;
  const moments = [{ kind: "review" }] as const;
  const request = { taskId: id, commonDir, baseSha, folder: path, moments, at: 1 };
  const { sha } = unwrap(await box.git.snapshot(request));
  for (const holdsUntracked of [true, false]) {
    const found = await box.git.changes(path, sha, signal, { holdsUntracked });
    expect(unwrap(found).files).toEqual([]);
    const { files } = unwrap(await box.git.changes(path, baseSha, signal));
    expect(files.map((file) => [file.path, file.status])).toEqual([["new.txt", "untracked"]]);
  }
});

test("what servers that are gone have kept is removed", async () => {
  mkdirSync(kept());
  const gone = join(kept(), "index-999999999-1");
  const ours = join(kept(), `index-${process.pid}-1`);
  for (const path of [gone, ours, join(kept(), "other")]) writeFileSync(path, "");
  unwrap(await box.git.available());
  expect([gone, ours, join(kept(), "other")].map(exists)).toEqual([false, true, true]);
});
