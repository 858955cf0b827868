import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import {
  codeOf,
  deleteTask,
  exists,
  restoreTask,
  type Sandbox,
  sandbox,
  startTask,
  taskId,
  unwrap,
} from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

describe("removing refuses (GIT-16)", () => {
  test("a repository that is gone: files that cannot be kept stay, without files all goes", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "precious.txt": "work\n" });
    renameSync(repo, `${repo}-away`);
    expect(codeOf(await box.git.keepable(task.trash))).toBe("repo_gone");
    expect(codeOf(await box.git.keep(task.trash))).toBe("repo_gone");
    expect(codeOf(await box.git.removeWorktree(task.trash))).toBe("repo_gone");
    expect(readFileSync(join(task.path, "precious.txt"), "utf8")).toBe("work\n");
    rmSync(task.path, { recursive: true });
    unwrap(await box.git.keepable(task.trash));
    expect(unwrap(await box.git.keep(task.trash))).toBeNull();
    unwrap(await box.git.removeWorktree(task.trash));
    unwrap(await box.git.removeWorktree(task.trash));
    expect(exists(task.path)).toBe(false);
  });

  test("a folder that is not a worktree of that repository", async () => {
    const repo = box.repo();
    const other = box.repo("other");
    const task = await startTask(box, repo);
    const { commonDir } = await box.place(other);
    expect(codeOf(await box.git.removeWorktree({ ...task.trash, commonDir }))).toBe(
      "worktree_failed",
    );
    box.write(box.path("FOREIGN"), { "precious.txt": "" });
    const foreign = { ...task.trash, taskId: "FOREIGN", path: box.path("FOREIGN") };
    expect(codeOf(await box.git.removeWorktree(foreign))).toBe("worktree_failed");
    box.sh(box.path("FOREIGN"), "init", "-q");
    expect(codeOf(await box.git.removeWorktree(foreign))).toBe("worktree_failed");
    expect(exists(join(box.path("FOREIGN"), "precious.txt"))).toBe(true);
    expect(exists(join(task.path, "a.txt"))).toBe(true);
  });

  test("a link in the place of the worktree", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    rmSync(task.path, { recursive: true });
    symlinkSync(repo, task.path);
    expect(codeOf(await box.git.removeWorktree(task.trash))).toBe("worktree_failed");
    expect(exists(join(repo, "a.txt"))).toBe(true);
  });

  test("a branch that is not the task's own, whatever the row says", async () => {
    const repo = box.repo();
    box.sh(repo, "branch", "agetor/of-someone");
    const task = await startTask(box, repo);
    for (const branch of ["main", "agetor/of-someone", "--help"]) {
      unwrap(await box.git.removeWorktree({ ...task.trash, branch }));
    }
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)", "refs/heads")).toBe(
      "refs/heads/agetor/of-someone\nrefs/heads/main",
    );
  });

  test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
    "a folder with something mounted in it (root on Linux only)",
    async () => {
      const repo = box.repo();
      const task = await startTask(box, repo);
      const outside = join(box.root, "outside");
      box.write(outside, { "precious.txt": "" });
      const point = join(task.path, "mnt here");
      mkdirSync(point);
      const mounted = Bun.spawnSync(["mount", "--bind", outside, point]).exitCode === 0;
      if (!mounted) return console.log("trash: this machine may not mount; skipped");
      try {
        expect(codeOf(await box.git.removeWorktree(task.trash))).toBe("worktree_failed");
        expect(exists(join(outside, "precious.txt"))).toBe(true);
        expect(exists(join(task.path, "a.txt"))).toBe(true);
      } finally {
        Bun.spawnSync(["umount", point]);
      }
      unwrap(await box.git.removeWorktree(task.trash));
    },
  );
});

describe("restoring", () => {
  test("makes a branch again that somebody removed, with its commits and files", async () => {
    const repo = box.repo();
    for (const commits of [0, 2]) {
      const task = await startTask(box, repo, taskId(commits), `agetor/t${commits}`);
      for (let n = 0; n < commits; n += 1) {
        box.write(task.path, { [`c${n}.txt`]: "c\n" });
        box.sh(task.path, "add", "-A");
        box.sh(task.path, "commit", "-qm", `commit ${n}`);
      }
      const tip = box.sh(task.path, "rev-parse", "HEAD");
      box.write(task.path, { "a.txt": "edited\n", "new.txt": "new\n" });
      box.sh(repo, "update-ref", "-d", `refs/heads/${task.branch}`);
      const trash = await deleteTask(box, task);
      expect(trash).toMatchObject({ dirtyFiles: 2, unmergedCommits: commits });
      expect(unwrap(await restoreTask(box, task)).branch).toBe(task.branch);
      expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(tip);
      expect(box.sh(task.path, "rev-parse", "--abbrev-ref", "HEAD")).toBe(task.branch);
      expect(box.sh(task.path, "status", "--porcelain")).toBe(" M a.txt\n?? new.txt");
    }
  });

  test("of a folder that took the worktree's place deletes nothing", async () => {
    const repo = box.repo("repo", { "a.txt": "a\n", "dir/b.txt": "b\n", "c.txt": "c\n" });
    const task = await startTask(box, repo);
    rmSync(task.path, { recursive: true });
    box.write(task.path, { "a.txt": "late\n", "dir/new.txt": "new\n", "c.txt/x": "x\n" });
    expect(await deleteTask(box, task)).toMatchObject({ dirtyFiles: 4 });
    unwrap(await restoreTask(box, task));
    expect(box.sh(task.path, "status", "--porcelain", "-uall").split("\n").sort()).toEqual(
      [" M a.txt", " D c.txt", "?? c.txt/x", "?? dir/new.txt"].sort(),
    );
    expect(readFileSync(join(task.path, "dir/b.txt"), "utf8")).toBe("b\n");
  });

  test("takes what an earlier version kept without any commit", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "new.txt": "new\n" });
    const { ref, sha } = unwrap(await box.git.keep(task.trash)) ?? { ref: "", sha: "" };
    const words = ["Agetor-Task: x", `Agetor-Branch: ${task.branch}`, "Agetor-Dirty-Files: 1"];
    const orphan = box.sh(repo, "commit-tree", `${sha}^{tree}`, "-m", words.join("\n"));
    box.sh(repo, "update-ref", ref, orphan);
    unwrap(await box.git.removeWorktree(task.trash));
    unwrap(await restoreTask(box, task));
    expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(task.baseSha);
    expect(box.sh(task.path, "status", "--porcelain")).toBe("?? new.txt");
  });

  test("takes the next name when the branch is taken meanwhile", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "b\n" });
    await deleteTask(box, task);
    box.sh(repo, "branch", task.branch);
    expect(unwrap(await restoreTask(box, task))).toMatchObject({
      branch: `${task.branch}-2`,
      path: task.path,
    });
    expect(readFileSync(join(task.path, "b.txt"), "utf8")).toBe("b\n");
  });

  test("is over once the trash is emptied", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "b\n" });
    await deleteTask(box, task);
    unwrap(await box.git.dropTrash(task.commonDir, task.id));
    unwrap(await box.git.dropTrash(task.commonDir, task.id));
    unwrap(await box.git.dropTrash(task.commonDir, "../../heads/main"));
    expect(codeOf(await restoreTask(box, task))).toBe("nothing_to_restore");
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });

  test("of a task without its worktree, and of a repository that is gone", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    expect(unwrap(await restoreTask(box, task))).toMatchObject({
      branch: task.branch,
      path: task.path,
    });
    rmSync(repo, { recursive: true });
    expect(codeOf(await restoreTask(box, task))).toBe("repo_gone");
  });
});
