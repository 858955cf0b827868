import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { asText, fields, type Kit, rawPath } from "./kit.ts";
import { commonDirOf, gitDirOf, real } from "./layout.ts";
import type { GitOutput } from "./runner.ts";
import { type Repo, type ShadowEnv, withShadow } from "./shadow.ts";

/** Repositories inside a worktree whose commits are named; nobody reviews more of them. */
const mostNested = 50;
/** Ten minutes: an agent may leave gigabytes that nobody ignored. */
const captureTimeoutMs = 600_000;

/** The worktree that is captured. */
export interface CaptureSource {
  readonly repo: Repo;
  readonly worktree: string;
  /** False when `repo.gitDir` is not the worktree's own: its index says nothing of these files. */
  readonly hasIndex: boolean;
  /** What is checked out. */
  readonly head: string | null;
  /** What the task started from. */
  readonly base: string | null;
  /**
   * What becomes of repositories inside: their files, as they go away with the worktree (when not
   * given), or only the commits they stand at, to compare with later.
   */
  readonly nested?: "files" | "commits";
  /** Bytes of changed and untracked files above which nothing is captured: `too_large`. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs git on the files of one worktree; names go in and come out as Latin-1. */
type WorktreeGit = (
  args: readonly string[],
  input?: string,
  codes?: readonly number[],
) => Promise<Result<GitOutput>>;

/**
 * The tree of everything a worktree holds now, ignored files aside; the person's index stays as it
 * is. Repositories inside (a clone the agent made, a submodule with work in it) are taken in as
 * plain files, for a tree can only name their commits, and these go away with the worktree.
 */
export function captureTree(kit: Kit, source: CaptureSource): Promise<Result<string>> {
  const { repo, worktree, head, base, maxBytes = Number.POSITIVE_INFINITY } = source;
  const index = source.hasIndex ? "copy" : "empty";
  return withShadow(kit, { repo, worktree, index }, async (env, scratch) => {
    const git = bind(kit, worktree, env, source.signal);
    const copied = await lstat(join(scratch, "index")).catch(() => null);
    if (copied === null && head !== null) {
      const read = await git(["read-tree", head]);
      if (!read.ok) return read;
    }
    const seen = await noticeAll(git, worktree);
    if (!seen.ok) return seen;
    const listed = await git(["ls-files", "-z", "-m", "-d", "-o", "--exclude-standard"]);
    if (!listed.ok) return listed;
    const paths = [...new Set(fields(listed.value.stdout, "latin1"))];
    const files = paths.filter((path) => !path.endsWith("/"));
    const staged = await stage(git, worktree, files, maxBytes);
    if (!staged.ok) return staged;
    const nested = paths.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1));
    const taken =
      source.nested === "commits"
        ? await linkNested(git, nested)
        : await takeInNested(kit, { repo, worktree, git }, nested, base ?? head);
    if (!taken.ok) return taken;
    return treeOf(git);
  });
}

function bind(kit: Kit, cwd: string, env: ShadowEnv, signal?: AbortSignal): WorktreeGit {
  return (args, input, codes) =>
    kit.runner.run({
      args,
      cwd,
      env,
      signal,
      timeoutMs: captureTimeoutMs,
      heavy: true,
      maxBytes: 512 * 1024 * 1024,
      ...(input === undefined ? {} : { input: Buffer.from(input, "latin1") }),
      ...(codes === undefined ? {} : { codes }),
    });
}

/** Puts the files as they are now into the index being built; what is gone from disk goes there. */
async function stage(
  git: WorktreeGit,
  worktree: string,
  paths: readonly string[],
  maxBytes: number,
): Promise<Result<null>> {
  const present: string[] = [];
  const replaced: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const found = await lstat(rawPath(worktree, path)).catch(() => null);
    // A folder where a file was; that of a submodule has a repository of its own.
    const name = asText(path);
    const inner = name === null ? null : await gitDirOf(join(worktree, name));
    const folder = found?.isDirectory() === true && inner === null;
    (folder ? replaced : present).push(`${path}\0`);
    bytes += found?.isFile() ? found.size : 0;
    if (bytes > maxBytes) return err(tooLarge(worktree, maxBytes));
  }
  if (paths.length === 0) return ok(null);
  if (replaced.length > 0) {
    const args = ["update-index", "-z", "--force-remove", "--stdin"];
    const removed = await git(args, replaced.join(""));
    if (!removed.ok) return removed;
  }
  const args = ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"];
  const added = await git(args, present.join(""));
  return added.ok ? ok(null) : added;
}

/** Names the commits of repositories the agent made inside; one without a commit has nothing to name. */
async function linkNested(git: WorktreeGit, paths: readonly string[]): Promise<Result<null>> {
  for (const path of paths.slice(0, mostNested)) {
    const linked = await git(["update-index", "-z", "--add", "--stdin"], `${path}\0`, [0, 128]);
    if (!linked.ok) return linked;
  }
  return ok(null);
}

/** A partial clone lacks objects of files that are not checked out; that is no reason to stop. */
async function treeOf(git: WorktreeGit): Promise<Result<string>> {
  const written = await git(["write-tree", "--missing-ok"]);
  return written.ok ? ok(written.value.stdout.toString("utf8").trim()) : written;
}

/**
 * Files marked "assume unchanged" or "skip worktree" may have changed all the same. One that is
 * skipped and not there is left out on purpose (a sparse checkout), not deleted.
 */
async function noticeAll(git: WorktreeGit, worktree: string): Promise<Result<null>> {
  const listed = await git(["ls-files", "-z", "-v"]);
  if (!listed.ok) return listed;
  const marked = fields(listed.value.stdout, "latin1").filter((entry) => /^[a-zS] /.test(entry));
  const assumed = marked.filter((entry) => /^[a-z]/.test(entry)).map((entry) => entry.slice(2));
  const skipped: string[] = [];
  for (const entry of marked.filter((name) => /^[sS]/.test(name))) {
    const found = await lstat(rawPath(worktree, entry.slice(2))).catch(() => null);
    if (found !== null) skipped.push(entry.slice(2));
  }
  for (const [flag, paths] of [
    ["--no-assume-unchanged", assumed],
    ["--no-skip-worktree", skipped],
  ] as const) {
    if (paths.length === 0) continue;
    const input = paths.map((path) => `${path}\0`).join("");
    const done = await git(["update-index", flag, "-z", "--stdin"], input);
    if (!done.ok) return done;
  }
  return ok(null);
}

interface Outer {
  readonly repo: Repo;
  readonly worktree: string;
  readonly git: WorktreeGit;
}

/**
 * Puts the files of nested repositories and of changed submodules into the index being built. A
 * submodule stays a link when it is as the base has it: that commit is known elsewhere.
 */
async function takeInNested(
  kit: Kit,
  outer: Outer,
  untracked: readonly string[],
  base: string | null,
): Promise<Result<null>> {
  const links = await linksIn(outer.git, ["ls-files", "-z", "-s"]);
  if (!links.ok) return links;
  const none = base === null || links.value.size === 0;
  const known = none
    ? ok(new Map<string, string>())
    : await linksIn(outer.git, ["ls-tree", "-r", "-z", "--full-tree", base]);
  if (!known.ok) return known;
  for (const path of untracked) {
    const tree = await nestedTree(kit, outer, path);
    if (!tree.ok) return tree;
    const put = await putTree(outer.git, path, tree.value);
    if (!put.ok) return put;
  }
  for (const [path, sha] of links.value) {
    const gitDir = await gitDirOf(join(outer.worktree, asText(path) ?? "\0"));
    if (gitDir === null) continue;
    const tree = await nestedTree(kit, outer, path);
    if (!tree.ok) return tree;
    const same = known.value.get(path) === sha;
    const clean = same && (await committedTree(kit, gitDir, sha)) === tree.value;
    const put = clean ? ok(null) : await putTree(outer.git, path, tree.value);
    if (!put.ok) return put;
  }
  return ok(null);
}

/** The submodules of an index or a tree, with their commits. */
async function linksIn(
  git: WorktreeGit,
  args: readonly string[],
): Promise<Result<ReadonlyMap<string, string>>> {
  const listed = await git(args);
  if (!listed.ok) return listed;
  const links = new Map<string, string>();
  for (const entry of fields(listed.value.stdout, "latin1")) {
    const match = /^160000 (?:commit )?([0-9a-f]+)(?: 0)?\t(.+)$/s.exec(entry);
    if (match?.[1] && match[2]) links.set(match[2], match[1]);
  }
  return ok(links);
}

/** The files of a repository inside the worktree, written as objects of the outer one. */
async function nestedTree(kit: Kit, outer: Outer, path: string): Promise<Result<string>> {
  const name = asText(path);
  if (name === null) return err(unspeakable(outer.worktree));
  const worktree = join(outer.worktree, name);
  return withShadow(kit, { repo: outer.repo, worktree, index: "empty" }, async (env) => {
    const git = bind(kit, worktree, env);
    const listed = await git(["ls-files", "-z", "-o", "--exclude-standard"]);
    if (!listed.ok) return listed;
    const paths = fields(listed.value.stdout, "latin1");
    const files = paths.filter((name) => !name.endsWith("/"));
    const added = await git(
      ["update-index", "-z", "--add", "--stdin"],
      files.map((name) => `${name}\0`).join(""),
    );
    if (!added.ok) return added;
    for (const name of paths.filter((entry) => entry.endsWith("/"))) {
      const inner = { ...outer, worktree, git };
      const tree = await nestedTree(kit, inner, name.slice(0, -1));
      if (!tree.ok) return tree;
      const put = await putTree(git, name.slice(0, -1), tree.value);
      if (!put.ok) return put;
    }
    return treeOf(git);
  });
}

async function putTree(git: WorktreeGit, path: string, tree: string): Promise<Result<null>> {
  const removed = await git(["update-index", "-z", "--force-remove", "--stdin"], `${path}\0`);
  if (!removed.ok) return removed;
  const read = await git(["read-tree", `--prefix=${asText(path)}/`, tree]);
  return read.ok ? ok(null) : read;
}

function tooLarge(worktree: string, maxBytes: number): Fault {
  const most = `${Math.round(maxBytes / 1024 / 1024)} MB`;
  return fault(
    "too_large",
    `The changed files in ${worktree} are larger than ${most} together.`,
    "Add what nobody has to review to .gitignore.",
    { path: worktree, limit: maxBytes },
  );
}

/** Said, not skipped: what cannot be kept must not be deleted. */
function unspeakable(folder: string): Fault {
  return fault(
    "worktree_failed",
    `A repository inside ${folder} has a name that is not valid UTF-8, so it cannot be kept.`,
    "Rename or remove that folder, then try again.",
    { path: folder },
  );
}

/** The tree of a submodule's commit, asked of the submodule's own objects; null when unknown. */
async function committedTree(kit: Kit, gitDir: string, sha: string): Promise<string | null> {
  const commonDir = await real(await commonDirOf(gitDir));
  if (commonDir === null) return null;
  const repo = { gitDir, commonDir };
  const found = await withShadow(kit, { repo, worktree: commonDir, index: "empty" }, (env) =>
    kit.runner.run({
      args: ["rev-parse", "--verify", "--quiet", "--end-of-options", `${sha}^{tree}`],
      cwd: commonDir,
      env,
      codes: [0, 1],
    }),
  );
  return found.ok && found.value.code === 0 ? found.value.stdout.toString("utf8").trim() : null;
}
