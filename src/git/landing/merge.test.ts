import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { doing, filesOf, introduce, startFree, status } from "../testing/landing.ts";
import { codeOf, type Sandbox, sandbox, script, unwrap } from "../testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
  introduce(box);
});
afterEach(() => box[Symbol.dispose]());

const merge = { base: "main", how: "merge", message: "Merge it\n" } as const;

/** A task with one commit, on a base that moved in another file. */
async function diverged(n = 0) {
  const started = await startFree(box, { "a.txt": "a\n", "b.txt": "b\n" }, n);
  const { repo, task } = started;
  box.write(task.path, { "a.txt": "task\n" });
  box.sh(task.path, "commit", "-qam", "task's work");
  box.write(repo, { "b.txt": "base\n" });
  box.sh(repo, "commit", "-qam", "base's work");
  box.sh(repo, "push", "-q", ".", "HEAD:main");
  box.sh(repo, "switch", "-q", "--detach", "main");
  return { ...started, base: box.sh(repo, "rev-parse", "main") };
}

describe("landing a branch", () => {
  test("as a merge commit", async () => {
    const { repo, task, site, base } = await diverged();
    const { sha, checkpoint } = unwrap(await box.git.landing.merge(site, doing(), merge));
    expect(box.sh(repo, "log", "-1", "--format=%P|%an|%cn|%B", "main")).toBe(
      `${base} ${box.sh(task.path, "rev-parse", "HEAD")}|Pat Person|Pat Person|Merge it\n`,
    );
    expect(box.sh(repo, "rev-parse", "main")).toBe(sha);
    expect(box.sh(repo, "show", "main:a.txt")).toBe("task");
    expect(box.sh(repo, "show", "main:b.txt")).toBe("base");
    expect(checkpoint).toMatchObject({ reason: "merge", baseBranch: "main", baseBranchSha: base });
    expect(box.sh(repo, "rev-parse", "HEAD")).toBe(base);
    expect([...status(box, repo), ...status(box, task.path)]).toEqual([]);
    const now = unwrap(await box.git.landing.standing(site, "main"));
    expect(now).toMatchObject({ landed: true, ahead: 0, behind: 2, conflicts: [] });
    expect(codeOf(await box.git.landing.merge(site, doing(), merge))).toBe("conflict");
  });

  test("by fast-forward, only where that is one", async () => {
    const { repo, task, site } = await startFree(box);
    box.write(task.path, { "a.txt": "task\n" });
    box.sh(task.path, "commit", "-qam", "work");
    const forward = { ...merge, how: "fast-forward" } as const;
    const { sha } = unwrap(await box.git.landing.merge(site, doing(), forward));
    expect(sha).toBe(box.sh(task.path, "rev-parse", "HEAD"));
    expect(box.sh(repo, "rev-parse", "main")).toBe(sha);
    const other = await diverged(1);
    expect(codeOf(await box.git.landing.merge(other.site, doing(), forward))).toBe("conflict");
  });

  test("squashed, by its one author, or by the person with all others named", async () => {
    const { repo, task, site, base } = await diverged();
    const squash = { ...merge, how: "squash", message: "All of it\n\nAnd why." } as const;
    box.sh(task.path, "commit", "-q", "--amend", "--author=Ann <ann@x>", "--no-edit");
    const first = unwrap(await box.git.landing.merge(site, doing(), squash));
    const read = (sha: string) => box.sh(repo, "log", "-1", "--format=%P|%an|%cn|%B", sha);
    expect(read(first.sha)).toBe(`${base}|Ann|Pat Person|All of it\n\nAnd why.\n`);
    const now = unwrap(await box.git.landing.standing(site, "main"));
    expect(now).toMatchObject({ landed: true, ahead: 1 });
    box.write(task.path, { "c.txt": "c\n" });
    box.sh(task.path, "add", "c.txt");
    const message = "more\n\nCo-authored-by: Bot <bot@x>";
    box.sh(task.path, "commit", "-q", "-m", message, "--author=Bob <bob@x>");
    const second = unwrap(await box.git.landing.merge(site, doing(), squash));
    expect(read(second.sha)).toBe(
      `${first.sha}|Pat Person|Pat Person|All of it\n\nAnd why.\n\nCo-authored-by: Bot <bot@x>\nCo-authored-by: Ann <ann@x>\nCo-authored-by: Bob <bob@x>\n`,
    );
  });

  test("never moves a branch somebody stands on, and says what to run instead", async () => {
    const { repo, task, site } = await diverged();
    const refused = async () => {
      const answer = await box.git.landing.merge(site, doing(), merge);
      return answer.ok ? null : answer.fault;
    };
    box.sh(repo, "switch", "-q", "main");
    expect(await refused()).toMatchObject({
      code: "base_checked_out",
      details: { path: repo, command: `git -C ${repo} merge --no-ff agetor/t0` },
    });
    box.sh(repo, "switch", "-q", "--detach");
    const other = join(box.root, "other tree");
    box.sh(repo, "worktree", "add", "-q", other, "main");
    expect((await refused())?.details?.["command"]).toBe(
      `git -C '${other}' merge --no-ff agetor/t0`,
    );
    // In the middle of a rebase git's HEAD names no branch, but the branch is in use.
    box.write(other, { "a.txt": "clash\n" });
    box.sh(other, "commit", "-qam", "clash");
    box.sh(repo, "branch", "-q", "onto", "agetor/t0");
    box.attempt(other, "rebase", "onto");
    expect(box.attempt(other, "symbolic-ref", "-q", "HEAD").code).toBe(1);
    expect((await refused())?.code).toBe("base_checked_out");
    box.sh(other, "rebase", "--abort");
    expect(box.sh(other, "status", "--porcelain")).toBe("");
    const stands = unwrap(await box.git.landing.standing(site, "main"));
    expect(stands.baseCheckedOutAt).toBe(other);
    box.sh(other, "merge", "-q", "-X", "ours", "-m", "by hand", "agetor/t0");
    expect(unwrap(await box.git.landing.standing(site, "main")).landed).toBe(true);
    expect(status(box, task.path)).toEqual([]);
  });

  test("is refused with conflicts, with uncommitted files, without a base", async () => {
    const { repo, task, site } = await diverged();
    box.write(task.path, { "b.txt": "clash\n" });
    const dirty = await box.git.landing.merge(site, doing(), merge);
    expect(dirty).toMatchObject({
      ok: false,
      fault: { code: "not_clean", details: { files: ["b.txt"] } },
    });
    box.sh(task.path, "commit", "-qam", "clash");
    const clash = await box.git.landing.merge(site, doing(), merge);
    expect(clash).toMatchObject({
      ok: false,
      fault: { code: "merge_conflict", details: { files: ["b.txt"] } },
    });
    const standing = unwrap(await box.git.landing.standing(site, "main"));
    expect(standing).toMatchObject({ conflicts: ["b.txt"], ahead: 2, behind: 1, landed: false });
    const none = await box.git.landing.merge(site, doing(), { ...merge, base: "nowhere" });
    expect(codeOf(none)).toBe("bad_ref");
    expect(box.sh(repo, "for-each-ref", "refs/agetor/checkpoint/")).toBe("");
  });

  test("an old git says so", async () => {
    const { site } = await diverged();
    const bin = script(
      join(box.root, "bin/git"),
      `case "$*" in *" version") echo git version 2.37.9;; *) exec git "$@";; esac`,
    );
    const git = box.withGit({ bin });
    expect(codeOf(await git.landing.merge(site, doing(), merge))).toBe("git_missing");
    expect(unwrap(await git.landing.standing(site, "main")).canMerge).toBe(false);
  });

  test("the same command again is the same merge", async () => {
    const { repo, site } = await diverged();
    const once = { ...doing(), command: "COMMAND" };
    const first = unwrap(await box.git.landing.merge(site, once, merge));
    expect(unwrap(await box.git.landing.merge(site, once, merge))).toEqual(first);
    expect(box.sh(repo, "rev-list", "--count", "main")).toBe("4");
  });
});

describe("rebasing", () => {
  test("keeps authors, dates and messages, and carries over what is not committed", async () => {
    const { repo, task, site, base } = await diverged();
    box.sh(
      task.path,
      "commit",
      "-q",
      "--amend",
      "--author=Ann é <a@x>",
      "--date=@1000000 +0200",
      "--no-edit",
    );
    box.write(task.path, { "c.txt": "c\n" });
    box.sh(task.path, "add", "c.txt");
    box.sh(task.path, "commit", "-q", "-m", "second\n\nwith a body");
    box.write(task.path, { "a.txt": "not committed\n", "new.txt": "new\n" });
    const done = unwrap(await box.git.landing.rebase(site, doing(), "main"));
    expect(done.base).toEqual({ from: task.baseSha, to: base });
    expect(box.sh(repo, "rev-parse", `refs/agetor/base/${task.id}`)).toBe(base);
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(done.headSha);
    expect(box.sh(task.path, "log", "--format=%an|%at|%cn|%B", `${base}..`)).toMatch(
      /^Person\|\d+\|Pat Person\|second\n\nwith a body\n\nAnn é\|1000000\|Pat Person\|task's work\n$/,
    );
    expect(filesOf(task.path)).toEqual({
      "a.txt": "not committed\n",
      "b.txt": "base\n",
      "c.txt": "c\n",
      "new.txt": "new\n",
    });
    expect(status(box, task.path)).toEqual([" M a.txt", "?? new.txt"]);
    box.sh(task.path, "fsck", "--strict");
    expect(codeOf(await box.git.landing.rebase(site, doing(), "main"))).toBe("conflict");
  });

  test("drops what the base already has, and leaves commits that stand right as they are", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "a.txt": "same\n" });
    box.sh(task.path, "commit", "-qam", "same");
    box.write(task.path, { "z.txt": "z\n" });
    box.sh(task.path, "add", "z.txt");
    box.sh(task.path, "commit", "-qm", "own");
    box.write(repo, { "a.txt": "same\n" });
    box.sh(repo, "commit", "-qam", "the same, in the base");
    box.sh(repo, "push", "-q", ".", "HEAD:main");
    unwrap(await box.git.landing.rebase(site, doing(), "main"));
    expect(box.sh(task.path, "log", "--format=%s")).toBe("own\nthe same, in the base\nfirst");
    expect(status(box, task.path)).toEqual([]);
  });

  test("stops at a conflict with its commit and files, and changes nothing", async () => {
    const { repo, task, site } = await diverged();
    box.write(task.path, { "b.txt": "clash\n" });
    box.sh(task.path, "commit", "-qam", "the clash");
    const sha = box.sh(task.path, "rev-parse", "HEAD");
    const before = box.sh(repo, "for-each-ref");
    const failed = await box.git.landing.rebase(site, doing(), "main");
    expect(failed).toMatchObject({
      ok: false,
      fault: {
        code: "merge_conflict",
        details: { files: ["b.txt"], commit: { sha, subject: "the clash" } },
      },
    });
    expect(box.sh(repo, "for-each-ref")).toBe(before);
    expect(filesOf(task.path)).toEqual({ "a.txt": "task\n", "b.txt": "clash\n" });
  });

  test("refuses when what is not committed conflicts", async () => {
    const { task, site } = await diverged();
    box.write(task.path, { "b.txt": "mine\n" });
    expect(await box.git.landing.rebase(site, doing(), "main")).toMatchObject({
      ok: false,
      fault: { code: "not_clean", details: { files: ["b.txt"] } },
    });
    expect(filesOf(task.path)["b.txt"]).toBe("mine\n");
  });

  test("makes merges of the base flat, unless they resolved something", async () => {
    const { repo, task, site } = await diverged();
    box.sh(task.path, "merge", "-q", "-m", "merge main", "main");
    box.write(repo, { "c.txt": "c\n" });
    box.sh(repo, "add", "c.txt");
    box.sh(repo, "commit", "-qm", "more");
    box.sh(repo, "push", "-q", ".", "HEAD:main");
    unwrap(await box.git.landing.rebase(site, doing(), "main"));
    expect(box.sh(task.path, "log", "--format=%s")).toBe("task's work\nmore\nbase's work\nfirst");
    const other = await diverged(1);
    box.sh(other.task.path, "merge", "-q", "--no-commit", "--no-ff", "main");
    box.write(other.task.path, { "a.txt": "resolved in the merge\n" });
    box.sh(other.task.path, "commit", "-qam", "evil merge");
    expect(codeOf(await box.git.landing.rebase(other.site, doing(), "main"))).toBe("conflict");
  });
});
