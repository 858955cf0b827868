import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "./changes.ts";
import { codeOf, type Sandbox, sandbox, script, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

async function see(task: { path: string; baseSha: string }, git = box.git) {
  return unwrap(await git.changes(task.path, task.baseSha, signal));
}

describe("limits (GIT-21)", () => {
  test("a long patch, a big file, a big untracked file", async () => {
    const repo = box.repo("repo", { "long.txt": "", "big.txt": "x\n" });
    const task = await startTask(box, repo);
    const long = "0123456789\n".repeat(Math.ceil(limits.patchBytes / 10));
    box.write(task.path, {
      "long.txt": long,
      "big.txt": `${"y".repeat(limits.bigFile + 1)}\n`,
      "new-long.txt": long,
      "small.txt": "1\n",
    });
    const files = (await see(task)).files.map((f) => [f.path, f.patch === null, f.tooLarge]);
    expect(files).toEqual([
      ["big.txt", true, true],
      ["long.txt", true, true],
      ["new-long.txt", true, true],
      ["small.txt", false, false],
    ]);
  });

  test("many files: some are named without a patch, then none", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const many = Array.from({ length: limits.files + 50 }, (_, n) => [`f/${n}.txt`, "1\n"]);
    box.write(task.path, Object.fromEntries(many));
    const untracked = await see(task);
    expect([untracked.files.length, untracked.truncated]).toEqual([limits.files, true]);
    expect(untracked.files.filter((file) => file.patch !== null)).toHaveLength(limits.patches);
    box.sh(task.path, "add", "-A");
    const tracked = await see(task);
    expect([tracked.files.length, tracked.truncated]).toEqual([limits.files, true]);
    expect(tracked.additions).toBe(limits.files + 50);
    expect(tracked.files.filter((file) => file.patch !== null)).toHaveLength(limits.patches);
  });

  test("more output than is read: what came is shown, the rest is named or cut", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const text = `${"z".repeat(limits.bigFile - 10)}\n`;
    const files = Array.from({ length: 20 }, (_, n) => [`${String(n).padStart(2, "0")}.txt`, text]);
    box.write(task.path, Object.fromEntries(files));
    box.sh(task.path, "add", "-A");
    const changes = await see(task);
    expect(changes.truncated).toBe(true);
    expect(changes.files).toHaveLength(20);
    expect(changes.files.every((file) => file.tooLarge && file.patch === null)).toBe(true);
  });

  test("called off: no answer, no process, nothing left behind", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const control = new AbortController();
    control.abort();
    expect(codeOf(await box.git.changes(task.path, task.baseSha, control.signal))).toBe(
      "cancelled",
    );
    expect(codeOf(await box.git.shortstat(task.path, task.baseSha, control.signal))).toBe(
      "cancelled",
    );
    expect(readdirSync(join(box.dataDir, "tmp"))).toEqual([]);
  });

  test("a call costs three processes at most", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const log = join(box.root, "log");
    const git = box.withGit({
      bin: script(join(box.root, "bin/git"), `echo x >> ${log}\nexec git "$@"`),
    });
    box.write(task.path, { "a.txt": "2\n", "new.txt": "new\n" });
    const processes = async (work: () => Promise<unknown>) => {
      writeFileSync(log, "");
      await work();
      return readFileSync(log, "utf8").length / 2;
    };
    await see(task, git);
    expect(await processes(() => see(task, git))).toBe(3);
    expect(await processes(() => git.shortstat(task.path, task.baseSha, signal))).toBe(2);
  });

  test("a repository of many files", async () => {
    const repo = join(box.root, "large");
    box.sh(box.root, "init", "-q", "-b", "main", repo);
    const files = Array.from({ length: 5_000 }, (_, n) => `M 100644 :1 d${n % 50}/f${n}.txt\n`);
    const stream = `blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\ncommitter P <p@x> 1 +0000\ndata 1\nx\n${files.join("")}`;
    Bun.spawnSync(["git", "fast-import", "--quiet"], { cwd: repo, stdin: Buffer.from(stream) });
    const task = await startTask(box, repo);
    box.write(task.path, { "d7/f7.txt": "y\n", "d7/new.txt": "n\n" });
    box.sh(task.path, "status", "--porcelain");
    const began = performance.now();
    const changes = await see(task);
    const took = performance.now() - began;
    expect(changes.files.map((file) => file.path)).toEqual(["d7/f7.txt", "d7/new.txt"]);
    expect(took).toBeLessThan(5_000);
  }, 60_000);
});
