import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { doing, filesOf, introduce, siteOf, startFree, status } from "../testing/landing.ts";
import {
  codeOf,
  exists,
  type Sandbox,
  sandbox,
  script,
  startTask,
  unwrap,
} from "../testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const all = { message: "Do it", paths: null, hooks: false };

describe("a commit", () => {
  test("takes everything, in the person's name, with the words they gave", async () => {
    introduce(box);
    const { task, site } = await startFree(box, { "a.txt": "a\n", "gone.txt": "x\n" });
    box.write(task.path, { "a.txt": "1\n", "deep/new é.txt": "new\n" });
    rmSync(join(task.path, "gone.txt"));
    const message = "  Do it \r\n\r\n\r\n# not a comment  \n\n";
    const made = unwrap(await box.git.landing.commit(site, doing(), { ...all, message }));
    expect(made.subject).toBe("Do it");
    expect(box.sh(task.path, "log", "--format=%H|%an|%ae|%cn|%ce|%B", "-1")).toBe(
      `${made.sha}|Pat Person|pat@example.test|Pat Person|pat@example.test|Do it\n\n# not a comment\n`,
    );
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(made.sha);
    expect(box.sh(task.path, "ls-tree", "-r", "-z", "--name-only", "HEAD")).toBe(
      "a.txt\0deep/new é.txt\0",
    );
    expect(status(box, task.path)).toEqual([]);
    const [checkpoint] = unwrap(await box.git.landing.checkpoints(task.commonDir, task.id));
    expect(checkpoint).toMatchObject({ reason: "commit", headSha: task.baseSha, dirtyFiles: 3 });
    expect(box.sh(task.path, "reflog", "-1", "HEAD")).toContain("agetor: commit");
    box.sh(task.path, "fsck", "--strict");
  });

  test("takes only some files; what else was staged stays staged", async () => {
    introduce(box);
    const { task, site } = await startFree(box, { "a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n" });
    box.write(task.path, { "a.txt": "1\n", "b.txt": "1\n", "c.txt": "1\n", "n.txt": "n\n" });
    box.sh(task.path, "add", "b.txt");
    box.sh(task.path, "mv", "b.txt", "moved.txt");
    const paths = ["a.txt", "n.txt"];
    unwrap(await box.git.landing.commit(site, doing(), { ...all, paths }));
    const shown = box.sh(task.path, "show", "--format=", "--name-status", "--no-renames", "HEAD");
    expect(shown).toBe("M\ta.txt\nA\tn.txt");
    expect(status(box, task.path)).toEqual([" M c.txt", "A  moved.txt", "D  b.txt"]);
    unwrap(await box.git.landing.commit(site, doing(), { ...all, paths: ["c.txt"] }));
    expect(status(box, task.path)).toEqual(["A  moved.txt", "D  b.txt"]);
    const odd = await box.git.landing.commit(site, doing(), { ...all, paths: ["../x"] });
    expect(codeOf(odd)).toBe("invalid_request");
  });

  test("of a renamed file has both its names", async () => {
    introduce(box);
    const { task, site } = await startFree(box, { "old.txt": "a name that moves\n" });
    box.sh(task.path, "mv", "old.txt", "new.txt");
    unwrap(await box.git.landing.commit(site, doing(), { ...all, paths: ["new.txt"] }));
    expect(box.sh(task.path, "ls-tree", "--name-only", "HEAD")).toBe("new.txt");
    expect(status(box, task.path)).toEqual([]);
  });

  test("is refused without an identity, without changes, without words, in a merge", async () => {
    const { task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "a.txt": "1\n" });
    const nobody = await box.git.landing.commit(site, doing(), all);
    expect(nobody).toMatchObject({ ok: false, fault: { code: "identity_missing" } });
    expect(JSON.stringify(nobody)).toContain("git config --global user.email");
    introduce(box);
    const silent = { ...all, message: " \n" };
    expect(codeOf(await box.git.landing.commit(site, doing(), silent))).toBe("invalid_request");
    unwrap(await box.git.landing.commit(site, doing(), all));
    expect(codeOf(await box.git.landing.commit(site, doing(), all))).toBe("conflict");
    box.sh(task.path, "switch", "-q", "-c", "other", task.baseSha);
    box.write(task.path, { "a.txt": "2\n" });
    box.sh(task.path, "commit", "-qam", "other");
    box.attempt(task.path, "merge", "agetor/t0");
    const merging = await box.git.landing.commit(site, doing(), all);
    expect(merging).toMatchObject({ ok: false, fault: { code: "not_clean" } });
    expect(box.sh(task.path, "log", "--format=%s", "-1")).toBe("other");
  });

  test("goes on the branch that the worktree is on, or on none (GIT-22)", async () => {
    introduce(box);
    const { task, site } = await startFree(box);
    box.sh(task.path, "switch", "-q", "-c", "by-hand");
    box.write(task.path, { "a.txt": "1\n" });
    const first = unwrap(await box.git.landing.commit(site, doing(), all));
    expect(box.sh(task.path, "rev-parse", "by-hand")).toBe(first.sha);
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(task.baseSha);
    box.sh(task.path, "switch", "-q", "--detach");
    box.write(task.path, { "a.txt": "2\n" });
    const second = unwrap(await box.git.landing.commit(site, doing(), all));
    expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(second.sha);
    expect(box.sh(task.path, "rev-parse", "by-hand")).toBe(first.sha);
    expect(status(box, task.path)).toEqual([]);
  });

  test("leaves out a repository that lies inside, and refuses what belongs into git-lfs", async () => {
    introduce(box);
    const { task, site } = await startFree(box);
    box.sh(task.path, "init", "-q", "inner");
    box.write(task.path, { "inner/x.txt": "x\n", "a.txt": "1\n" });
    unwrap(await box.git.landing.commit(site, doing(), all));
    expect(box.sh(task.path, "ls-tree", "-r", "--name-only", "HEAD")).toBe("a.txt");
    box.sh(box.root, "config", "--global", "filter.lfs.clean", "git-lfs clean");
    box.write(task.path, { ".gitattributes": "*.bin filter=lfs\n", "a.bin": "big\n" });
    expect(codeOf(await box.git.landing.commit(site, doing(), all))).toBe("repo_filter");
    box.write(task.path, { "a.bin": "version https://git-lfs.github.com/spec/v1\n" });
    unwrap(await box.git.landing.commit(site, doing(), all));
  });

  test("the same command again is the same commit", async () => {
    introduce(box);
    const { task, site } = await startFree(box);
    box.write(task.path, { "a.txt": "1\n" });
    const once = { ...doing(), command: "COMMAND" };
    const made = unwrap(await box.git.landing.commit(site, once, all));
    expect(unwrap(await box.git.landing.commit(site, once, all))).toEqual(made);
    expect(box.sh(task.path, "rev-list", "--count", "HEAD")).toBe("2");
  });
});

describe("a commit with the repository's hooks", () => {
  const hooked = { ...all, hooks: true };

  test("runs them, and has what they changed", async () => {
    introduce(box);
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n", "b.txt": "b\n" });
    const log = join(box.root, "log");
    const hook = (name: string, body: string) => script(join(repo, ".git/hooks", name), body);
    hook(
      "pre-commit",
      `git symbolic-ref --short HEAD >> ${log}; git diff --cached --name-only >> ${log}; echo formatted > a.txt; git add a.txt; echo loose > loose.txt`,
    );
    hook("commit-msg", `echo "Checked-by: hook" >> "$1"`);
    box.write(task.path, { "a.txt": "1\n", "b.txt": "staged\n" });
    box.sh(task.path, "add", "b.txt");
    const wish = { ...hooked, paths: ["a.txt"] };
    const made = unwrap(await box.git.landing.commit(site, doing(), wish));
    expect(readFileSync(log, "utf8")).toBe("agetor/t0\na.txt\n");
    expect(box.sh(task.path, "show", "HEAD:a.txt")).toBe("formatted");
    expect(box.sh(task.path, "log", "-1", "--format=%B")).toContain("Checked-by: hook");
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(made.sha);
    expect(status(box, task.path)).toEqual(["?? loose.txt", "M  b.txt"]);
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)", "refs/heads/")).toBe(
      "refs/heads/agetor/t0\nrefs/heads/main",
    );
  });

  test("finds them where the configuration says, relative to the worktree", async () => {
    introduce(box);
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n", "hooks/x": "" });
    box.sh(repo, "config", "core.hooksPath", "hooks");
    script(join(task.path, "hooks/pre-commit"), "touch ran.txt; git add ran.txt");
    unwrap(await box.git.landing.commit(site, doing(), hooked));
    expect(box.sh(task.path, "ls-tree", "-r", "--name-only", "HEAD")).toContain("ran.txt");
  });

  test("is refused with what a hook says; nothing else happened", async () => {
    introduce(box);
    const { repo, task, site } = await startFree(box);
    script(join(repo, ".git/hooks/pre-commit"), "echo to stdout; echo and stderr >&2; exit 1");
    box.write(task.path, { "a.txt": "1\n" });
    const before = filesOf(task.path);
    const refused = await box.git.landing.commit(site, doing(), hooked);
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: "hook_failed", details: { output: "to stdout\nand stderr" } },
    });
    expect(filesOf(task.path)).toEqual(before);
    expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(task.baseSha);
    expect(status(box, task.path)).toEqual([" M a.txt"]);
    unwrap(await box.git.landing.commit(site, doing(), all));
  });
});

test("a lock of another git is waited for, and never taken (GIT-19)", async () => {
  introduce(box);
  const repo = box.repo();
  const task = await startTask(box, repo);
  box.write(task.path, { "a.txt": "1\n" });
  const lock = join(repo, ".git/worktrees", task.id, "index.lock");
  writeFileSync(lock, "");
  const git = box.withGit({ lockPatienceMs: 50 });
  const refused = await git.landing.commit(siteOf(task), doing(), all);
  expect(refused).toMatchObject({ ok: false, fault: { code: "ref_locked" } });
  expect(exists(lock)).toBe(true);
  expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(task.baseSha);
  rmSync(lock);
  unwrap(await git.landing.commit(siteOf(task), doing(), all));
  expect(status(box, task.path)).toEqual([]);
});
