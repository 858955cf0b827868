import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  codeOf,
  deleteTask,
  type Sandbox,
  type StartedTask,
  sandbox,
  startTask,
  taskId,
  unwrap,
} from "./testing/sandbox.ts";
import type { Moment } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const run = taskId(50);
const start: Moment = { kind: "turn", runId: run, side: "start" };
const end: Moment = { kind: "turn", runId: run, side: "end" };
const review: Moment = { kind: "review" };

function keep(task: StartedTask, moments: readonly Moment[], more = {}) {
  const { id, commonDir, baseSha, path } = task;
  return box.git.snapshot({
    ...{ taskId: id, commonDir, baseSha, folder: path, moments, at: 1_000 },
    ...more,
  });
}

describe("the files of a moment", () => {
  test("are kept whole, without touching index, branch or files", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n", "gone.txt": "g\n", ".gitignore": "*.log\n" });
    const task = await startTask(box, repo);
    box.write(task.path, { "a.txt": "2\n", "staged.txt": "s\n", "new/u.txt": "u\n", "x.log": "" });
    box.sh(task.path, "add", "staged.txt");
    rmSync(join(task.path, "gone.txt"));
    const gitDir = unwrap(await box.git.gitDir(task.path));
    const state = () => [
      readFileSync(join(gitDir, "index"), "hex"),
      box.sh(task.path, "status", "--porcelain", "-uall"),
      box.sh(task.path, "rev-parse", "HEAD"),
      readdirSync(join(box.dataDir, "tmp")),
    ];
    const before = state();
    const kept = unwrap(await keep(task, [start, review]));
    expect(state()).toEqual(before);
    for (const ref of [
      `refs/agetor/turn/${task.id}/${run}/start`,
      `refs/agetor/review/${task.id}`,
    ]) {
      expect(box.sh(repo, "rev-parse", ref)).toBe(kept.sha);
      expect(box.sh(repo, "ls-tree", "-r", "--name-only", ref).split("\n")).toEqual([
        ".gitignore",
        "a.txt",
        "new/u.txt",
        "staged.txt",
      ]);
    }
    expect(box.sh(repo, "show", `${kept.sha}:a.txt`)).toBe("2");
    expect(box.sh(repo, "rev-parse", `${kept.sha}^`)).toBe(task.baseSha);
    const found = await box.git.snapshots(task.commonDir, task.id, [end, review, start]);
    expect(unwrap(found)).toEqual([null, kept, kept]);
  });

  test("of a worktree that is only being made are those of its base", async () => {
    const task = await startTask(box, box.repo());
    const kept = unwrap(await keep(task, [start], { folder: null }));
    expect(box.sh(task.path, "rev-parse", `${kept.sha}^{tree}`)).toBe(
      box.sh(task.path, "rev-parse", `${task.baseSha}^{tree}`),
    );
  });

  test("are let go of with the task, those of others are not; deleting keeps them", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo, taskId(1), "agetor/one");
    const other = await startTask(box, repo, taskId(2), "agetor/two");
    for (const one of [task, other]) unwrap(await keep(one, [start, end, review]));
    const refs = () =>
      box.sh(repo, "for-each-ref", "--format=%(refname)", "refs/agetor/turn", "refs/agetor/review");
    await deleteTask(box, task);
    expect(refs().split("\n")).toHaveLength(6);
    unwrap(await box.git.dropSnapshots(task.commonDir, task.id));
    unwrap(await box.git.dropSnapshots(task.commonDir, task.id));
    expect(refs().split("\n")).toHaveLength(3);
    expect(refs()).not.toContain(task.id);
  });

  test("are not kept when they would fill the repository, or when there is no name for them", async () => {
    const task = await startTask(box, box.repo());
    const objects = () => box.sh(task.path, "count-objects");
    const before = objects();
    expect(codeOf(await keep(task, [start], { taskId: "../x" }))).toBe("bad_ref");
    expect(codeOf(await keep(task, [{ ...start, runId: "a/b" } as Moment]))).toBe("bad_ref");
    expect(codeOf(await keep(task, [start], { baseSha: "HEAD" }))).toBe("bad_ref");
    truncateSync(join(task.path, "a.txt"), 201 * 1024 * 1024);
    expect(codeOf(await keep(task, [start]))).toBe("too_large");
    expect(objects()).toBe(before);
  }, 60_000);

  test("called off, nothing is kept", async () => {
    const task = await startTask(box, box.repo());
    const { id, commonDir, baseSha, path } = task;
    const request = { taskId: id, commonDir, baseSha, folder: path, moments: [start], at: 1 };
    expect(codeOf(await box.git.snapshot(request, AbortSignal.abort()))).toBe("cancelled");
    expect(unwrap(await box.git.snapshots(commonDir, id, [start]))).toEqual([null]);
  });

  test("of a checkout of the person too, but not of a worktree of another repository", async () => {
    const repo = box.repo("repo", { "sub/a.txt": "1\n" });
    const task = await startTask(box, repo);
    box.write(repo, { "new.txt": "mine\n" });
    const kept = unwrap(await keep(task, [review], { folder: join(repo, "sub") }));
    expect(box.sh(repo, "show", `${kept.sha}:new.txt`)).toBe("mine");
    const other = box.repo("other");
    expect(codeOf(await keep(task, [review], { folder: other }))).toBe("repo_gone");
    // In a folder whose `.git` leads elsewhere nobody knows what was deleted: nothing is kept of it.
    writeFileSync(join(task.path, ".git"), `gitdir: ${join(other, ".git")}\n`);
    box.write(task.path, { "sub/a.txt": "2\n" });
    expect(codeOf(await keep(task, [start]))).toBe("worktree_failed");
    rmSync(task.path, { recursive: true });
    expect(codeOf(await keep(task, [start]))).toBe("worktree_failed");
    box.write(task.path, { "late.txt": "1\n" });
    expect(codeOf(await keep(task, [start]))).toBe("worktree_failed");
    expect(unwrap(await box.git.snapshots(task.commonDir, task.id, [start]))).toEqual([null]);
  });
});
