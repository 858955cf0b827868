import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Trash } from "../contract/task.ts";
import { captureTree } from "./capture.ts";
import { ownedBranches } from "./claim.ts";
import { trailer, writeKeepsake } from "./keepsake.ts";
import { fields, inRepo, type Kit, line, noSuchThing } from "./kit.ts";
import { findAdmin, leadsTo, openCommonDir, readMarker } from "./layout.ts";
import { overlay } from "./overlay.ts";
import { ownPath } from "./own-path.ts";
import { commitOf, dropRef, isSha, knownBase, trashRef } from "./refs.ts";
import type { Made, TrashRequest, WorktreeRequest } from "./types.ts";
import { withoutRepository } from "./unkept.ts";
import { makeWorktree } from "./worktree.ts";

/** What a task left: where its worktree and its branch stand, and what is uncommitted. */
interface Remains {
  readonly branch: string | null;
  readonly branchSha: string | null;
  /** What the worktree has checked out; null when there is no worktree. */
  readonly headSha: string | null;
  /** The tree of the worktree, or of the branch. */
  readonly tree: string;
  readonly dirtyFiles: number;
}

/** See `Git.keepable`. */
export async function keepable(kit: Kit, request: TrashRequest): Promise<Result<null>> {
  const path = await ownPath(kit, request.taskId, request.path);
  if (!path.ok) return path;
  const repo = await openCommonDir(request.commonDir);
  return repo.ok ? ok(null) : withoutRepository(request, path.value);
}

/** See `Git.keep`. Answers `repo_gone` only when the repository is, and files are left without it. */
export async function keep(kit: Kit, request: TrashRequest): Promise<Result<Trash | null>> {
  return kit.locks.run(`task:${request.taskId}`, async () => {
    const path = await ownPath(kit, request.taskId, request.path);
    if (!path.ok) return path;
    const repo = await openCommonDir(request.commonDir);
    if (!repo.ok) return withoutRepository(request, path.value);
    const kept = await keepAll(kit, { ...request, commonDir: repo.value, path: path.value });
    if (kept.ok || kept.fault.code !== "repo_gone") return kept;
    const still = await openCommonDir(request.commonDir);
    return still.ok
      ? err({ ...kept.fault, code: "git_failed" })
      : withoutRepository(request, path.value);
  });
}

async function keepAll(kit: Kit, request: Known): Promise<Result<Trash | null>> {
  const { commonDir, taskId, baseSha } = request;
  const remains = await remainsOf(kit, request);
  if (!remains.ok) return remains;
  const before = await readTrash(kit, commonDir, taskId);
  if (!before.ok) return before;
  const trash = before.value?.trash ?? null;
  if (remains.value === null) return ok(trash);
  const unmerged = await countUnmerged(kit, commonDir, remains.value, baseSha);
  if (!unmerged.ok) return unmerged;
  if (trash === null || remains.value.headSha !== null) {
    const clean = remains.value.dirtyFiles === 0 && unmerged.value === 0;
    return clean ? ok(null) : write(kit, request, remains.value, unmerged.value);
  }
  // The worktree is gone already: what was kept of it then still counts.
  const since = await countUnmerged(kit, commonDir, remains.value, trash.sha);
  if (!since.ok) return since;
  if (since.value === 0) return ok(trash);
  const both = { ...remains.value, tree: `${trash.sha}^{tree}`, dirtyFiles: trash.dirtyFiles };
  return write(kit, request, both, unmerged.value, trash.sha);
}

type Known = TrashRequest & { readonly path: string };

async function remainsOf(kit: Kit, request: Known): Promise<Result<Remains | null>> {
  const { commonDir, path, taskId } = request;
  const gitDir = await findAdmin(commonDir, path);
  const marker = gitDir === null ? null : await readMarker(gitDir);
  const files = await readdir(path).catch(() => null);
  const owned = await ownedBranches(kit, commonDir, taskId);
  if (!owned.ok) return owned;
  const branch = request.branch ?? marker?.branch ?? owned.value[0] ?? null;
  const branchSha =
    branch === null ? ok(null) : await commitOf(kit, commonDir, `refs/heads/${branch}`);
  if (!branchSha.ok) return branchSha;
  // One that was never finished holds nothing, and looks as if every file had been deleted.
  const empty = files === null || (gitDir === null && files.every((name) => name === ".git"));
  if (empty || marker?.state === "made") {
    const sha = branchSha.value;
    if (sha === null) return ok(null);
    return ok({ branch, branchSha: sha, headSha: null, tree: `${sha}^{tree}`, dirtyFiles: 0 });
  }
  // A worktree that git has forgotten, or that was damaged, still holds its files.
  const head = gitDir === null ? null : await soundHead(kit, commonDir, gitDir);
  const base = await knownBase(kit, commonDir, request.baseSha);
  if (!base.ok) return base;
  // Somebody may have removed the branch: then its reflog, or else the base, is what it stood on.
  const before = head ?? branchSha.value ?? (await lastHead(kit, commonDir, gitDir));
  const headSha = before ?? base.value;
  const tree = await captureTree(kit, {
    repo: { gitDir: head === null || gitDir === null ? commonDir : gitDir, commonDir },
    worktree: path,
    hasIndex: head !== null,
    head: headSha,
    base: base.value,
  });
  if (!tree.ok) return tree;
  // In a folder that took a worktree's place, what is not there was not deleted by the task.
  const isOurs = gitDir === null || (await leadsTo(path, gitDir));
  const whole =
    isOurs || headSha === null ? tree : await overlay(kit, commonDir, headSha, tree.value);
  if (!whole.ok) return whole;
  const dirty = await countDirty(kit, commonDir, headSha, whole.value);
  if (!dirty.ok) return dirty;
  return ok({
    branch,
    branchSha: branchSha.value,
    headSha,
    tree: whole.value,
    dirtyFiles: dirty.value,
  });
}

/** What the worktree has checked out, as far as its git directory can be believed. */
async function soundHead(kit: Kit, commonDir: string, gitDir: string): Promise<string | null> {
  const head = await commitOf(kit, gitDir, "HEAD");
  if (!head.ok || head.value === null) return null;
  const known = await commitOf(kit, commonDir, head.value);
  return known.ok ? known.value : null;
}

/** What the worktree had checked out last, as its reflog has it; the branch may be gone since. */
async function lastHead(
  kit: Kit,
  commonDir: string,
  gitDir: string | null,
): Promise<string | null> {
  if (gitDir === null) return null;
  const text = await readFile(join(gitDir, "logs", "HEAD"), "utf8").catch(() => "");
  const sha = text.trimEnd().split("\n").at(-1)?.split(" ")[1] ?? "";
  const known = isSha(sha) ? await commitOf(kit, commonDir, sha) : ok(null);
  return known.ok ? known.value : null;
}

/** How many files differ between a commit (or nothing) and a tree. */
export async function countDirty(
  kit: Kit,
  commonDir: string,
  head: string | null,
  tree: string,
): Promise<Result<number>> {
  const args =
    head === null
      ? ["ls-tree", "-r", "-z", "--name-only", tree]
      : ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", head, tree];
  const output = await inRepo(kit, commonDir, args, { maxBytes: 512 * 1024 * 1024 });
  return output.ok ? ok(fields(output.value.stdout).length) : output;
}

/**
 * Commits since the base that no branch or tag of the person holds. Branches of other tasks do not
 * count: they go away too.
 */
async function countUnmerged(
  kit: Kit,
  commonDir: string,
  remains: Remains,
  baseSha: string | null,
): Promise<Result<number>> {
  const tips = [remains.headSha, remains.branchSha].filter((sha) => sha !== null);
  const base = await knownBase(kit, commonDir, baseSha);
  if (!base.ok) return base;
  const exclude = ["agetor/*", ...(remains.branch === null ? [] : [remains.branch])];
  const args = [
    "rev-list",
    "--count",
    ...tips,
    "--not",
    ...(base.value === null ? [] : [base.value]),
    ...exclude.map((glob) => `--exclude=${glob}`),
    "--branches",
    "--tags",
  ];
  const count = await line(inRepo(kit, commonDir, args));
  return count.ok ? ok(Number(count.value ?? 0)) : count;
}

/** Writes the commit and the ref that keep everything. */
async function write(
  kit: Kit,
  request: Known,
  remains: Remains,
  unmergedCommits: number,
  earlier: string | null = null,
): Promise<Result<Trash>> {
  const { branch, branchSha, headSha, dirtyFiles } = remains;
  const parents = [...new Set([headSha, branchSha, earlier].filter((sha) => sha !== null))];
  const message = [
    `What task ${request.taskId} had not merged`,
    "",
    `Agetor-Task: ${request.taskId}`,
    ...(branch === null ? [] : [`Agetor-Branch: ${branch}`]),
    ...(branchSha === null ? [] : [`Agetor-Branch-Sha: ${branchSha}`]),
    ...(headSha === null ? [] : [`Agetor-Head-Sha: ${headSha}`]),
    `Agetor-Dirty-Files: ${dirtyFiles}`,
    `Agetor-Unmerged-Commits: ${unmergedCommits}`,
    "",
  ].join("\n");
  const ref = trashRef(request.taskId);
  const sha = await writeKeepsake(kit, {
    commonDir: request.commonDir,
    ref,
    tree: remains.tree,
    parents,
    message,
  });
  return sha.ok ? ok({ ref, sha: sha.value, dirtyFiles, unmergedCommits }) : sha;
}

interface Kept {
  readonly trash: Trash;
  readonly branch: string | null;
  readonly branchSha: string | null;
  readonly headSha: string | null;
}

async function readTrash(
  kit: Kit,
  commonDir: string,
  taskId: string,
): Promise<Result<Kept | null>> {
  const ref = trashRef(taskId);
  const sha = await commitOf(kit, commonDir, ref);
  if (!sha.ok) return sha;
  if (sha.value === null) return ok(null);
  const output = await inRepo(kit, commonDir, ["cat-file", "commit", sha.value], {
    codes: noSuchThing,
  });
  if (!output.ok) return output;
  const text = output.value.stdout.toString("utf8");
  return ok({
    trash: {
      ref,
      sha: sha.value,
      dirtyFiles: Number(trailer(text, "Dirty-Files") ?? 0),
      unmergedCommits: Number(trailer(text, "Unmerged-Commits") ?? 0),
    },
    branch: trailer(text, "Branch"),
    branchSha: trailer(text, "Branch-Sha"),
    headSha: trailer(text, "Head-Sha"),
  });
}

/** See `Git.restore`. */
export async function restore(kit: Kit, request: WorktreeRequest): Promise<Result<Made>> {
  return kit.locks.run(`task:${request.taskId}`, async () => {
    const repo = await openCommonDir(request.commonDir);
    if (!repo.ok) return repo;
    const kept = await readTrash(kit, repo.value, request.taskId);
    if (!kept.ok) return kept;
    if (kept.value === null) return finished(kit, request, repo.value);
    const { trash, branch, branchSha, headSha } = kept.value;
    // One that was kept without its branch, by an earlier version, has no commit to stand on.
    const sha = headSha ?? branchSha ?? request.baseSha;
    const wanted = { ...request, branch: branch ?? request.branch };
    const made = await makeWorktree(kit, wanted, { sha, tree: `${trash.sha}^{tree}` });
    if (!made.ok) return made;
    // Only once everything in it stands elsewhere again.
    const rest = await line(
      inRepo(kit, repo.value, ["rev-list", "--count", branchSha ?? sha, "--not", sha]),
    );
    if (!rest.ok) return rest;
    const dropped =
      rest.value === "0" ? await dropRef(kit, repo.value, request.taskId, trashRef) : ok(null);
    return dropped.ok ? made : dropped;
  });
}

/** A restore that was done before answers again; without one there was nothing. */
async function finished(
  kit: Kit,
  request: WorktreeRequest,
  commonDir: string,
): Promise<Result<Made>> {
  const path = await ownPath(kit, request.taskId, request.path);
  if (!path.ok) return path;
  const gitDir = await findAdmin(commonDir, path.value);
  const marker = gitDir === null ? null : await readMarker(gitDir);
  if (marker?.state === "ready") {
    return ok({ branch: marker.branch, path: path.value, mark: marker.mark });
  }
  return err(nothing(request.taskId));
}

function nothing(taskId: string) {
  return fault(
    "nothing_to_restore",
    "Nothing was kept of this task.",
    "Start it anew from its base.",
    {
      taskId,
    },
  );
}
