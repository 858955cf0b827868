import { stat } from "node:fs/promises";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { gitDirectory, inspect } from "./inspect.ts";
import type { Kit } from "./kit.ts";
import { commonDirOf, gitDirOf, real } from "./layout.ts";
import type { Repo } from "./shadow.ts";

/** Where the files of a task and the git directories behind them are. */
export interface Site extends Repo {
  /** The top of the worktree. */
  readonly top: string;
}

/** Of a worktree its `.git` is read, so that no process is spent on it; else git is asked. */
export async function siteOf(kit: Kit, folder: string): Promise<Result<Site>> {
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
