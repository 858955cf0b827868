import { constants } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

/** What a path of a worktree holds: bytes, or more of them than were asked for. */
export type Inside =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "too-large" }
  | { readonly kind: "none" };

const none: Inside = { kind: "none" };

/** Whether a path names something below a worktree and not of its git directory. */
export function isInner(path: string): boolean {
  if (path === "" || path.includes("\0") || isAbsolute(path)) return false;
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/^\.git$/i.test(part));
}

/**
 * Reads a regular file of a worktree, or the target of a link as its text, as git does. Never
 * follows a link, neither the file nor a folder on the way to it (GIT-20, HTTP-15), never waits on
 * a pipe.
 */
export async function readInside(top: string, path: string, maxBytes: number): Promise<Inside> {
  const root = isInner(path) ? await realpath(top).catch(() => null) : null;
  if (root === null) return none;
  const full = join(root, path);
  const found = await lstat(full).catch(() => null);
  if (found?.isSymbolicLink()) {
    if ((await realpath(dirname(full)).catch(() => null)) !== dirname(full)) return none;
    const target = await readlink(full, "buffer").catch(() => null);
    return target === null ? none : { kind: "bytes", bytes: target };
  }
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = found?.isFile() ? await open(full, flags).catch(() => null) : null;
  if (file === null) return none;
  try {
    const opened = await file.stat();
    if (!opened.isFile() || !(await isAt(file, full))) return none;
    if (opened.size > maxBytes) return { kind: "too-large" };
    return { kind: "bytes", bytes: await file.readFile() };
  } catch {
    return none;
  } finally {
    await file.close();
  }
}

/** Whether what was opened really lies at this path: a folder may have been swapped meanwhile. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  if (real !== path) return false;
  const [opened, found] = await Promise.all([file.stat(), lstat(path).catch(() => null)]);
  return found !== null && found.ino === opened.ino && found.dev === opened.dev;
}
