import { lstat, readdir, rename, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { ownedBranches } from "./claim.ts";
import { inRepo, type Kit, line, writeInRepo } from "./kit.ts";
import { findAdmin, gitDirOf, openCommonDir, real } from "./layout.ts";
import { ownPath } from "./own-path.ts";
import { commitOf, knownBase, ownerRef, trashRef } from "./refs.ts";
import { mountedBelow, removeTree } from "./remove-tree.ts";
import type { TrashRequest } from "./types.ts";
import { withoutRepository } from "./unkept.ts";

/** See `Git.removeWorktree`. */
export async function removeWorktree(kit: Kit, request: TrashRequest): Promise<Result<null>> {
  return kit.locks.run(`task:${request.taskId}`, async () => {
    const path = await ownPath(kit, request.taskId, request.path);
    if (!path.ok) return path;
    const repo = await openCommonDir(request.commonDir);
    const commonDir = repo.ok ? repo.value : null;
    const proof = await proveOurs(path.value, request.commonDir, commonDir);
    if (!proof.ok) return proof;
    const kept =
      commonDir === null
        ? await withoutRepository(request, path.value)
        : await refuseUnkept(kit, commonDir, request);
    if (!kept.ok) return kept;
    // Renamed first, so that no half of it can be taken for a worktree, by us or by git.
    const aside = await setAside(path.value, request.taskId);
    if (!aside.ok) return aside;
    if (commonDir !== null) {
      const cleared = await kit.locks.run(`repo:${commonDir}`, () =>
        clearRepository(kit, commonDir, path.value, request.taskId),
      );
      if (!cleared.ok) return cleared;
    }
    return removeFolder(aside.value);
  });
}

/**
 * The folder must be a worktree of that repository: the repository says so, or the folder does.
 * An empty or absent one needs no proof.
 */
async function proveOurs(
  path: string,
  asked: string,
  commonDir: string | null,
): Promise<Result<null>> {
  const folder = await lstat(path).catch(() => null);
  if (folder === null || (await readdir(path)).length === 0) return ok(null);
  const mounted = await mountedBelow(path);
  if (mounted !== null) return err(refused(path, `${mounted} is mounted in it`));
  if (commonDir !== null && (await findAdmin(commonDir, path)) !== null) return ok(null);
  const link = await lstat(join(path, ".git")).catch(() => null);
  const gitDir = link?.isFile() ? await gitDirOf(path) : null;
  const parent = gitDir === null ? null : dirname(gitDir);
  const parents = [join(asked, "worktrees"), join(commonDir ?? asked, "worktrees")];
  if (
    parent !== null &&
    (parents.includes(parent) || parents.includes((await real(parent)) ?? ""))
  ) {
    return ok(null);
  }
  return err(refused(path, "it is not a worktree of the task's repository"));
}

/** A commit that would be unreachable must have been kept before. */
async function refuseUnkept(
  kit: Kit,
  commonDir: string,
  request: TrashRequest,
): Promise<Result<null>> {
  const owned = await ownedBranches(kit, commonDir, request.taskId);
  if (!owned.ok) return owned;
  const trash = await commitOf(kit, commonDir, trashRef(request.taskId));
  if (!trash.ok) return trash;
  const base = await knownBase(kit, commonDir, request.baseSha);
  if (!base.ok) return base;
  for (const branch of owned.value) {
    const tip = await commitOf(kit, commonDir, `refs/heads/${branch}`);
    if (!tip.ok) return tip;
    if (tip.value === null) continue;
    const args = [
      ...["rev-list", "--count", "--max-count=1", tip.value, "--not"],
      ...[trash.value, base.value].filter((sha) => sha !== null),
      ...["--exclude=agetor/*", `--exclude=${branch}`, "--branches", "--tags"],
    ];
    const count = await line(inRepo(kit, commonDir, args));
    if (!count.ok) return count;
    if (count.value === "0") continue;
    return err(
      fault(
        "conflict",
        `The branch ${branch} has commits that nothing else keeps.`,
        "Delete the task again: they are put aside first.",
        { branch },
      ),
    );
  }
  return ok(null);
}

async function setAside(path: string, taskId: string): Promise<Result<string>> {
  const aside = join(dirname(path), `.gone-${taskId}`);
  try {
    if ((await lstat(path).catch(() => null)) === null) return ok(aside);
    await removeTree(aside);
    await rename(path, aside);
    return ok(aside);
  } catch (error) {
    return err(refused(path, (error as Error).message));
  }
}

async function removeFolder(path: string): Promise<Result<null>> {
  try {
    await removeTree(path);
    return ok(null);
  } catch (error) {
    return err(refused(path, (error as Error).message));
  }
}

/** Takes the worktree out of git's books and removes the task's branches. */
async function clearRepository(
  kit: Kit,
  commonDir: string,
  path: string,
  taskId: string,
): Promise<Result<null>> {
  const admin = await findAdmin(commonDir, path);
  if (admin !== null) {
    const removed = await removeFolder(admin);
    if (!removed.ok) return removed;
    // As git does; it stays while another worktree is listed there.
    await rmdir(dirname(admin)).catch(() => undefined);
  }
  const owned = await ownedBranches(kit, commonDir, taskId);
  if (!owned.ok) return owned;
  for (const branch of owned.value) {
    // Git refuses while the person has it checked out elsewhere: then it is theirs to remove.
    const codes = [0, 1];
    const deleted = await writeInRepo(kit, commonDir, ["branch", "-D", "--quiet", "--", branch], {
      codes,
    });
    if (!deleted.ok) return deleted;
    const unmarked = await writeInRepo(kit, commonDir, [
      ...["update-ref", "--no-deref", "-d", ownerRef(taskId, branch)],
    ]);
    if (!unmarked.ok) return unmarked;
  }
  return ok(null);
}

function refused(path: string, why: string): Fault {
  return fault(
    "worktree_failed",
    `${path} is not removed: ${why}.`,
    "Look at what is there; nothing was deleted.",
    { path },
  );
}
