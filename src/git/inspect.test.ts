import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, type Sandbox, sandbox, startTask, unwrap } from "./testing/sandbox.ts";
import type { Place } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("inspect: the tests with another user's repository need root; skipped");

describe("what a folder is (GIT-17)", () => {
  test("a plain folder, the home folder, and what lies in a repository of the home folder", async () => {
    const plain = join(box.root, "plain");
    mkdirSync(plain);
    expect(unwrap(await box.git.inspect(plain))).toEqual({ kind: "folder", root: plain });
    expect(unwrap(await box.git.inspect(box.home))).toMatchObject({ kind: "folder" });
    box.repo("home", { ".bashrc": "" });
    mkdirSync(join(box.home, "notes"));
    expect(unwrap(await box.git.inspect(box.home))).toEqual({ kind: "folder", root: box.home });
    expect(unwrap(await box.git.inspect(join(box.home, "notes")))).toMatchObject({
      kind: "folder",
    });
    expect(unwrap(await box.git.inspect("/"))).toEqual({ kind: "folder", root: "/" });
  });

  test("nothing, a file, a name with a NUL", async () => {
    writeFileSync(join(box.root, "file"), "");
    for (const path of [join(box.root, "none"), join(box.root, "file"), "/tmp\0x", "", "src"]) {
      expect(codeOf(await box.git.inspect(path))).toBe("not_a_directory");
    }
  });

  test("a repository, and a folder deep in it", async () => {
    const repo = box.repo("repo", { "src/deep/a.txt": "" });
    const headSha = box.sh(repo, "rev-parse", "HEAD");
    const place: Place = {
      kind: "repository",
      root: repo,
      mainRoot: repo,
      commonDir: join(repo, ".git"),
      prefix: "",
      bare: false,
      branch: "main",
      headSha,
    };
    expect(await box.place(repo)).toEqual(place);
    expect(await box.place(`${repo}/src/../src/deep/`)).toEqual({
      ...place,
      prefix: "src/deep",
    });
  });

  test("empty, detached, orphaned", async () => {
    const repo = box.repo();
    box.sh(repo, "checkout", "-q", "--detach");
    expect(await box.place(repo)).toMatchObject({ branch: null });
    box.sh(repo, "checkout", "-q", "--orphan", "fresh");
    expect(await box.place(repo)).toMatchObject({ branch: "fresh", headSha: null });
    const empty = join(box.root, "empty");
    box.sh(box.root, "init", "-q", "-b", "trunk", empty);
    expect(await box.place(empty)).toMatchObject({ branch: "trunk", headSha: null });
  });

  test("bare, and a worktree of it", async () => {
    const repo = box.repo();
    const bare = join(box.root, "bare.git");
    box.sh(box.root, "clone", "-q", "--bare", repo, bare);
    expect(await box.place(bare)).toMatchObject({
      root: bare,
      mainRoot: bare,
      bare: true,
      prefix: "",
    });
    expect(await box.place(join(bare, "refs"))).toMatchObject({ root: bare, prefix: "" });
    const tree = join(box.root, "tree");
    box.sh(bare, "worktree", "add", "-q", tree);
    expect(await box.place(tree)).toMatchObject({ root: tree, mainRoot: bare, bare: false });
    const task = await startTask(box, bare);
    expect(box.sh(task.path, "status", "--porcelain")).toBe("");
  });

  test("a worktree, a worktree made from it, a repository in a repository", async () => {
    const repo = box.repo();
    const one = join(box.root, "one");
    const two = join(box.root, "two");
    box.sh(repo, "worktree", "add", "-q", one);
    box.sh(one, "worktree", "add", "-q", two);
    const commonDir = join(repo, ".git");
    expect(await box.place(two)).toMatchObject({
      root: two,
      mainRoot: repo,
      commonDir,
      branch: "two",
    });
    const inner = box.repo("repo/inner", { "b.txt": "" });
    expect(await box.place(inner)).toMatchObject({ root: inner, commonDir: join(inner, ".git") });
    const task = await startTask(box, two);
    expect(await box.place(task.path)).toMatchObject({ mainRoot: repo, branch: "agetor/t" });
  });

  test("a submodule", async () => {
    const sub = box.repo("sub");
    const repo = box.repo();
    box.sh(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub, "m");
    const commonDir = join(repo, ".git/modules/m");
    const place = await box.place(join(repo, "m"));
    expect(place).toMatchObject({ root: join(repo, "m"), mainRoot: join(repo, "m"), commonDir });
    const task = await startTask(box, join(repo, "m"));
    expect(box.sh(task.path, "status", "--porcelain")).toBe("");
  });

  test("shallow and sparse", async () => {
    const repo = box.repo("repo", { "in/a.txt": "a\n", "out/b.txt": "b\n" });
    const shallow = join(box.root, "shallow");
    box.sh(box.root, "clone", "-q", "--depth=1", `file://${repo}`, shallow);
    await startTask(box, shallow);
    box.sh(repo, "sparse-checkout", "set", "in");
    const task = await startTask(box, repo, "SPARSE");
    expect(box.sh(task.path, "status", "--porcelain")).toBe("");
    expect(box.attempt(task.path, "ls-files", "-t", "out").stdout).toBe("S out/b.txt\n");
    box.write(task.path, { "in/a.txt": "2\n" });
    const trash = unwrap(await box.git.keep(task.trash));
    expect(trash).toMatchObject({ dirtyFiles: 1 });
    expect(box.sh(repo, "show", `${trash?.ref}:out/b.txt`)).toBe("b");
  });

  test("git's own folder is not one to work in", async () => {
    const repo = box.repo();
    expect(codeOf(await box.git.inspect(join(repo, ".git")))).toBe("not_a_directory");
    expect(codeOf(await box.git.inspect(join(repo, ".git/refs")))).toBe("not_a_directory");
  });

  test("one whose repository has gone, and one with a broken configuration", async () => {
    const repo = box.repo();
    const tree = join(box.root, "tree");
    box.sh(repo, "worktree", "add", "-q", tree);
    appendFileSync(join(repo, ".git/config"), "[broken\n");
    expect(codeOf(await box.git.inspect(repo))).toBe("git_failed");
    rmSync(repo, { recursive: true });
    expect(codeOf(await box.git.inspect(tree))).toBe("repo_gone");
  });

  test("core.worktree does not lead elsewhere", async () => {
    const repo = box.repo();
    box.sh(repo, "config", "core.worktree", "/etc");
    expect(await box.place(repo)).toMatchObject({ root: repo, mainRoot: repo, prefix: "" });
    const task = await startTask(box, repo);
    expect(box.sh(task.path, "status", "--porcelain")).toBe("");
  });
});

describe("names of folders (GIT-09, GIT-18)", () => {
  const names = [
    "with space",
    "trailing ",
    "#(touch x)",
    "$(touch x)",
    "`touch x`",
    'it\'s "quoted"',
    "new\nline",
    "-leading",
    "é-NFC",
    "e\u0301-NFD",
    "日本",
    "back\\slash",
    "semi;colon&and|pipe",
    "tab\there",
    "colon:colon",
    "true\nfalse\n",
  ];
  test.each(names)("%j works like any other", async (name) => {
    const repo = box.repo(name, { "sub dir/a.txt": "a\n" });
    expect(await box.place(join(repo, "sub dir"))).toMatchObject({
      ...{ root: repo, mainRoot: repo, commonDir: join(repo, ".git"), prefix: "sub dir" },
    });
    const task = await startTask(box, repo);
    box.write(task.path, { "sub dir/a.txt": "b\n", [name.replaceAll("/", "_")]: "new\n" });
    const signal = new AbortController().signal;
    const changes = unwrap(await box.git.changes(task.path, task.baseSha, signal));
    expect(changes.files.map((file) => file.path).sort()).toEqual([name, "sub dir/a.txt"].sort());
    expect(unwrap(await box.git.keep(task.trash))).toMatchObject({ dirtyFiles: 2 });
    unwrap(await box.git.removeWorktree(task.trash));
    unwrap(await box.git.restore({ ...task.trash, ...task, taskId: task.id }));
    expect(box.sprung()).toEqual([]);
  });

  test("a link and its target are one place", async () => {
    const repo = box.repo("repo", { "sub/a.txt": "" });
    symlinkSync(repo, join(box.root, "link"));
    const target = await box.place(repo);
    expect(await box.place(join(box.root, "link"))).toEqual(target);
    expect(await box.place(join(box.root, "link/sub"))).toEqual({ ...target, prefix: "sub" });
    symlinkSync(join(box.root, "loop"), join(box.root, "loop"));
    expect(codeOf(await box.git.inspect(join(box.root, "loop")))).toBe("not_a_directory");
    expect(codeOf(await box.git.inspect(`/${"x".repeat(5_000)}`))).toBe("not_a_directory");
  });
});

describe("a repository of another user (GIT-05)", () => {
  test.skipIf(!isRoot)(
    "is refused with the way out, which is the person's to take (root only)",
    async () => {
      const repo = box.repo();
      Bun.spawnSync(["chown", "-R", "1000:1000", repo]);
      const refused = await box.git.inspect(repo);
      expect(refused).toMatchObject({
        ok: false,
        fault: { code: "repo_unsafe", details: { path: repo } },
      });
      expect(refused.ok ? "" : refused.fault.hint).toContain(
        `git config --global --add safe.directory ${repo}`,
      );
      expect(box.attempt(box.root, "config", "--global", "--list").stdout).toBe("");
      box.sh(box.root, "config", "--global", "--add", "safe.directory", repo);
      expect(await box.place(repo)).toMatchObject({ root: repo });
    },
  );
});
