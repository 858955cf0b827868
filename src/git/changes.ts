import { lstat, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ChangedFile, Changes } from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isGenerated, kindOf } from "../domain/changed-file.ts";
import { idOfFile } from "./change-id.ts";
import { gitDirectory, inspect } from "./inspect.ts";
import { fields, type Kit } from "./kit.ts";
import { commonDirOf, gitDirOf, real } from "./layout.ts";
import { type DiffEntry, parseDiff } from "./patch.ts";
import { commitOf, isSha } from "./refs.ts";
import type { GitOutput } from "./runner.ts";
import { type Repo, type ShadowEnv, withShadow } from "./shadow.ts";
import { describeUntracked } from "./untracked.ts";

/** How much of a change is shown: a person reads no more, and a browser holds no more. */
export const limits = {
  /** Files that are listed. */
  files: 1_000,
  /** Files that carry their patch. */
  patches: 200,
  /** Bytes of one patch. */
  patchBytes: 400 * 1024,
  /** Bytes of all patches. */
  allPatchBytes: 8 * 1024 * 1024,
  /** Bytes read of git before it is stopped. */
  outputBytes: 32 * 1024 * 1024,
  /** Bytes read of untracked files. */
  untrackedBytes: 32 * 1024 * 1024,
  /** Above this git takes a file for binary and does not look into it. */
  bigFile: 2 * 1024 * 1024,
} as const;

const diffTimeoutMs = 60_000;

interface Asked {
  /** The top of a worktree, or a folder somewhere in it. */
  readonly worktree: string;
  readonly baseSha: string;
  readonly signal: AbortSignal;
}

/** See `Git.changes`. */
export async function changes(kit: Kit, wanted: Asked): Promise<Result<Changes>> {
  const repo = await siteOf(kit, wanted.worktree);
  if (!repo.ok) return repo;
  const asked = { ...wanted, worktree: repo.value.top };
  const [head, both] = await Promise.all([
    commitOf(kit, repo.value.gitDir, "HEAD"),
    look(kit, repo.value, asked, true),
  ]);
  if (!head.ok) return head;
  if (!both.ok) return both;
  const { entries, untracked, cut } = both.value;
  const listed = entries.slice(0, limits.files);
  const tracked = await Promise.all(listed.map((entry) => changedFile(entry, asked.worktree)));
  const added = await describeAll(asked, untracked.slice(0, limits.files - listed.length));
  const shown = [...tracked, ...added].sort((a, b) => (a.path < b.path ? -1 : 1));
  return ok({
    scope: "base",
    from: { label: asked.baseSha.slice(0, 8), sha: asked.baseSha, at: null },
    to: { label: "now", sha: null, at: null },
    baseSha: asked.baseSha,
    headSha: head.value ?? asked.baseSha,
    files: withinBudget(shown),
    additions: sum(entries, "additions") + sum(added, "additions"),
    deletions: sum(entries, "deletions"),
    truncated: cut || entries.length + untracked.length > limits.files,
  });
}

/** See `Git.shortstat`. */
export async function shortstat(
  kit: Kit,
  wanted: Asked,
): Promise<Result<{ files: number; additions: number; deletions: number }>> {
  const repo = await siteOf(kit, wanted.worktree);
  if (!repo.ok) return repo;
  const asked = { ...wanted, worktree: repo.value.top };
  const both = await look(kit, repo.value, asked, false);
  if (!both.ok) return both;
  const { entries, untracked } = both.value;
  const added = await describeAll(asked, untracked.slice(0, limits.files));
  return ok({
    files: entries.length + untracked.length,
    additions: sum(entries, "additions") + sum(added, "additions"),
    deletions: sum(entries, "deletions"),
  });
}

/** Where the files and the git directories are. */
interface Site extends Repo {
  /** The top of the worktree. */
  readonly top: string;
}

/** Of a worktree its `.git` is read, so that no process is spent on it; else git is asked. */
async function siteOf(kit: Kit, folder: string): Promise<Result<Site>> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    const message = `The folder ${folder} does not exist any more.`;
    return err(fault("repo_gone", message, null, { path: folder }));
  }
  const named = await gitDirOf(folder);
  if (named === null) return siteAbove(kit, folder);
  const gitDir = await real(named);
  const commonDir = gitDir === null ? null : await real(await commonDirOf(gitDir));
  if (gitDir !== null && commonDir !== null) return ok({ gitDir, commonDir, top: folder });
  return err(
    fault(
      "repo_gone",
      `The repository of ${folder} is not where it was.`,
      "Bring it back to its place, or run `git worktree repair` in its new one.",
      { path: folder },
    ),
  );
}

/** A folder somewhere in a checkout: its task works without a worktree of its own. */
async function siteAbove(kit: Kit, folder: string): Promise<Result<Site>> {
  const place = await inspect(kit, folder);
  if (!place.ok) return place;
  if (place.value.kind === "repository" && !place.value.bare) {
    const { root, commonDir } = place.value;
    const gitDir = await gitDirectory(kit, root);
    return gitDir.ok ? ok({ gitDir: gitDir.value, commonDir, top: root }) : gitDir;
  }
  const message = `${folder} is not in a checkout of a git repository.`;
  return err(fault("not_a_repository", message, null, { path: folder }));
}

interface Seen {
  readonly entries: DiffEntry[];
  readonly untracked: string[];
  readonly cut: boolean;
}

/** Two git processes, side by side: what differs from the base, and what git does not track. */
async function look(kit: Kit, repo: Repo, asked: Asked, patches: boolean): Promise<Result<Seen>> {
  if (!isSha(asked.baseSha)) return err(fault("bad_ref", "The base is not a commit id."));
  const shadow = { repo, worktree: asked.worktree, index: "copy" } as const;
  return withShadow(kit, shadow, async (env) => {
    const [diff, others] = await Promise.all([
      git(kit, asked, env, diffArgs(asked.baseSha, patches)),
      git(kit, asked, env, ["ls-files", "-z", "-o", "--exclude-standard"]),
    ]);
    if (!diff.ok) return diff;
    if (!others.ok) return others;
    const untracked = fields(others.value.stdout, "latin1");
    // The last name may be half of one.
    if (others.value.cut) untracked.pop();
    const entries = parseDiff(diff.value.stdout, diff.value.cut);
    return ok({ entries, untracked, cut: diff.value.cut || others.value.cut });
  });
}

function git(
  kit: Kit,
  asked: Asked,
  env: ShadowEnv,
  args: readonly string[],
): Promise<Result<GitOutput>> {
  return kit.runner.run({
    args,
    cwd: asked.worktree,
    env,
    signal: asked.signal,
    timeoutMs: diffTimeoutMs,
    maxBytes: limits.outputBytes,
    cutOff: true,
  });
}

/** Everything a person's own settings could change about a diff is given here. */
function diffArgs(baseSha: string, patches: boolean): string[] {
  return [
    "-c",
    `core.bigFileThreshold=${limits.bigFile}`,
    "-c",
    "core.quotePath=false",
    "diff",
    "-z",
    "--raw",
    "--numstat",
    ...(patches ? ["--patch"] : []),
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=dirty",
    "--submodule=short",
    "--find-renames",
    "-l1000",
    "-U3",
    "-O/dev/null",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    baseSha,
    "--",
  ];
}

async function changedFile(entry: DiffEntry, worktree: string): Promise<ChangedFile> {
  const { patch, newObject: _, ...rest } = entry;
  const found = entry.binary ? await lstat(join(worktree, entry.path)).catch(() => null) : null;
  const tooLarge = (found?.size ?? 0) > limits.bigFile || (patch === null && !entry.binary);
  return {
    ...rest,
    kind: kindOf(rest),
    generated: isGenerated(rest.path),
    id: await idOfFile(worktree, rest.path, rest.newMode),
    patch: entry.binary ? null : patch,
    tooLarge,
  };
}

/** Untracked files; once enough has been read of them, the rest is named only. */
async function describeAll(asked: Asked, paths: readonly string[]): Promise<ChangedFile[]> {
  const files: ChangedFile[] = [];
  let room: number = limits.untrackedBytes;
  for (const path of paths) {
    if (asked.signal.aborted) break;
    const most = Math.min(limits.patchBytes, room);
    const file = await describeUntracked(asked.worktree, path, most);
    if (file === null) continue;
    room -= Math.min(most, file.bytes);
    files.push(file.entry);
  }
  return files;
}

/** Takes away the patches that are too long, and all of them once there are too many. */
function withinBudget(files: readonly ChangedFile[]): ChangedFile[] {
  let room: number = limits.allPatchBytes;
  let count = 0;
  return files.map((file) => {
    if (file.patch === null) return file;
    const size = Buffer.byteLength(file.patch);
    if (size > limits.patchBytes || size > room || count >= limits.patches) {
      return { ...file, patch: null, tooLarge: true };
    }
    room -= size;
    count += 1;
    return file;
  });
}

function sum<K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
