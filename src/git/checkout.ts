import { rename } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { copyIndex } from "./index-cache.ts";
import type { Kit } from "./kit.ts";
import { type Repo, withShadow } from "./shadow.ts";

/** Ten minutes: a first checkout of a very large repository on a slow disk. */
const checkoutTimeoutMs = 600_000;

/**
 * Fills a worktree with the files of `tree`; its index then says `head`, so that what differs
 * between the two is uncommitted. Done again, it does the same.
 */
export function fill(
  kit: Kit,
  repo: Repo,
  worktree: string,
  { tree, head }: { readonly tree: string; readonly head: string },
): Promise<Result<null>> {
  return withShadow(kit, { repo, worktree, index: "empty" }, async (env, scratch) => {
    const git = (args: readonly string[], codes = [0]) =>
      kit.runner.run({
        args,
        cwd: worktree,
        env,
        codes,
        timeoutMs: checkoutTimeoutMs,
        heavy: true,
      });
    const written = await git(["read-tree", "--reset", "-u", tree]);
    if (!written.ok) return err(notWritten(written.fault));
    if (tree === head) return install(repo, scratch);
    const staged = await git(["read-tree", "--reset", head]);
    if (!staged.ok) return err(notWritten(staged.fault));
    const refreshed = await git(["update-index", "-q", "--refresh"], [0, 1]);
    return refreshed.ok ? install(repo, scratch) : err(notWritten(refreshed.fault));
  });
}

/** Puts the finished index in its place at once: a killed checkout leaves none, and no lock. */
async function install(repo: Repo, scratch: string): Promise<Result<null>> {
  const fresh = join(repo.gitDir, "index.agetor");
  await copyIndex(join(scratch, "index"), fresh);
  await rename(fresh, join(repo.gitDir, "index"));
  return ok(null);
}

function notWritten(why: Fault): Fault {
  if (why.code !== "git_failed") return why;
  const words = String(why.details?.["stderr"] ?? "");
  const lacking = /unable to read|missing blob|could not fetch|promisor/i.test(words);
  return fault(
    "worktree_failed",
    `The files could not be written: ${why.message}`,
    lacking
      ? "Parts of the repository are not on this machine. Fetch them (git fetch --refetch), then try again."
      : "Look at what git says, then try again.",
    why.details,
  );
}
