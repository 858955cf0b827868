import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { armed } from "./testing/armed.ts";
import { doing, introduce, siteOf } from "./testing/landing.ts";
import {
  codeOf,
  exists,
  type Sandbox,
  type StartedTask,
  sandbox,
  script,
  startTask,
  taskId,
  unwrap,
} from "./testing/sandbox.ts";

/** Nothing of a repository is ever run (GIT-01, -02, -03, -04): the canary folder stays empty. */

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => {
  const sprung = box.sprung();
  box[Symbol.dispose]();
  expect(sprung).toEqual([]);
});

const hooks = [
  "post-checkout",
  "reference-transaction",
  "post-index-change",
  "pre-commit",
  "post-commit",
  "commit-msg",
  "prepare-commit-msg",
  "fsmonitor-watchman",
  "pre-auto-gc",
];

const plainFiles = { "a.txt": "one\ntwo\n", "b.bin": "two\n", "deep/c.txt": "three\n" };

function hostile(name = "repo", files: Record<string, string> = plainFiles): string {
  const repo = box.repo(name, {
    ...files,
    ".gitattributes":
      '[attr]macro filter=evil diff=evil\n*.txt macro\n*.bin filter=lfs diff=evil -text\ndeep/* filter=included diff=included merge=evil\n"with space" filter="with.dots and spaces"\n',
  });
  box.sh(repo, "switch", "-q", "-c", "next");
  writeFileSync(join(repo, "deep/c.txt"), `0\n${files["deep/c.txt"]}`);
  box.sh(repo, "commit", "-qam", "next");
  box.sh(repo, "switch", "-q", "main");
  for (const hook of hooks) {
    script(join(box.root, "traps", hook), box.trap(`hook-${hook}`));
    script(join(repo, ".git/hooks", hook), box.trap(`hook-file-${hook}`));
  }
  const included = (kind: string) =>
    `[filter "included"]\n\tsmudge = ${JSON.stringify(box.trap(`${kind}-smudge`))}\n\tclean = ${JSON.stringify(box.trap(`${kind}-clean`))}\n[core]\n\tfsmonitor = ${JSON.stringify(box.trap(`${kind}-fsmonitor`))}\n`;
  writeFileSync(join(box.root, "included.config"), included("include"));
  writeFileSync(join(box.root, "included-if.config"), included("include-if"));
  appendFileSync(join(repo, ".git/config"), armed(box));
  writeFileSync(join(repo, ".git/info/attributes"), "*.md filter=evil diff=evil\n");
  return repo;
}

/** Everything a review reads and keeps. */
async function review(task: StartedTask): Promise<void> {
  const { git } = box;
  const signal = new AbortController().signal;
  const { id, path, commonDir, branch, baseSha } = task;
  const moments = [{ kind: "turn", runId: id, side: "start" }, { kind: "review" }] as const;
  const request = { taskId: id, commonDir, baseSha, folder: path, moments, at: 1 };
  const { sha } = unwrap(await git.snapshot(request));
  unwrap(await git.snapshots(commonDir, id, moments));
  const files = [
    { path: "a.txt", side: "old" },
    { path: "a.txt", side: "new" },
  ] as const;
  for (const span of [
    { folder: path, from: baseSha },
    { folder: path, from: sha },
    { folder: path, commonDir, from: baseSha, to: sha },
  ]) {
    const { from, ...rest } = span;
    unwrap(await git.changes(path, from, signal, { ...rest, ignoreSpace: true }));
    unwrap(await git.patch(span, null, signal));
    for (const file of files) {
      unwrap(await git.fileBytes(span, file, signal));
      unwrap(await git.fileLines(span, file, { start: 1, end: 9 }, signal));
    }
  }
  unwrap(await git.changedFile({ folder: path, from: baseSha }, "a.txt", signal));
  const tree = box.sh(path, "rev-parse", "HEAD^{tree}");
  const plain = ["-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"];
  const ours = box.sh(path, ...plain, "commit-tree", "-p", baseSha, "-m", "ours", tree);
  const gitDir = unwrap(await git.gitDir(path));
  writeFileSync(join(gitDir, "HEAD"), `${ours}\n`);
  unwrap(await git.head(path));
  const commits = { folder: path, commonDir, branch, baseSha };
  expect(unwrap(await git.commits(commits, signal))).toHaveLength(1);
  expect(unwrap(await git.commit(commits, ours))?.sha).toBe(ours);
  writeFileSync(join(gitDir, "HEAD"), `ref: refs/heads/${branch}\n`);
  unwrap(await git.dropSnapshots(commonDir, id));
}

/** Every call of the port, on one repository, with work in the worktree. */
async function useEverything(repo: string, n: number): Promise<void> {
  const { git } = box;
  const signal = new AbortController().signal;
  const task = await startTask(box, repo, taskId(n));
  const place = await box.place(repo);
  unwrap(await git.branches(place.commonDir));
  unwrap(await git.resolve(place.commonDir, "main"));
  unwrap(await git.pinned(place.commonDir, task.id));
  unwrap(await git.agentConfig(place, task.baseSha));
  unwrap(await git.gitDir(task.path));
  unwrap(await git.inspect(task.path));
  box.write(task.path, {
    "a.txt": "changed\ntwo\n",
    "b.bin": "changed\n",
    "deep/c.txt": "changed\n",
    "new.txt": "new\n",
    "new.md": "new\n",
    "with space": "new\n",
  });
  const changes = unwrap(await git.changes(task.path, task.baseSha, signal));
  expect(changes.files.map((file) => file.path)).toEqual([
    "a.txt",
    "b.bin",
    "deep/c.txt",
    "new.md",
    "new.txt",
    "with space",
  ]);
  expect(changes.files[0]?.patch).toContain("-one\n+changed\n");
  unwrap(await git.shortstat(task.path, task.baseSha, signal));
  unwrap(await git.changes(repo, task.baseSha, signal));
  await review(task);
  const trash = unwrap(await git.keep(task.trash));
  expect(trash?.dirtyFiles).toBe(6);
  unwrap(await git.removeWorktree(task.trash));
  unwrap(await git.restore({ ...task.trash, ...task, taskId: task.id }));
  expect(readFileSync(join(task.path, "b.bin"), "utf8")).toBe("changed\n");
  unwrap(await git.keep(task.trash));
  unwrap(await git.removeWorktree(task.trash));
  unwrap(await git.unpin(place.commonDir, task.id));
}

const seven = "1\n2\n3\n4\n5\n6\n7\n";

/** Every call that changes a worktree or a branch, with files that all name a filter and a driver. */
async function landEverything(repo: string): Promise<void> {
  const { landing } = box.git;
  introduce(box);
  const task = await startTask(box, repo, taskId(21));
  const site = siteOf(task);
  writeFileSync(join(repo, ".git/HEAD"), `${task.baseSha}\n`);
  writeFileSync(
    join(repo, ".git/refs/heads/main"),
    readFileSync(join(repo, ".git/refs/heads/next")),
  );
  box.write(task.path, { "deep/c.txt": `${seven}8\n`, "a.txt": "two\n", "new.md": "new\n" });
  const files = { kind: "files", paths: ["new.md"], old: { kind: "head" } } as const;
  unwrap(await landing.revert(site, doing(), files));
  const signal = new AbortController().signal;
  const changes = unwrap(await box.git.changes(task.path, task.baseSha, signal));
  const patch = changes.files.find(({ path }) => path === "a.txt")?.patch ?? "";
  unwrap(await landing.revert(site, doing(), { kind: "hunks", path: "a.txt", patch }));
  unwrap(await landing.suggesting(site));
  box.write(task.path, { "a.txt": "two\n" });
  const some = { message: "Some", paths: ["deep/c.txt"], hooks: false };
  unwrap(await landing.commit(site, doing(), some));
  const kept = doing();
  unwrap(await landing.commit(site, kept, { ...some, paths: null }));
  const before = unwrap(await landing.standing(site, "main"));
  expect(before).toMatchObject({ ahead: 2, behind: 1, conflicts: [], dirty: [] });
  const other = await startTask(box, repo, taskId(22), "agetor/other");
  box.write(other.path, { "deep/c.txt": `${seven}eight\n` });
  const contenders = [site, siteOf(other)].map((one) => ({ site: one, base: "main", fresh: true }));
  const clashes = unwrap(await landing.clashes(task.commonDir, contenders, signal));
  expect(clashes.map(({ files }) => files)).toEqual([["deep/c.txt"]]);
  unwrap(await landing.restoreCheckpoint(site, doing(), kept.id));
  unwrap(await landing.commit(site, doing(), { ...some, paths: null }));
  const { base } = unwrap(await landing.rebase(site, doing(), "main"));
  const now = { ...site, baseSha: base.to };
  const how = { base: "main", how: "squash", message: "All" } as const;
  unwrap(await landing.merge(now, doing(), how));
  unwrap(await landing.recover(now));
  expect(unwrap(await landing.checkpoints(task.commonDir, task.id)).length).toBe(8);
  unwrap(await landing.expireCheckpoints(task.commonDir, 0, new Set()));
  unwrap(await landing.dropCheckpoints(task.commonDir, task.id));
}

describe("a hostile repository", () => {
  test("runs nothing when its work is taken back, committed and landed (GIT-01)", async () => {
    await landEverything(hostile("base", { "deep/c.txt": seven, "a.txt": "one\n" }));
  });

  test("runs nothing, whatever is asked of it (GIT-01)", async () => {
    await useEverything(hostile(), 1);
  });

  test("hooks that newer gits read from the configuration are switched off by name", async () => {
    const repo = hostile();
    const log = join(box.root, "log");
    const bin = script(
      join(box.root, "bin/git"),
      `case "$*" in *" update-ref "*) env | grep ^GIT_CONFIG_ >> ${log};; esac\nexec git "$@"`,
    );
    const { commonDir, headSha } = await box.place(repo);
    unwrap(await box.withGit({ bin }).pin(commonDir, taskId(), headSha ?? ""));
    const given = readFileSync(log, "utf8");
    for (const name of ["named", "reference-transaction", "post-checkout"]) {
      const at = new RegExp(`KEY_(\\d+)=hook\\.${name}\\.enabled$`, "m").exec(given)?.[1];
      expect(given).toContain(`GIT_CONFIG_VALUE_${at}=false\n`);
    }
  });

  test("the traps do spring for an ordinary git", () => {
    const repo = hostile();
    box.attempt(repo, "status");
    box.attempt(repo, "worktree", "add", join(box.root, "plain"), "-b", "plain");
    const traps = ["include-if-fsmonitor", "hook-reference-transaction", "process"];
    expect(box.sprung()).toEqual(expect.arrayContaining(traps));
    box.disarm();
  });

  test("nor does configuration the agent writes from inside its worktree (GIT-02)", async () => {
    const repo = box.repo("repo", { "a.txt": "one\n", ".gitattributes": "* filter=evil\n" });
    const task = await startTask(box, repo, taskId(7), "agetor/first");
    appendFileSync(join(repo, ".git/config"), armed(box));
    script(join(repo, ".git/hooks/post-checkout"), box.trap("late-hook"));
    writeFileSync(join(task.path, ".gitattributes"), "* filter=evil diff=evil\n");
    writeFileSync(join(task.path, "a.txt"), "two\n");
    box.attempt(repo, "-c", "core.fsmonitor=false", "config", "extensions.worktreeConfig", "true");
    const admin = unwrap(await box.git.gitDir(task.path));
    writeFileSync(join(admin, "config.worktree"), armed(box));
    const signal = new AbortController().signal;
    unwrap(await box.git.inspect(repo));
    unwrap(await box.git.changes(repo, task.baseSha, signal));
    unwrap(await box.git.changes(task.path, task.baseSha, signal));
    unwrap(await box.git.keep(task.trash));
    unwrap(await box.git.removeWorktree(task.trash));
  });

  test("nor does a git directory the agent puts in the place of its own", async () => {
    const repo = box.repo();
    const evil = hostile("evil");
    const task = await startTask(box, repo);
    writeFileSync(join(task.path, ".git"), `gitdir: ${join(evil, ".git")}\n`);
    writeFileSync(join(task.path, "a.txt"), "mine\n");
    const signal = new AbortController().signal;
    await box.git.changes(task.path, task.baseSha, signal);
    const trash = unwrap(await box.git.keep(task.trash));
    expect(box.sh(repo, "show", `${trash?.ref}:a.txt`)).toBe("mine");
    unwrap(await box.git.removeWorktree(task.trash));
    expect(exists(join(evil, "a.txt"))).toBe(true);
  });

  test("a bare repository hidden among the files of another runs nothing", async () => {
    const repo = box.repo();
    const bare = join(repo, "assets");
    box.sh(repo, "init", "-q", "--bare", bare);
    appendFileSync(join(bare, "config"), armed(box));
    const place = unwrap(await box.git.inspect(bare));
    expect(place).toMatchObject({ kind: "repository", bare: true, headSha: null });
  });

  test("a pipe in the place of an included file is a timeout, not a hang", async () => {
    const repo = box.repo();
    const pipe = join(box.root, "pipe");
    expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
    appendFileSync(join(repo, ".git/config"), `[include]\n\tpath = ${pipe}\n`);
    const fast = box.withGit({
      clock: { now: () => performance.now(), after: (ms, call) => clockOf(ms / 100, call) },
    });
    expect(codeOf(await fast.inspect(repo))).toBe("git_timeout");
  });
});

function clockOf(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}
