import type { Database } from "bun:sqlite";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Millis } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { systemFault } from "./faults.ts";
import type { Paths } from "./paths.ts";

/**
 * Writes a whole copy of the database into `<data>/backups/` and answers its path. It appears under
 * its name only when it is complete and on the disk. (Copying the file itself would miss the WAL.)
 */
export function writeBackup(db: Database, paths: Paths, at: Millis): Result<string> {
  const partial = join(paths.backups, "unfinished");
  try {
    mkdirSync(paths.backups, { recursive: true, mode: 0o700 });
    chmodSync(paths.backups, 0o700);
    rmSync(partial, { force: true });
    // SQLite accepts an existing empty file, and this one has its mode whatever the umask is.
    writeFileSync(partial, "", { flag: "wx", mode: 0o600 });
    db.query("VACUUM INTO ?").run(partial);
    syncToDisk(partial);
    const path = freeName(paths, at);
    renameSync(partial, path);
    syncToDisk(paths.backups);
    return ok(path);
  } catch (error) {
    rmSync(partial, { force: true });
    return err(systemFault(paths, error));
  }
}

/** Waits until a file (or the names in a folder) would survive a power cut. */
export function syncToDisk(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function freeName(paths: Paths, at: Millis): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:.]/g, "");
  for (let n = 1; ; n += 1) {
    const path = join(paths.backups, `agetor-${stamp}${n === 1 ? "" : `-${n}`}.sqlite`);
    if (!existsSync(path)) return path;
  }
}
