import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesOf, siteOf, status } from "../testing/landing.ts";
import {
  type Sandbox,
  type StartedTask,
  sandbox,
  script,
  startTask,
  taskId,
  unwrap,
} from "../testing/sandbox.ts";
import { parseMerges } from "./clashes.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

/** Several tasks of one repository, and a git that counts its merges. */
async function several(count: number) {
  const repo = box.repo("repo", { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b.txt": "b\n" });
  const log = join(box.root, "log");
  writeFileSync(log, "");
  const bin = script(
    join(box.root, "bin/git"),
    `case "$*" in *merge-tree*) echo merge >> ${log};; *write-tree*) echo look >> ${log};; esac\nexec git "$@"`,
  );
  const git = box.withGit({ bin });
  const tasks: StartedTask[] = [];
  for (let n = 0; n < count; n += 1) {
    tasks.push(await startTask(box, repo, taskId(n), `agetor/t${n}`));
  }
  const look = async (fresh: readonly number[] = tasks.map((_, n) => n)) => {
    const contenders = tasks.map((task, n) => ({
      site: siteOf(task),
      base: "main",
      fresh: fresh.includes(n),
    }));
    const found = unwrap(await git.landing.clashes(tasks[0]?.commonDir ?? "", contenders, signal));
    return found.map(({ one, other, files }) => [one, other, ...files]);
  };
  const did = () => {
    const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
    writeFileSync(log, "");
    return { merges: lines.filter((line) => line === "merge").length, looks: lines.length };
  };
  return { repo, tasks, look, did };
}

describe("conflicts ahead", () => {
  test("are those of files as they are now, committed or not; nothing is touched", async () => {
    const { repo, tasks, look } = await several(3);
    const [one, two, three] = tasks as [StartedTask, StartedTask, StartedTask];
    box.write(one.path, { "a.txt": "one\n2\n3\n4\n5\n6\n7\n8\n9\n" });
    box.write(two.path, { "a.txt": "two\n2\n3\n4\n5\n6\n7\n8\n9\n" });
    box.sh(two.path, "commit", "-qam", "two");
    box.write(three.path, { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\nthree\n", "new.txt": "new\n" });
    const before = [repo, ...tasks.map(({ path }) => path)].map((folder) => [
      filesOf(folder),
      status(box, folder),
    ]);
    expect(await look()).toEqual([[one.id, two.id, "a.txt"]]);
    const after = [repo, ...tasks.map(({ path }) => path)].map((folder) => [
      filesOf(folder),
      status(box, folder),
    ]);
    expect(after).toEqual(before);
    box.write(repo, { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\nbase\n" });
    box.sh(repo, "commit", "-qam", "base");
    expect(await look([])).toEqual([
      [one.id, two.id, "a.txt"],
      [three.id, null, "a.txt"],
    ]);
  });

  test("of a file and a folder of its name are seen too", async () => {
    const { tasks, look } = await several(2);
    const [one, two] = tasks as [StartedTask, StartedTask];
    box.write(one.path, { x: "file\n" });
    box.write(two.path, { "x/y": "folder\n" });
    expect((await look())[0]?.slice(0, 2)).toEqual([one.id, two.id]);
  });

  test("only what changed is read again, and only new pairs are merged, by one git", async () => {
    const { tasks, look, did } = await several(4);
    const edit = (n: number, text: string) => box.write(tasks[n]?.path ?? "", { "a.txt": text });
    for (const n of [0, 1, 2]) edit(n, `${n}\n`);
    box.write(tasks[3]?.path ?? "", { "elsewhere.txt": "x\n" });
    did();
    expect((await look()).length).toBe(3);
    expect(did()).toEqual({ merges: 1, looks: 5 });
    expect((await look([])).length).toBe(3);
    expect(did()).toEqual({ merges: 0, looks: 0 });
    edit(0, "again\n");
    expect((await look([0])).length).toBe(3);
    expect(did()).toEqual({ merges: 1, looks: 2 });
  });

  test("one whose worktree is gone is left out", async () => {
    const { tasks, look } = await several(2);
    for (const { path } of tasks) box.write(path, { "a.txt": `${path}\n` });
    rmSync(tasks[1]?.path ?? "", { recursive: true });
    expect(await look()).toEqual([]);
  });

  test("one that is alone, on a base that has not moved, is not looked at", async () => {
    const { tasks, look, did } = await several(1);
    box.write(tasks[0]?.path ?? "", { "a.txt": "changed\n" });
    did();
    expect(await look()).toEqual([]);
    expect(did()).toEqual({ merges: 0, looks: 0 });
  });
});

test("the answer of many merges is read one by one", () => {
  expect(parseMerges(["0", "tree", "a", "b", "", "1", "tree", "", "0", "tree", "c", ""])).toEqual([
    ["a", "b"],
    [],
    ["c"],
  ]);
});
