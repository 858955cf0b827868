import { readdir } from "node:fs/promises";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { TrashRequest } from "./types.ts";

/**
 * What may be done with a task's folder while its repository is away: nothing, for its files can be
 * kept nowhere. Without files there is nothing to lose. Errors: `repo_gone`.
 */
export async function withoutRepository(
  { commonDir }: Pick<TrashRequest, "commonDir">,
  folder: string,
): Promise<Result<null>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (names.every((name) => name === ".git")) return ok(null);
  return err(
    fault(
      "repo_gone",
      `There is no git repository at ${commonDir}, so what is in ${folder} cannot be kept. Nothing was deleted.`,
      `Put the repository back or mount its disk, then delete again. Or copy ${folder} elsewhere, remove that folder yourself, and delete again.`,
      { path: commonDir, worktree: folder },
    ),
  );
}
