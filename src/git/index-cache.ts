import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Kit } from "./kit.ts";
import { isAlive } from "./process.ts";

/**
 * Git takes a file for unchanged by its times, unless it was written in the very second in which the
 * index was: then it looks into it. In a worktree that was only just checked out those are nearly all
 * of them, and each look would cost that again, as the index of a shadow is thrown away. So a copy
 * that git has gone through is kept, for as long as the worktree's own index stays the same.
 */

/** Copies of so many worktrees are kept. */
const mostKept = 32;

interface Kept {
  /** Which index of the worktree it is a copy of. */
  readonly stamp: string;
  /** Null = the worktree's own is as good. */
  readonly path: string | null;
  readonly isFresh: boolean;
}

const cache = new WeakMap<Kit, Map<string, Kept>>();
let count = 0;

/** The index a shadow has begun with. */
export interface ShadowIndex {
  /** Nothing is to be had from going through it once more. */
  readonly isFresh: boolean;
  /** Keeps the shadow's index for later ones, after git has gone through it and done nothing else. */
  keep(): Promise<void>;
}

/** Puts the index of a worktree, or the better copy of it, into a shadow; one that is not there has no entries. */
export async function layIndex(kit: Kit, gitDir: string, to: string): Promise<ShadowIndex> {
  const own = join(gitDir, "index");
  const found = await stat(own).catch(() => null);
  if (found === null) return { isFresh: true, keep: () => Promise.resolve() };
  const stamp = `${found.ino}:${found.size}:${found.mtimeMs}`;
  const known = cache.get(kit)?.get(gitDir);
  const kept = known?.stamp === stamp ? known : null;
  // A copy may have made way for another in between.
  const copied = kept?.path != null && (await copyIndex(kept.path, to));
  if (!copied) await copyIndex(own, to);
  return {
    isFresh: kept?.isFresh === true && (copied || kept.path === null),
    keep: () => keep(kit, { gitDir, stamp, writtenMs: found.mtimeMs }, to),
  };
}

interface Source {
  readonly gitDir: string;
  readonly stamp: string;
  readonly writtenMs: number;
}

async function keep(kit: Kit, { gitDir, stamp, writtenMs }: Source, from: string): Promise<void> {
  const found = await stat(from).catch(() => null);
  if (found === null) return;
  const second = (ms: number) => Math.floor(ms / 1_000);
  // Git writes it only where there is something to better; and not all of it in the same second.
  const isBetter = second(found.mtimeMs) > second(writtenMs);
  const isWritten = isBetter || found.mtimeMs > writtenMs;
  if (!isWritten) return remember(kit, gitDir, { stamp, path: null, isFresh: true });
  const dir = join(kit.dataDir, "cache");
  count += 1;
  const path = join(dir, `index-${process.pid}-${count}`);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (await copyIndex(from, path)) await remember(kit, gitDir, { stamp, path, isFresh: isBetter });
}

async function remember(kit: Kit, gitDir: string, kept: Kept): Promise<void> {
  const known = cache.get(kit) ?? new Map<string, Kept>();
  cache.set(kit, known);
  const gone = [known.get(gitDir)];
  known.delete(gitDir);
  known.set(gitDir, kept);
  const [oldest] = known.keys();
  if (known.size > mostKept && oldest !== undefined) {
    gone.push(known.get(oldest));
    known.delete(oldest);
  }
  for (const one of gone) if (one?.path != null) await rm(one.path, { force: true });
}

/**
 * Copies an index with its age: git takes a file for changed or not by comparing its time with the
 * index's, and looks into those that are not clearly older. Rounded down, it only looks more often.
 * False when it is not there.
 */
export async function copyIndex(from: string, to: string): Promise<boolean> {
  try {
    const found = await stat(from);
    await copyFile(from, `${to}.new`);
    const seconds = (Math.floor(found.mtimeMs) - 1) / 1_000;
    await utimes(`${to}.new`, seconds, seconds);
    await rename(`${to}.new`, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Removes what servers that are gone have kept. */
export async function sweepIndexes(dataDir: string): Promise<void> {
  const dir = join(dataDir, "cache");
  for (const name of await readdir(dir).catch(() => [])) {
    const pid = /^index-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(dir, name), { force: true });
  }
}
