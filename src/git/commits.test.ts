import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, type StartedTask, sandbox, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

const asked = ({ path, commonDir, branch, baseSha }: StartedTask) => ({
  ...{ folder: path, commonDir, branch, baseSha },
});

function work(task: StartedTask, message: string, files: Record<string, string>): string {
  box.write(task.path, files);
  box.sh(task.path, "add", "-A");
  box.sh(task.path, "commit", "-q", "--allow-empty", "-m", message);
  return box.sh(task.path, "rev-parse", "HEAD");
}

describe("the commits of a task", () => {
  test("newest first, with what they say and how much they change", async () => {
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join("");
    const task = await startTask(box, box.repo("repo", { "a.txt": "1\n", "old.txt": text }));
    expect(unwrap(await box.git.commits(asked(task), signal))).toEqual([]);
    const first = work(task, "First: ünï\n\nWhy it was\n\n- so\n\n", { "a.txt": "2\n" });
    const empty = work(task, "Empty", {});
    box.sh(task.path, "mv", "old.txt", "new.txt");
    const third = work(task, "1 file changed, 7 insertions(+)\x01\n\x01body", { "b.bin": "\0" });
    const list = unwrap(await box.git.commits(asked(task), signal));
    const person = { author: "Person", at: expect.any(Number) };
    expect(list).toEqual([
      {
        ...person,
        sha: third,
        subject: "1 file changed, 7 insertions(+)\x01 \x01body",
        body: "",
        files: 2,
        additions: 0,
        deletions: 0,
      },
      { ...person, sha: empty, subject: "Empty", body: "", files: 0, additions: 0, deletions: 0 },
      {
        ...person,
        sha: first,
        subject: "First: ünï",
        body: "Why it was\n\n- so",
        files: 1,
        additions: 1,
        deletions: 1,
      },
    ]);
    expect(unwrap(await box.git.commit(asked(task), first))).toEqual({
      sha: first,
      parent: task.baseSha,
      subject: "First: ünï",
      at: list[2]?.at ?? 0,
    });
    expect(unwrap(await box.git.head(task.path))?.sha).toBe(third);
  });

  test("a merge counts what it does to its first parent", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n" });
    const task = await startTask(box, repo);
    box.write(repo, { "theirs.txt": "1\n2\n" });
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-qm", "theirs");
    work(task, "ours", { "ours.txt": "1\n" });
    box.sh(task.path, "merge", "-q", "--no-edit", "main");
    const [merge] = unwrap(await box.git.commits(asked(task), signal));
    expect(merge).toMatchObject({ files: 1, additions: 2, deletions: 0 });
    const known = unwrap(await box.git.commit(asked(task), merge?.sha ?? ""));
    expect(known?.parent).toBe(box.sh(task.path, "rev-parse", "HEAD^1"));
  });

  test("no other commit of the repository can be read", async () => {
    const repo = box.repo();
    const older = box.sh(repo, "rev-parse", "HEAD");
    box.sh(repo, "commit", "-q", "--allow-empty", "-m", "second");
    const task = await startTask(box, repo);
    work(task, "ours", { "b.txt": "1\n" });
    box.sh(repo, "commit", "-q", "--allow-empty", "-m", "after");
    const foreign = box.sh(repo, "rev-parse", "HEAD");
    box.sh(repo, "tag", "-a", "v1", "-m", "v1", box.sh(task.path, "rev-parse", "HEAD"));
    const tag = box.sh(repo, "rev-parse", "v1");
    const tree = box.sh(task.path, "rev-parse", "HEAD^{tree}");
    const shas = [older, task.baseSha, foreign, tag, tree, "0".repeat(40), "HEAD", "--all"];
    for (const sha of shas) expect(unwrap(await box.git.commit(asked(task), sha))).toBeNull();
  });

  test("by hand: amended, rebased, another branch, no worktree any more (GIT-22)", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const subjects = async () =>
      unwrap(await box.git.commits(asked(task), signal)).map((one) => one.subject);
    const first = work(task, "one", { "b.txt": "1\n" });
    box.sh(task.path, "commit", "-q", "--amend", "-m", "one again");
    expect(await subjects()).toEqual(["one again"]);
    expect(unwrap(await box.git.commit(asked(task), first))).toBeNull();
    box.write(repo, { "m.txt": "m\n" });
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-qm", "main moved");
    box.sh(task.path, "rebase", "-q", "main");
    expect(await subjects()).toEqual(["one again", "main moved"]);
    box.sh(task.path, "switch", "-q", "-c", "mine");
    work(task, "on mine", { "c.txt": "1\n" });
    expect(await subjects()).toEqual(["on mine", "one again", "main moved"]);
    rmSync(task.path, { recursive: true });
    expect(await subjects()).toEqual(["one again", "main moved"]);
  });

  test("in a shallow clone, and with a setting that would run a program for each", async () => {
    const origin = box.repo("origin");
    box.sh(origin, "commit", "-q", "--allow-empty", "-m", "second");
    const repo = join(box.root, "clone");
    box.sh(box.root, "clone", "-q", "--depth=1", `file://${origin}`, repo);
    box.sh(repo, "config", "log.showSignature", "true");
    box.sh(repo, "config", "gpg.program", box.trap("gpg"));
    const task = await startTask(box, repo);
    const sha = work(task, "ours", { "b.txt": "1\n" });
    const list = unwrap(await box.git.commits(asked(task), signal));
    expect(list.map((one) => [one.sha, one.additions])).toEqual([[sha, 1]]);
    expect(unwrap(await box.git.commit(asked(task), sha))?.parent).toBe(task.baseSha);
    expect(box.sprung()).toEqual([]);
  });
});
