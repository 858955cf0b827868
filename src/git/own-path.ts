import { lstat, mkdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { type Kit, worktreesDir } from "./kit.ts";
import { real } from "./layout.ts";

const taskIdForm = /^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/;

/** Whether the text can stand in a ref and in a file name. */
export function isTaskId(text: string): boolean {
  return taskIdForm.test(text);
}

/**
 * The one path a task's worktree may have, `<data>/worktrees/<task>`, with the links of its parents
 * resolved. Anything else (`/`, the home folder, `..`, a symbolic link) is refused: what is removed
 * is removed with everything in it.
 */
export async function ownPath(
  kit: Kit,
  taskId: string,
  path: string | null,
): Promise<Result<string>> {
  const asked = path ?? join(worktreesDir(kit), taskId);
  if (!isTaskId(taskId)) return err(refused(asked, "the task id is not one"));
  await mkdir(worktreesDir(kit), { recursive: true, mode: 0o700 });
  const parent = await real(worktreesDir(kit));
  if (parent === null || !isAbsolute(asked)) return err(refused(asked, "it is not absolute"));
  const own = join(parent, taskId);
  const elsewhere = basename(asked) !== taskId || (await real(dirname(asked))) !== parent;
  if (elsewhere) return err(refused(asked, `the task's own is ${own}`));
  const found = await lstat(own).catch(() => null);
  if (found !== null && !found.isDirectory()) return err(refused(asked, "it is not a folder"));
  return ok(own);
}

function refused(path: string, why: string) {
  return fault(
    "worktree_failed",
    `${path} cannot be a task's worktree: ${why}.`,
    "Nothing was touched. Look at what is there, and move it away if it is in the way.",
    { path },
  );
}
