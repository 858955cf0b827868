import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exists, type Sandbox, sandbox, startTask, taskId } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => {
  const sprung = box.sprung();
  box[Symbol.dispose]();
  expect(sprung).toEqual([]);
});

describe("filters", () => {
  test("git-lfs leaves its pointers, also when it is broken (GIT-03)", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
    const repo = box.repo("repo", { "big.bin": pointer, ".gitattributes": "*.bin filter=lfs\n" });
    box.sh(repo, "config", "--global", "filter.lfs.required", "true");
    box.sh(repo, "config", "--global", "filter.lfs.smudge", "git-lfs-is-not-here smudge");
    box.sh(repo, "config", "--global", "filter.lfs.process", "git-lfs-is-not-here filter-process");
    const task = await startTask(box, repo);
    expect(readFileSync(join(task.path, "big.bin"), "utf8")).toBe(pointer);
  });

  test("one that says it is required is refused, before anything is made", async () => {
    const repo = box.repo("repo", {
      "s.key": "x",
      ".gitattributes": "*.key filter=crypt diff=crypt\n",
    });
    box.sh(repo, "config", "filter.crypt.smudge", box.trap("crypt"));
    box.sh(repo, "config", "filter.crypt.required", "true");
    const place = await box.place(repo);
    const refused = await box.git.addWorktree({
      ...{ taskId: taskId(), commonDir: place.commonDir, baseSha: place.headSha ?? "" },
      ...{ branch: "agetor/x", path: box.path(taskId()) },
    });
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: "repo_filter", details: { filter: "crypt" } },
    });
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    expect(exists(box.path(taskId()))).toBe(false);
  });

  test("one that is required but used by no file is none of our business", async () => {
    const repo = box.repo();
    box.sh(repo, "config", "filter.crypt.required", "true");
    await startTask(box, repo);
  });
});

describe("a partial clone", () => {
  test("fetches nothing on our account: the missing files are a fault with a hint", async () => {
    const origin = box.repo("origin", { "a.txt": "one\n" });
    box.write(origin, { "b.txt": "two\n" });
    box.sh(origin, "add", "-A");
    box.sh(origin, "commit", "-q", "-m", "second");
    box.sh(origin, "config", "uploadpack.allowFilter", "true");
    const repo = join(box.root, "partial");
    box.sh(
      box.root,
      "clone",
      "-q",
      "--no-local",
      "--no-checkout",
      "--filter=blob:none",
      `file://${origin}`,
      repo,
    );
    box.sh(repo, "config", "remote.origin.uploadpack", box.trap("uploadpack"));
    const place = await box.place(repo);
    const refused = await box.git.addWorktree({
      ...{ taskId: taskId(), commonDir: place.commonDir, baseSha: place.headSha ?? "" },
      ...{ branch: "agetor/x", path: box.path(taskId()) },
    });
    expect(refused).toMatchObject({ ok: false, fault: { code: "worktree_failed" } });
    expect(JSON.stringify(refused)).toContain("git fetch --refetch");
  });
});
