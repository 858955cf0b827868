import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exists, type Sandbox, sandbox, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

describe("a task's worktree", () => {
  test("lives, is kept, goes away and comes back", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    expect(readFileSync(join(task.path, "a.txt"), "utf8")).toBe("one\ntwo\nthree\n");
    expect(box.sh(task.path, "status", "--porcelain")).toBe("");
    expect(box.sh(task.path, "branch", "--show-current")).toBe("agetor/t");

    box.write(task.path, { "a.txt": "one\n2\nthree\n", "new/b.txt": "new\n" });
    const changes = unwrap(
      await box.git.changes(task.path, task.baseSha, new AbortController().signal),
    );
    expect(changes).toMatchObject({
      additions: 2,
      deletions: 1,
      truncated: false,
      files: [
        { path: "a.txt", status: "modified", additions: 1, deletions: 1 },
        { path: "new/b.txt", status: "untracked", additions: 1, deletions: 0 },
      ],
    });
    const before = box.sh(task.path, "status", "--porcelain");

    const trash = unwrap(await box.git.keep(task.trash));
    expect(trash).toMatchObject({ dirtyFiles: 2, unmergedCommits: 0 });
    unwrap(await box.git.removeWorktree(task.trash));
    unwrap(await box.git.unpin(task.commonDir, task.id));
    expect(exists(task.path)).toBe(false);
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)")).toBe(
      `refs/agetor/trash/${task.id}\nrefs/heads/main`,
    );
    expect(exists(join(repo, ".git/worktrees"))).toBe(false);

    const back = unwrap(
      await box.git.restore({
        ...task.trash,
        taskId: task.id,
        branch: task.branch,
        path: task.path,
        baseSha: task.baseSha,
      }),
    );
    expect(back).toEqual({ branch: task.branch, path: task.path });
    expect(box.sh(task.path, "status", "--porcelain")).toBe(before);
    expect(readFileSync(join(task.path, "new/b.txt"), "utf8")).toBe("new\n");
  });
});
