import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** Above this a file is known by its size and time instead of its bytes. */
const mostBytes = 2 * 1024 * 1024;

/** See `ChangedFile.id`: of a file as it stands in a tree, by its object. */
export function idOfObject(path: string, mode: string | null, object: string): string {
  return digest([path, mode ?? "gone", object]);
}

/** The same of a file as it stands in a worktree: equal to that of its object once it is committed. */
export async function idOfFile(
  worktree: string,
  path: string,
  mode: string | null,
): Promise<string> {
  if (mode === null) return digest([path, "gone", ""]);
  const full = join(worktree, path);
  const found = await lstat(full).catch(() => null);
  if (found === null) return digest([path, "gone", ""]);
  if (found.isSymbolicLink()) {
    const target = await readlink(full).catch(() => "");
    return idOfObject(path, mode, blobId(Buffer.from(target)));
  }
  if (!found.isFile() || found.size > mostBytes) {
    return digest([path, mode, `${found.size}:${found.mtimeMs}`]);
  }
  const bytes = await readRegular(full);
  return idOfObject(path, mode, bytes === null ? "unreadable" : blobId(bytes));
}

/** The bytes of a regular file; never waits on a pipe, never follows a link. */
async function readRegular(path: string): Promise<Buffer | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return readFile(path, { flag: flags }).catch(() => null);
}

/** The id git gives a blob with these bytes (SHA-1 repositories; elsewhere just a name for them). */
function blobId(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
}
