import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { shellWord } from "../../domain/commands.ts";
import { headOf } from "../inspect.ts";
import type { Kit } from "../kit.ts";
import { openCommonDir, readMarker } from "../layout.ts";
import { checkoutAt } from "../own-checkout.ts";
import { ownPath } from "../own-path.ts";
import type { Repo } from "../shadow.ts";
import type { SiteRequest } from "./types.ts";

/** A task's worktree, proven to be its own, as it stands. */
export interface Site extends Repo {
  readonly taskId: string;
  readonly worktree: string;
  /** What HEAD names; null when it is detached. The person may have switched it. */
  readonly branch: string | null;
  readonly head: string;
  /** The commit the task is pinned to. */
  readonly baseSha: string | null;
}

/** Opens a task's worktree. Errors: `repo_gone`; `worktree_failed` when there is none, or not ours. */
export async function openSite(kit: Kit, request: SiteRequest): Promise<Result<Site>> {
  const { taskId, baseSha } = request;
  const path = await ownPath(kit, taskId, request.path);
  if (!path.ok) return path;
  const repo = await openCommonDir(request.commonDir);
  if (!repo.ok) return repo;
  const found = await checkoutAt(repo.value, path.value);
  if (!found.ok) return found;
  const gitDir = found.value;
  const marker = gitDir === null ? null : await readMarker(gitDir);
  if (gitDir === null || marker?.taskId !== taskId || marker.state !== "ready") {
    return err(noWorktree(path.value));
  }
  const head = await headOf(kit, gitDir);
  if (!head.ok) return head;
  if (head.value.headSha === null) return err(noWorktree(path.value));
  return ok({
    taskId,
    worktree: path.value,
    gitDir,
    commonDir: repo.value,
    branch: head.value.branch,
    head: head.value.headSha,
    baseSha,
  });
}

function noWorktree(path: string): Fault {
  return fault(
    "worktree_failed",
    "This task has no worktree now.",
    "Start the task, or restore one of its checkpoints: both make the worktree again.",
    { path },
  );
}

/** What git keeps in a git directory while it is in the middle of something (gitrepository-layout(5)). */
const unfinished = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
] as const;

/** Refuses while a rebase, merge or the like of someone else's is under way in the worktree. */
export async function refuseUnfinished(site: Site): Promise<Result<null>> {
  for (const [name, what] of unfinished) {
    const found = await lstat(join(site.gitDir, name)).catch(() => null);
    if (found === null) continue;
    return err(
      fault(
        "not_clean",
        `A ${what} is unfinished in the worktree.`,
        `Have the agent finish it, or give it up: git -C ${shellWord(site.worktree)} ${what} --abort`,
        { unfinished: what, files: [] },
      ),
    );
  }
  return ok(null);
}
