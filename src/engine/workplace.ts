import { join } from "node:path";
import type { Workplace } from "../agents/driver.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Git, Place } from "../git/types.ts";
import type { TaskRecord } from "../store/types.ts";
import { repoGone } from "./worktree-facts.ts";

/** Where the agent of a task starts: its folder inside the worktree, or the folder itself. */
export async function workplaceOf(git: Git, task: TaskRecord): Promise<Result<Workplace>> {
  const root = task.worktreePath ?? task.workdir;
  const cwd = task.worktreePath === null ? root : join(root, task.prefix);
  const place = await git.inspect(cwd);
  if (!place.ok) {
    // The folder inside the repository may not exist at the base commit: start at the top then.
    const top = await git.inspect(root);
    return top.ok ? placed(git, root, top.value) : err(repoGone(task));
  }
  return placed(git, cwd, place.value);
}

async function placed(git: Git, cwd: string, place: Place): Promise<Result<Workplace>> {
  if (place.kind === "folder") {
    return ok({ cwd, repo: null });
  }
  const gitDir = await git.gitDir(cwd);
  if (!gitDir.ok) {
    return gitDir;
  }
  return ok({
    cwd,
    repo: { mainRoot: place.mainRoot, commonDir: place.commonDir, gitDir: gitDir.value },
  });
}
