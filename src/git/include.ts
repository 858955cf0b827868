import { ok, type Result } from "../contract/result.ts";
import { inRepo, type Kit } from "./kit.ts";
import { isSha } from "./refs.ts";

/** Where a repository says which ignored files a worktree wants; other tools read it too. */
export const includeFile = ".worktreeinclude";

const maxBytes = 64 * 1024;

/** See `Git.worktreeInclude`. A link or a folder of that name says nothing. */
export async function worktreeInclude(
  kit: Kit,
  commonDir: string,
  sha: string,
): Promise<Result<readonly string[]>> {
  if (!isSha(sha)) return ok([]);
  const listed = await inRepo(kit, commonDir, [
    ...["ls-tree", "-z", "--full-tree", sha, "--", includeFile],
  ]);
  if (!listed.ok) return listed;
  const id = /^100\d{3} blob ([0-9a-f]+)\t/.exec(listed.value.stdout.toString("latin1"))?.[1];
  if (id === undefined) return ok([]);
  const content = await inRepo(kit, commonDir, ["cat-file", "blob", id], {
    maxBytes,
    cutOff: true,
  });
  if (!content.ok) return content;
  const lines = content.value.stdout.toString("utf8").split(/\r?\n/);
  // The last line may be half of one, and half a pattern names other files.
  if (content.value.cut) lines.pop();
  return ok(lines.filter((line) => line.trim() !== "" && !line.startsWith("#")));
}
