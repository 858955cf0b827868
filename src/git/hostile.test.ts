import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** Every setting by which a repository can have git run something. */
function armed(): string {
  const trap = (name: string) => JSON.stringify(box.trap(name));
  return `
[core]
	fsmonitor = ${trap("fsmonitor")}
	hooksPath = ${join(box.root, "traps")}
	sshCommand = ${trap("ssh")}
	editor = ${trap("editor")}
	pager = ${trap("pager")}
	askPass = ${trap("askpass")}
	gitProxy = ${trap("gitproxy")}
	alternateRefsCommand = ${trap("alternates")}
[credential]
	helper = ${JSON.stringify(`!${box.trap("credential")}`)}
[filter "evil"]
	smudge = ${trap("smudge")}
	clean = ${trap("clean")}
	process = ${trap("process")}
[filter "with.dots and spaces"]
	smudge = ${trap("smudge-dots")}
	clean = ${trap("clean-dots")}
[filter "lfs"]
	smudge = ${trap("lfs-smudge")}
	clean = ${trap("lfs-clean")}
	process = ${trap("lfs-process")}
	required = true
[diff]
	external = ${trap("diff-external")}
[diff "evil"]
	command = ${trap("diff-command")}
	textconv = ${trap("textconv")}
[merge "evil"]
	driver = ${trap("merge")}
[gpg]
	program = ${trap("gpg")}
[commit]
	gpgSign = true
[tag]
	gpgSign = true
[alias]
	status = ${JSON.stringify(`!${box.trap("alias")}`)}
	diff = ${JSON.stringify(`!${box.trap("alias-diff")}`)}
	read-tree = ${JSON.stringify(`!${box.trap("alias-read-tree")}`)}
[log]
	showSignature = true
[pager]
	diff = ${trap("pager-diff")}
[sequence]
	editor = ${trap("sequence")}
[remote "origin"]
	url = ${JSON.stringify(`ext::sh -c "${box.trap("ext")}"`)}
	uploadpack = ${trap("uploadpack")}
	promisor = true
	partialclonefilter = blob:none
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[protocol "file"]
	allow = always
[submodule]
	recurse = true
[hook "named"]
	event = reference-transaction
	event = post-checkout
	command = ${trap("hook-named")}
[hook "reference-transaction"]
	event = reference-transaction
	command = ${trap("hook-event")}
[include]
	path = ${join(box.root, "included.config")}
[includeIf "gitdir:**"]
	path = ${join(box.root, "included-if.config")}
`;
}

function hostile(name = "repo"): string {
  const repo = box.repo(name, {
    "a.txt": "one\ntwo\n",
    "b.bin": "two\n",
    "deep/c.txt": "three\n",
    ".gitattributes":
      '[attr]macro filter=evil diff=evil\n*.txt macro\n*.bin filter=lfs diff=evil -text\ndeep/* filter=included diff=included merge=evil\n"with space" filter="with.dots and spaces"\n',
  });
  for (const hook of hooks) {
    script(join(box.root, "traps", hook), box.trap(`hook-${hook}`));
    script(join(repo, ".git/hooks", hook), box.trap(`hook-file-${hook}`));
  }
  const included = (kind: string) =>
    `[filter "included"]\n\tsmudge = ${JSON.stringify(box.trap(`${kind}-smudge`))}\n\tclean = ${JSON.stringify(box.trap(`${kind}-clean`))}\n[core]\n\tfsmonitor = ${JSON.stringify(box.trap(`${kind}-fsmonitor`))}\n`;
  writeFileSync(join(box.root, "included.config"), included("include"));
  writeFileSync(join(box.root, "included-if.config"), included("include-if"));
  appendFileSync(join(repo, ".git/config"), armed());
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

describe("a hostile repository", () => {
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
    appendFileSync(join(repo, ".git/config"), armed());
    script(join(repo, ".git/hooks/post-checkout"), box.trap("late-hook"));
    writeFileSync(join(task.path, ".gitattributes"), "* filter=evil diff=evil\n");
    writeFileSync(join(task.path, "a.txt"), "two\n");
    box.attempt(repo, "-c", "core.fsmonitor=false", "config", "extensions.worktreeConfig", "true");
    const admin = unwrap(await box.git.gitDir(task.path));
    writeFileSync(join(admin, "config.worktree"), armed());
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
    appendFileSync(join(bare, "config"), armed());
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

describe("submodules (GIT-04)", () => {
  test("are never fetched, whatever their address", async () => {
    const sub = box.repo("sub", { "s.txt": "s\n" });
    const repo = box.repo();
    const sha = box.sh(sub, "rev-parse", "HEAD");
    const urls = [`ext::sh -c touch% ${box.canary}/ext`, "../sub", `file://${sub}`, "-u./x"];
    const modules = urls.map(
      (url, n) =>
        `[submodule "m${n}"]\n\tpath = m${n}\n\turl = ${url}\n\tupdate = !touch ${box.canary}/update\n`,
    );
    box.write(repo, { ".gitmodules": modules.join("") });
    for (const n of urls.keys()) {
      box.sh(repo, "update-index", "--add", "--cacheinfo", `160000,${sha},m${n}`);
    }
    box.sh(repo, "add", ".gitmodules");
    box.sh(repo, "commit", "-q", "-m", "submodules");
    const task = await startTask(box, repo);
    const changes = unwrap(
      await box.git.changes(task.path, task.baseSha, new AbortController().signal),
    );
    expect(changes.files).toEqual([]);
    expect(exists(join(repo, ".git/modules"))).toBe(false);
    expect(exists(join(task.path, "m1", "s.txt"))).toBe(false);
  });

  test("one the agent filled runs nothing when it is looked at", async () => {
    const sub = box.repo("sub", { "s.txt": "s\n", ".gitattributes": "* filter=evil\n" });
    const repo = box.repo();
    box.sh(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub, "m");
    box.sh(repo, "commit", "-q", "-m", "submodule");
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
    const admin = unwrap(await box.git.gitDir(task.path));
    appendFileSync(join(admin, "modules/m/config"), armed());
    writeFileSync(join(task.path, "m/s.txt"), "changed\n");
    const signal = new AbortController().signal;
    unwrap(await box.git.changes(task.path, task.baseSha, signal));
    unwrap(await box.git.shortstat(task.path, task.baseSha, signal));
    const trash = unwrap(await box.git.keep(task.trash));
    expect(box.sh(repo, "show", `${trash?.ref}:m/s.txt`)).toBe("changed");
    unwrap(await box.git.removeWorktree(task.trash));
  });
});

describe("what a repository leads out of", () => {
  test("a link to elsewhere is a link: nothing outside is read or removed (GIT-20)", async () => {
    const outside = join(box.root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "secret.txt"), "secret\n");
    const repo = box.repo();
    symlinkSync(outside, join(repo, "evil"));
    symlinkSync("/", join(repo, "root"));
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-q", "-m", "links");
    const task = await startTask(box, repo);
    symlinkSync(join(outside, "secret.txt"), join(task.path, "new-link"));
    symlinkSync(box.dataDir, join(task.path, "data"));
    const signal = new AbortController().signal;
    const changes = unwrap(await box.git.changes(task.path, task.baseSha, signal));
    expect(JSON.stringify(changes)).not.toContain("secret\\n");
    expect(changes.files.map(({ path, patch }) => [path, patch?.split("\n")[1]])).toEqual([
      ["data", "new file mode 120000"],
      ["new-link", "new file mode 120000"],
    ]);
    const trash = unwrap(await box.git.keep(task.trash));
    expect(trash?.dirtyFiles).toBe(2);
    unwrap(await box.git.removeWorktree(task.trash));
    expect(readFileSync(join(outside, "secret.txt"), "utf8")).toBe("secret\n");
    expect(exists(join(repo, "a.txt"))).toBe(true);
  });
});
