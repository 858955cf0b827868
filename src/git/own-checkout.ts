import { lstat } from "node:fs/promises";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { shellWord } from "../domain/commands.ts";
import { findAdmin, leadsTo, openCommonDir } from "./layout.ts";

/** In the details of a fault: a folder stands in the place of a worktree that is gone. */
export const noCheckout = "no_checkout";

/**
 * The git directory of the worktree at a path, null when the repository knows none there. Whoever
 * runs git with both asks here: in a folder whose own `.git` does not lead back (the worktree was
 * removed and something wrote there again) every file would look deleted. Errors: `worktree_failed`.
 */
export async function checkoutAt(commonDir: string, path: string): Promise<Result<string | null>> {
  const gitDir = await findAdmin(commonDir, path);
  if (gitDir === null || (await leadsTo(path, gitDir))) return ok(gitDir);
  const folder = await lstat(path).catch(() => null);
  return err(folder === null ? gone(path) : strange(path));
}

/** See `Git.worktreeStands`. One that git has forgotten stands: its files are there. */
export async function worktreeStands(commonDir: string, path: string): Promise<Result<boolean>> {
  const repo = await openCommonDir(commonDir);
  if (!repo.ok) return repo;
  const found = await checkoutAt(repo.value, path);
  if (!found.ok || found.value !== null) return ok(found.ok);
  return ok((await lstat(path).catch(() => null)) !== null);
}

function gone(path: string): Fault {
  return fault(
    "worktree_failed",
    `The worktree ${path} does not exist any more.`,
    "Start the task, or restore one of its checkpoints: both make the worktree again.",
    { path },
  );
}

/** A folder in the place of a worktree that is not, or no longer, one of the task. */
export function strange(path: string): Fault {
  const aside = `mv ${shellWord(path)} ${shellWord(`${path}-aside`)}`;
  return fault(
    "worktree_failed",
    `${path} is no checkout of this task: its .git is missing or leads elsewhere, so git cannot say what was changed.`,
    `Move it out of the way: ${aside} — then send the task a message: its worktree is made again.`,
    { path, reason: noCheckout },
  );
}
