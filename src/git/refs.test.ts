import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { codeOf, type Sandbox, sandbox, taskId, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

describe("a base the person typed (GIT-07)", () => {
  const hostile = [
    "--help",
    "--output=x",
    `--output=${"x".repeat(20)}`,
    "--git-dir=/",
    "--all",
    "-",
    "--",
    "-1",
    "@{-1}",
    "@{u}",
    "main@{1}",
    "main@{yesterday}",
    "HEAD^{/first}",
    ":/first",
    ":a.txt",
    "main:a.txt",
    "main..other",
    "main...other",
    "^main",
    "main^@",
    "main^!",
    "main^-",
    "",
    " ",
    "main ",
    "main other",
    "new\nline",
    "main\0--output=x",
    "x".repeat(10_240),
    "0".repeat(40),
    "f".repeat(64),
    "refs/heads/*",
    "$(touch x)",
    "`touch x`",
    "../../../etc/passwd",
    "a.lock",
    "main~99999999999999999999",
    "nothing",
  ];
  test("is refused with a hint when it is no name of a commit", async () => {
    const repo = box.repo();
    const { commonDir } = await box.place(repo);
    const before = readdirSync(commonDir).sort();
    for (const revision of hostile) {
      const result = await box.git.resolve(commonDir, revision);
      expect(result).toMatchObject({
        ok: false,
        fault: { code: "bad_ref", hint: "Use the name of a branch, a tag or a commit." },
      });
    }
    expect(readdirSync(commonDir).sort()).toEqual(before);
    expect(readdirSync(repo).sort()).toEqual([".git", "a.txt"]);
  });

  test("names of branches, tags and commits become the commit", async () => {
    const repo = box.repo();
    const first = box.sh(repo, "rev-parse", "HEAD");
    box.sh(repo, "tag", "-a", "v1", "-m", "annotated");
    box.sh(repo, "tag", "-a", "v1-again", "-m", "a tag of a tag", "v1");
    box.sh(repo, "tag", "blob", "HEAD:a.txt");
    box.sh(repo, "tag", "tree", "HEAD^{tree}");
    box.sh(repo, "branch", "fea$(id)ture/ünï");
    box.write(repo, { "a.txt": "2\n" });
    box.sh(repo, "commit", "-qam", "second");
    const second = box.sh(repo, "rev-parse", "HEAD");
    const { commonDir } = await box.place(repo);
    const names: Record<string, string> = {
      main: second,
      HEAD: second,
      "@": second,
      "refs/heads/main": second,
      "main~1": first,
      "main^": first,
      "HEAD~": first,
      v1: first,
      "v1-again": first,
      [first]: first,
      [second.slice(0, 8)]: second,
      "fea$(id)ture/ünï": first,
    };
    for (const [name, sha] of Object.entries(names)) {
      expect([name, unwrap(await box.git.resolve(commonDir, name))]).toEqual([name, sha]);
    }
    for (const name of ["blob", "tree"]) {
      expect(codeOf(await box.git.resolve(commonDir, name))).toBe("bad_ref");
    }
    box.sh(repo, "tag", "main", first);
    expect(unwrap(await box.git.resolve(commonDir, "main"))).toBe(second);
  });

  test("whatever is typed: a commit or bad_ref, never an option", async () => {
    const repo = box.repo();
    const { commonDir } = await box.place(repo);
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.stringMatching(/^[-@{}^~:./ a-zHEAD0-9]{0,12}$/),
    );
    await fc.assert(
      fc.asyncProperty(text, async (revision) => {
        const result = await box.git.resolve(commonDir, revision);
        if (result.ok) expect(result.value).toMatch(/^[0-9a-f]{40}$/);
        else expect(result.fault.code).toBe("bad_ref");
      }),
      { numRuns: 30 },
    );
    expect(readdirSync(repo).sort()).toEqual([".git", "a.txt"]);
  });

  test("in a repository with SHA-256", async () => {
    const repo = join(box.root, "sha256");
    box.sh(box.root, "init", "-q", "--object-format=sha256", "-b", "main", repo);
    box.sh(repo, "commit", "-q", "--allow-empty", "-m", "first");
    const { commonDir, headSha } = await box.place(repo);
    expect(unwrap(await box.git.resolve(commonDir, "main"))).toBe(headSha ?? "");
    expect(headSha).toHaveLength(64);
  });

  test("in a repository that is gone", async () => {
    expect(codeOf(await box.git.resolve(join(box.root, "gone/.git"), "main"))).toBe("repo_gone");
    expect(codeOf(await box.git.resolve("relative/.git", "main"))).toBe("repo_gone");
  });
});

describe("the base of a task", () => {
  test("outlives the branch it was found on (GIT-14)", async () => {
    const repo = box.repo();
    const { commonDir } = await box.place(repo);
    box.sh(repo, "checkout", "-q", "-b", "gone");
    box.write(repo, { "b.txt": "b\n" });
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-q", "-m", "soon unreachable");
    const sha = box.sh(repo, "rev-parse", "HEAD");
    unwrap(await box.git.pin(commonDir, taskId(), sha));
    unwrap(await box.git.pin(commonDir, taskId(), sha));
    box.sh(repo, "checkout", "-q", "main");
    box.sh(repo, "branch", "-q", "-D", "gone");
    const collect = () => {
      box.sh(repo, "reflog", "expire", "--expire=now", "--all");
      box.sh(repo, "gc", "-q", "--prune=now");
    };
    collect();
    expect(unwrap(await box.git.pinned(commonDir, taskId()))).toBe(sha);
    const request = { taskId: taskId(), commonDir, baseSha: sha, branch: "agetor/x" };
    unwrap(await box.git.addWorktree({ ...request, path: box.path(taskId()) }));
    unwrap(await box.git.removeWorktree({ ...request, path: box.path(taskId()) }));
    unwrap(await box.git.unpin(commonDir, taskId()));
    unwrap(await box.git.unpin(commonDir, taskId()));
    expect(unwrap(await box.git.pinned(commonDir, taskId()))).toBeNull();
    collect();
    expect(codeOf(await box.git.pin(commonDir, taskId(), sha))).toBe("bad_ref");
    const lost = await box.git.addWorktree({ ...request, path: box.path(taskId()) });
    expect(codeOf(lost)).toBe("bad_ref");
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });

  test("is never something else than a commit of a task", async () => {
    const repo = box.repo();
    const { commonDir, headSha } = await box.place(repo);
    const blob = box.sh(repo, "rev-parse", "HEAD:a.txt");
    for (const [id, sha] of [
      [taskId(), blob],
      [taskId(), "main"],
      [taskId(), "--help"],
      ["../../heads/main", headSha ?? ""],
      ["x y", headSha ?? ""],
      ["", headSha ?? ""],
    ] as const) {
      expect(codeOf(await box.git.pin(commonDir, id, sha))).toBe("bad_ref");
    }
    expect(unwrap(await box.git.pinned(commonDir, "../x"))).toBeNull();
    unwrap(await box.git.unpin(commonDir, "../../heads/main"));
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });
});

describe("branches", () => {
  test("the latest first, the current one marked", async () => {
    const repo = box.repo();
    const sha = box.sh(repo, "rev-parse", "HEAD");
    box.sh(repo, "branch", "ünï/code");
    box.sh(repo, "tag", "not-a-branch");
    const { commonDir } = await box.place(repo);
    expect(
      [...unwrap(await box.git.branches(commonDir))].sort((a, b) => (a.name < b.name ? -1 : 1)),
    ).toEqual([
      { name: "main", sha, current: true },
      { name: "ünï/code", sha, current: false },
    ]);
    box.sh(repo, "checkout", "-q", "--detach");
    expect(unwrap(await box.git.branches(commonDir)).some((branch) => branch.current)).toBe(false);
  });
});
