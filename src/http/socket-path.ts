import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../contract/result.ts";

/** Unix socket addresses end at 104 bytes on macOS and 108 on Linux. */
const longest = 100;

/**
 * Where the unix socket of a data directory is: inside it, or, when that path is too long for the
 * system, in a private folder under `$XDG_RUNTIME_DIR` or `$TMPDIR`. Creates that folder and
 * refuses one that somebody else made.
 */
export function socketPathFor(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Result<string, string> {
  const inside = join(dataDir, "agetor.sock");
  if (Buffer.byteLength(inside) <= longest) return ok(inside);
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  for (const base of [env["XDG_RUNTIME_DIR"], env["TMPDIR"], "/tmp"]) {
    if (!base?.startsWith("/")) continue;
    const folder = join(base, `agetor-${hash}`);
    const path = join(folder, "agetor.sock");
    if (Buffer.byteLength(path) <= longest && isPrivate(folder)) return ok(path);
  }
  return err(`No place is short enough for the socket of ${dataDir}.`);
}

function isPrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there already (checked below), or cannot be made (then `lstat` fails).
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory() || found.uid !== process.getuid?.()) return false;
  chmodSync(folder, 0o700);
  return true;
}
