import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** Above this a file is known by its size and time instead of its bytes. */
const mostBytes = 2 * 1024 * 1024;

/** One side of a change; without a mode there is no file on that side. */
export interface Half {
  readonly mode: string | null;
  /** What names the content: equal names, equal content. */
  readonly object: string | null;
}

/** The side on which the file is not. */
export const absent: Half = { mode: null, object: null };

/** See `ChangedFile.id`. The same change has the same id, be it untracked, staged or committed. */
export function changeId(path: string, before: Half, after: Half): string {
  const parts = [path, ...[before, after].flatMap((half) => [half.mode ?? "gone", nameOf(half)])];
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
}

function nameOf({ mode, object }: Half): string {
  return mode === null ? "" : (object ?? "unknown");
}

/**
 * What a file of a worktree holds: the id git would give it as an object (SHA-1 repositories;
 * elsewhere just a name for its bytes), or its size and time when it is large.
 */
export async function objectOfFile(worktree: string, path: string): Promise<string> {
  const full = join(worktree, path);
  const found = await lstat(full).catch(() => null);
  if (found === null) return "gone";
  if (found.isSymbolicLink()) {
    const target = await readlink(full, "buffer").catch(() => Buffer.alloc(0));
    return blobId(target);
  }
  if (!found.isFile()) return "folder";
  if (found.size > mostBytes) return `${found.size}:${found.mtimeMs}`;
  const bytes = await readRegular(full);
  return bytes === null ? "unreadable" : blobId(bytes);
}

/** The bytes of a regular file; never waits on a pipe, never follows a link. */
async function readRegular(path: string): Promise<Buffer | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return readFile(path, { flag: flags }).catch(() => null);
}

function blobId(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
