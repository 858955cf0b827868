import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  codeOf,
  deleteTask,
  exists,
  restoreTask,
  type Sandbox,
  type StartedTask,
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

describe("deleting a task (GIT-15)", () => {
  test("of which a folder became a link keeps the link, and nothing of where it leads", async () => {
    const task = await startTask(box, box.repo("repo", { "dir/x.txt": "x\n", "a.txt": "a\n" }));
    box.write(box.root, { "outside/x.txt": "secret\n" });
    rmSync(join(task.path, "dir"), { recursive: true });
    symlinkSync(join(box.root, "outside"), join(task.path, "dir"));
    const trash = await deleteTask(box, task);
    expect(trash?.dirtyFiles).toBe(2);
    expect(box.sh(join(box.root, "repo"), "ls-tree", "-r", trash?.sha ?? "")).not.toContain(
      "x.txt",
    );
  });

  test("with nothing done keeps nothing", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    expect(await deleteTask(box, task)).toBeNull();
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    expect(codeOf(await restoreTask(box, task))).toBe("nothing_to_restore");
  });

  test("keeps every kind of uncommitted work, and gives it back uncommitted", async () => {
    const repo = box.repo("repo", {
      "edit.txt": "1\n",
      "staged.txt": "1\n",
      "both.txt": "1\n",
      "gone.txt": "1\n",
      "staged-gone.txt": "1\n",
      "mode.sh": "#!/bin/sh\n",
      "type.txt": "1\n",
      "old-name.txt": "a name that moves\n",
      "dir-to-file/x.txt": "1\n",
      "file-to-dir": "1\n",
      ".gitignore": "ignored/\n*.log\n",
    });
    const task = await startTask(box, repo);
    const at = (name: string) => join(task.path, name);
    box.write(task.path, {
      "edit.txt": "2\n",
      "staged.txt": "2\n",
      "both.txt": "2\n",
      "new/ünï code.txt": "new\n",
      "new/line\nbreak": "new\n",
      "-dash": "new\n",
      ' space "quote" ': "new\n",
      "empty.txt": "",
      "binary.bin": "\0\x01\x02",
      "crlf.txt": "a\r\nb\r\n",
      "ignored/x": "not kept\n",
      "debug.log": "not kept\n",
    });
    box.sh(task.path, "add", "staged.txt", "both.txt");
    box.write(task.path, { "both.txt": "3\n", "intent.txt": "intent\n" });
    box.sh(task.path, "add", "--intent-to-add", "intent.txt");
    rmSync(at("gone.txt"));
    box.sh(task.path, "rm", "-q", "staged-gone.txt");
    chmodSync(at("mode.sh"), 0o755);
    rmSync(at("type.txt"));
    symlinkSync("edit.txt", at("type.txt"));
    symlinkSync("/nowhere", at("dangling"));
    box.sh(task.path, "mv", "old-name.txt", "new-name.txt");
    rmSync(at("dir-to-file"), { recursive: true });
    box.write(task.path, { "dir-to-file": "now a file\n" });
    rmSync(at("file-to-dir"));
    box.write(task.path, { "file-to-dir/y.txt": "now in a folder\n" });
    const index = readFileSync(join(repo, `.git/worktrees/${task.id}/index`)).toString("hex");
    const before = box.sh(task.path, "status", "--porcelain", "-uall", "--no-renames").split("\n");

    const first = unwrap(await box.git.keep(task.trash));
    expect(readFileSync(join(repo, `.git/worktrees/${task.id}/index`)).toString("hex")).toBe(index);
    const trash = await deleteTask(box, task);
    expect(trash).toMatchObject({ dirtyFiles: first?.dirtyFiles ?? 0, unmergedCommits: 0 });
    expect(trash?.dirtyFiles).toBe(22);
    const names = box.sh(repo, "ls-tree", "-r", "-z", "--name-only", trash?.ref ?? "").split("\0");
    expect(names).toContain("new/line\nbreak");
    expect(names).not.toContain("debug.log");
    expect(names).not.toContain("gone.txt");
    expect(box.sh(repo, "rev-parse", `${trash?.ref}^1`)).toBe(task.baseSha);

    unwrap(await restoreTask(box, task));
    const after = box.sh(task.path, "status", "--porcelain", "-uall", "--no-renames").split("\n");
    const paths = (rows: string[]) => rows.map((row) => row.slice(3)).sort();
    expect(paths(after)).toEqual(paths(before));
    // Nothing is staged any more: what the person had staged is uncommitted all the same.
    expect(after.filter((row) => !/^( [MDT]|\?\?) /.test(row))).toEqual([]);
    expect(readFileSync(at("both.txt"), "utf8")).toBe("3\n");
    expect(readFileSync(at("binary.bin"), "latin1")).toBe("\0\x01\x02");
    expect(readFileSync(at("crlf.txt"), "utf8")).toBe("a\r\nb\r\n");
    expect(readlinkSync(at("dangling"))).toBe("/nowhere");
    expect(lstatSync(at("type.txt")).isSymbolicLink()).toBe(true);
    expect(statSync(at("mode.sh")).mode & 0o111).not.toBe(0);
    expect(readFileSync(at("file-to-dir/y.txt"), "utf8")).toBe("now in a folder\n");
    expect(box.sh(task.path, "branch", "--show-current")).toBe(task.branch);
    expect(box.attempt(repo, "rev-parse", "--verify", "-q", trash?.ref ?? "").code).toBe(1);
    expect(unwrap(await restoreTask(box, task))).toMatchObject({
      branch: task.branch,
      path: task.path,
    });
  });

  test("keeps commits nobody else has, counted from the base", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    for (const n of [1, 2, 3]) {
      box.write(task.path, { "a.txt": `${n}\n` });
      box.sh(task.path, "commit", "-qam", `step ${n}`);
    }
    const tip = box.sh(task.path, "rev-parse", "HEAD");
    box.write(task.path, { "a.txt": "dirty\n" });
    const trash = await deleteTask(box, task);
    expect(trash).toMatchObject({ dirtyFiles: 1, unmergedCommits: 3 });
    box.sh(repo, "gc", "-q", "--prune=now");
    unwrap(await restoreTask(box, task));
    expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(tip);
    expect(box.sh(task.path, "status", "--porcelain")).toBe(" M a.txt");
    expect(await deleteTask(box, task)).toMatchObject({ dirtyFiles: 1, unmergedCommits: 3 });
  });

  test("does not keep what is merged, but does when only another task has it", async () => {
    const repo = box.repo();
    const commit = (task: StartedTask, text: string) => {
      box.write(task.path, { "a.txt": text });
      box.sh(task.path, "commit", "-qam", text);
    };
    const merged = await startTask(box, repo, taskId(1));
    commit(merged, "1\n");
    box.sh(repo, "merge", "-q", merged.branch);
    expect(await deleteTask(box, merged)).toBeNull();
    const first = await startTask(box, repo, taskId(2));
    commit(first, "2\n");
    const place = await box.place(first.path);
    const second = await box.git.addWorktree({
      ...{ taskId: taskId(3), commonDir: first.commonDir, baseSha: place.headSha ?? "" },
      ...{ branch: "agetor/second", path: box.path(taskId(3)) },
    });
    unwrap(second);
    expect(await deleteTask(box, first)).toMatchObject({ dirtyFiles: 0, unmergedCommits: 1 });
  });

  test("of a worktree in the middle of a conflict, a rebase, on a detached head", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "a.txt": "theirs\n" });
    box.sh(task.path, "commit", "-qam", "task");
    box.write(repo, { "a.txt": "ours\n" });
    box.sh(repo, "commit", "-qam", "main");
    expect(box.attempt(task.path, "rebase", "-q", "main").code).toBe(1);
    const tip = box.sh(repo, "rev-parse", task.branch);
    const conflict = readFileSync(join(task.path, "a.txt"), "utf8");
    expect(conflict).toContain("<<<<<<<");
    const trash = await deleteTask(box, task);
    expect(trash).toMatchObject({ dirtyFiles: 1, unmergedCommits: 1 });
    expect(`${box.sh(repo, "show", `${trash?.ref}:a.txt`)}\n`).toBe(conflict);
    expect(box.sh(repo, "merge-base", "--is-ancestor", tip, trash?.sha ?? "")).toBe("");
    unwrap(await restoreTask(box, task));
    expect(readFileSync(join(task.path, "a.txt"), "utf8")).toBe(conflict);
    // The branch stands elsewhere than the head stood, so the trash stays: nothing is lost.
    expect(box.sh(repo, "merge-base", "--is-ancestor", tip, trash?.ref ?? "")).toBe("");
  });

  test("files git was told to overlook are kept too", async () => {
    const repo = box.repo("repo", {
      "assumed.txt": "1\n",
      "skipped.txt": "1\n",
      "both.txt": "1\n",
    });
    const task = await startTask(box, repo);
    box.sh(task.path, "update-index", "--assume-unchanged", "assumed.txt", "both.txt");
    box.sh(task.path, "update-index", "--skip-worktree", "skipped.txt", "both.txt");
    box.write(task.path, { "assumed.txt": "2\n", "skipped.txt": "2\n", "both.txt": "2\n" });
    const trash = await deleteTask(box, task);
    expect(trash).toMatchObject({ dirtyFiles: 3 });
    expect(box.sh(repo, "show", `${trash?.ref}:both.txt`)).toBe("2");
  });

  test("repositories inside are kept as files", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const clone = join(task.path, "vendor/clone");
    mkdirSync(clone, { recursive: true });
    box.sh(clone, "init", "-q");
    box.write(clone, {
      "c.txt": "c\n",
      "skip.log": "",
      ".gitignore": "*.log\n",
      "deep/d.txt": "d\n",
    });
    box.sh(clone, "add", "-A");
    box.sh(clone, "commit", "-qm", "inner");
    box.write(clone, { "c.txt": "changed\n" });
    mkdirSync(join(clone, "inner"));
    box.sh(join(clone, "inner"), "init", "-q");
    box.write(clone, { "inner/e.txt": "e\n" });
    const trash = await deleteTask(box, task);
    expect(box.sh(repo, "ls-tree", "-r", "--name-only", trash?.ref ?? "").split("\n")).toEqual([
      "a.txt",
      "vendor/clone/.gitignore",
      "vendor/clone/c.txt",
      "vendor/clone/deep/d.txt",
      "vendor/clone/inner/e.txt",
    ]);
    unwrap(await restoreTask(box, task));
    expect(readFileSync(join(clone, "c.txt"), "utf8")).toBe("changed\n");
  });

  test("a submodule: untouched it stays a link, with work in it its files are kept", async () => {
    const sub = box.repo("sub", { "s.txt": "s\n" });
    const repo = box.repo();
    box.sh(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub, "m");
    box.sh(repo, "commit", "-qm", "submodule");
    const task = await startTask(box, repo);
    box.sh(
      task.path,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "update",
      "--init",
    );
    expect(unwrap(await box.git.keep(task.trash))).toBeNull();
    box.write(join(task.path, "m"), { "s.txt": "committed\n" });
    box.sh(join(task.path, "m"), "commit", "-qam", "in the submodule");
    const trash = await deleteTask(box, task);
    expect(box.sh(repo, "show", `${trash?.ref}:m/s.txt`)).toBe("committed");
    expect(exists(join(repo, ".git/worktrees"))).toBe(false);
    unwrap(await restoreTask(box, task));
    expect(readFileSync(join(task.path, "m/s.txt"), "utf8")).toBe("committed\n");
  });

  test("a locked worktree, a write-protected folder, a folder someone stands in", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.sh(repo, "worktree", "lock", task.path);
    box.write(task.path, { "cache/mod/x.txt": "x\n" });
    chmodSync(join(task.path, "cache/mod"), 0o555);
    chmodSync(join(task.path, "cache"), 0o555);
    const shell = Bun.spawn(["sh", "-c", "exec cat"], { cwd: task.path, stdin: "pipe" });
    expect(await deleteTask(box, task)).toMatchObject({ dirtyFiles: 1 });
    shell.kill();
    await shell.exited;
    expect(box.sh(repo, "worktree", "list").split("\n")).toHaveLength(1);
  });

  test("the files of a worktree whose .git was damaged are kept and go", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "b\n" });
    rmSync(join(task.path, ".git"));
    box.sh(task.path, "init", "-q");
    expect(await deleteTask(box, task)).toMatchObject({ dirtyFiles: 1 });
  });

  test("a worktree git was made to forget still holds its files", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n", "b.txt": "1\n" });
    const task = await startTask(box, repo);
    box.write(task.path, { "a.txt": "2\n", "new.txt": "n\n" });
    rmSync(join(task.path, "b.txt"));
    rmSync(join(repo, ".git/worktrees"), { recursive: true });
    const trash = await deleteTask(box, task);
    expect(trash).toMatchObject({ dirtyFiles: 3, unmergedCommits: 0 });
    expect(box.sh(repo, "ls-tree", "--name-only", trash?.ref ?? "")).toBe("a.txt\nnew.txt");
    unwrap(await restoreTask(box, task));
    expect(readFileSync(join(task.path, "a.txt"), "utf8")).toBe("2\n");
  });

  test("a worktree whose git directory was damaged is kept, never taken for gone", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n", "b.txt": "1\n" });
    const evil = box.repo("evil", { "x.txt": "" });
    const damages: ((gitDir: string) => void)[] = [
      (gitDir) => writeFileSync(join(gitDir, "HEAD"), ""),
      (gitDir) => rmSync(join(gitDir, "HEAD")),
      (gitDir) => rmSync(join(gitDir, "index")),
      (gitDir) => writeFileSync(join(gitDir, "commondir"), join(evil, ".git")),
      (gitDir) => writeFileSync(join(gitDir, "HEAD"), box.sh(evil, "rev-parse", "HEAD")),
      (gitDir) => writeFileSync(join(gitDir, "agetor"), "{"),
    ];
    for (const [n, damage] of damages.entries()) {
      const task = await startTask(box, repo, taskId(n), `agetor/t${n}`);
      box.write(task.path, { "a.txt": "2\n", "new.txt": "n\n" });
      damage(unwrap(await box.git.gitDir(task.path)));
      const trash = await deleteTask(box, task);
      expect([n, trash?.dirtyFiles]).toEqual([n, 2]);
      expect(box.sh(repo, "show", `${trash?.ref}:a.txt`)).toBe("2");
    }
  });

  test("in a repository with SHA-256, and one with a split index", async () => {
    const repo = join(box.root, "sha256");
    box.sh(box.root, "init", "-q", "--object-format=sha256", "-b", "main", repo);
    const split = box.repo("split");
    box.sh(split, "config", "core.splitIndex", "true");
    box.write(repo, { "a.txt": "1\n" });
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-qm", "first");
    for (const [n, folder] of [repo, split].entries()) {
      const task = await startTask(box, folder, taskId(n));
      box.sh(task.path, "update-index", "--split-index");
      box.write(task.path, { "a.txt": "2\n", "b.txt": "b\n" });
      const signal = new AbortController().signal;
      const seen = unwrap(await box.git.changes(task.path, task.baseSha, signal));
      expect(seen.files.map((file) => file.path)).toEqual(["a.txt", "b.txt"]);
      expect(await deleteTask(box, task)).toMatchObject({ dirtyFiles: 2 });
      unwrap(await restoreTask(box, task));
      expect(box.sh(task.path, "status", "--porcelain")).toBe(" M a.txt\n?? b.txt");
    }
  });

  test("a half-made worktree has nothing to keep", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const gitDir = unwrap(await box.git.gitDir(task.path));
    writeFileSync(
      join(gitDir, "agetor"),
      JSON.stringify({ taskId: task.id, branch: task.branch, state: "made" }),
    );
    rmSync(join(task.path, "a.txt"));
    expect(await deleteTask(box, task)).toBeNull();
  });

  test("asked again after it was done answers the same, at every step", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "b\n" });
    box.sh(task.path, "add", "-A");
    box.sh(task.path, "commit", "-qm", "one");
    box.write(task.path, { "c.txt": "c\n" });
    const trash = unwrap(await box.git.keep(task.trash));
    const again = unwrap(await box.git.keep(task.trash));
    expect(again).toMatchObject({ dirtyFiles: 1, unmergedCommits: 1 });
    // Killed between setting the folder aside and clearing the repository.
    rmSync(task.path, { recursive: true });
    expect(unwrap(await box.git.keep(task.trash))).toEqual(again);
    unwrap(await box.git.removeWorktree(task.trash));
    unwrap(await box.git.removeWorktree(task.trash));
    const bare = { ...task.trash, path: null, branch: null, baseSha: null };
    expect(unwrap(await box.git.keep(bare))).toEqual(again);
    expect(trash?.ref).toBe(`refs/agetor/trash/${task.id}`);
  });

  test("a branch that moved on after it was kept is kept with the rest", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "dirty\n" });
    unwrap(await box.git.keep(task.trash));
    rmSync(task.path, { recursive: true });
    const tree = box.sh(repo, "rev-parse", "HEAD^{tree}");
    const late = box.sh(repo, "commit-tree", "-p", task.baseSha, "-m", "late", tree);
    box.sh(repo, "update-ref", `refs/heads/${task.branch}`, late);
    expect(codeOf(await box.git.removeWorktree(task.trash))).toBe("conflict");
    const trash = unwrap(await box.git.keep(task.trash));
    expect(trash).toMatchObject({ dirtyFiles: 1, unmergedCommits: 1 });
    unwrap(await box.git.removeWorktree(task.trash));
    expect(box.sh(repo, "show", `${trash?.ref}:b.txt`)).toBe("dirty");
    expect(box.sh(repo, "merge-base", "--is-ancestor", late, trash?.ref ?? "")).toBe("");
  });
});
