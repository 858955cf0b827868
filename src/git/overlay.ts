import type { Result } from "../contract/result.ts";
import { bind, treeOf } from "./capture.ts";
import type { Kit } from "./kit.ts";
import { withShadow } from "./shadow.ts";

/** The tree that has the files of `below` and, over them, those of `above`. */
export function overlay(
  kit: Kit,
  commonDir: string,
  below: string,
  above: string,
): Promise<Result<string>> {
  const repo = { gitDir: commonDir, commonDir };
  return withShadow(kit, { repo, worktree: commonDir, index: "empty" }, async (env) => {
    const git = bind(kit, commonDir, env);
    const read = await git(["read-tree", below]);
    if (!read.ok) return read;
    const listed = await git(["ls-tree", "-r", "-z", above]);
    if (!listed.ok) return listed;
    const rows = listed.value.stdout.toString("latin1");
    const laid = await git(["update-index", "--replace", "-z", "--index-info"], rows);
    return laid.ok ? treeOf(git) : laid;
  });
}
