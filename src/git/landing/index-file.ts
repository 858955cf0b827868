import { constants } from "node:fs";
import { copyFile, link, lstat, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, type Result } from "../../contract/result.ts";
import { bind, type WorktreeGit } from "../capture.ts";
import { pause } from "../clock.ts";
import { locked } from "../failure.ts";
import { copyIndex } from "../index-cache.ts";
import { fields, type Kit } from "../kit.ts";
import { withShadow } from "../shadow.ts";
import type { Site } from "./site.ts";
import type { Entry } from "./tree-changes.ts";

/**
 * The index of a worktree is replaced the way git does it, under `index.lock`. Ours is a second name
 * of `index.agetor`, so that one a killed server left is known for ours, and cleared.
 */
const ours = "index.agetor";

/** How the index is to be. */
export type IndexAim =
  | { readonly kind: "keep" }
  /** Nothing staged: the same as a commit. */
  | { readonly kind: "head"; readonly sha: string }
  /** As it is, but for these entries: lines of `git update-index -z --index-info`, Latin-1. */
  | { readonly kind: "entries"; readonly info: string };

/** Brings the worktree's index to its aim. Done again, it does the same. */
export async function setIndex(kit: Kit, site: Site, aim: IndexAim): Promise<Result<null>> {
  await clearOwnLock(site.gitDir);
  if (aim.kind === "keep") return ok(null);
  const shadow = { repo: site, worktree: site.worktree, index: "copy" } as const;
  return withShadow(kit, shadow, async (env, scratch) => {
    const git = bind(kit, site.worktree, env);
    const made = await build(git, aim);
    if (!made.ok) return made;
    const refreshed = await git(["update-index", "-q", "--refresh"], undefined, [0, 1]);
    return refreshed.ok ? install(kit, site.gitDir, join(scratch, "index")) : refreshed;
  });
}

async function build(
  git: WorktreeGit,
  aim: Exclude<IndexAim, { kind: "keep" }>,
): Promise<Result<unknown>> {
  if (aim.kind === "entries") {
    return git(["update-index", "-z", "--replace", "--index-info"], aim.info);
  }
  const read = await git(["read-tree", "--reset", aim.sha], undefined, [0, 128]);
  if (!read.ok || read.value.code === 0) return read;
  // The old index is broken: it is made anew.
  const emptied = await git(["read-tree", "--empty"]);
  return emptied.ok ? git(["read-tree", aim.sha]) : emptied;
}

/** What the index holds, by name as Latin-1; unmerged paths are left out. */
export async function indexEntries(
  kit: Kit,
  site: Site,
): Promise<Result<ReadonlyMap<string, Entry>>> {
  const shadow = { repo: site, worktree: site.worktree, index: "copy" } as const;
  return withShadow(kit, shadow, async (env) => {
    const listed = await bind(kit, site.worktree, env)(["ls-files", "-z", "-s"]);
    if (!listed.ok) return listed;
    const entries = new Map<string, Entry>();
    for (const row of fields(listed.value.stdout, "latin1")) {
      const [, mode, sha, path] = /^(\d+) ([0-9a-f]+) 0\t(.+)$/s.exec(row) ?? [];
      if (mode && sha && path) entries.set(path, { mode, sha });
    }
    return ok(entries);
  });
}

async function install(kit: Kit, gitDir: string, made: string): Promise<Result<null>> {
  const fresh = join(gitDir, ours);
  const lock = join(gitDir, "index.lock");
  await copyIndex(made, fresh);
  const giveUpAt = kit.clock.now() + kit.lockPatienceMs;
  for (let delay = 20; ; delay = Math.min(delay * 2, 500)) {
    const taken = await take(fresh, lock);
    if (taken === null) break;
    if (taken.code !== "EEXIST") throw taken;
    if (kit.clock.now() + delay > giveUpAt) {
      await unlink(fresh);
      return err(await locked(lock));
    }
    await pause(kit.clock, delay);
  }
  await rename(lock, join(gitDir, "index"));
  await unlink(fresh).catch(() => undefined);
  return ok(null);
}

/** Null when the lock is ours now. Where files cannot have two names, it is a copy. */
async function take(fresh: string, lock: string): Promise<NodeJS.ErrnoException | null> {
  const failed = (error: NodeJS.ErrnoException) => error;
  const linked = await link(fresh, lock).then(() => null, failed);
  if (linked === null || linked.code === "EEXIST") return linked;
  return copyFile(fresh, lock, constants.COPYFILE_EXCL).then(() => null, failed);
}

/** Takes away what a killed server left of an installation: our file, and the lock that is the same one. */
export async function clearOwnLock(gitDir: string): Promise<void> {
  await rm(join(gitDir, `${ours}.new`), { force: true });
  const fresh = await lstat(join(gitDir, ours)).catch(() => null);
  if (fresh === null) return;
  const lock = await lstat(join(gitDir, "index.lock")).catch(() => null);
  if (lock !== null && lock.ino === fresh.ino && lock.dev === fresh.dev) {
    await unlink(join(gitDir, "index.lock"));
  }
  await unlink(join(gitDir, ours));
}
