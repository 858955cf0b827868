import { Database } from "bun:sqlite";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { err, ok, type Result } from "../contract/result.ts";
import { openCommand } from "../domain/open-command.ts";
import { ensurePrivateFile } from "./datadir.ts";
import { errorCode, openFault, systemFault } from "./faults.ts";
import type { Paths } from "./paths.ts";

export interface Lock {
  release(): void;
}

/**
 * Takes the data folder for this process, or says who has it. The operating system frees the lock
 * when the process dies, however it dies, so there is no stale lock to clear.
 */
export function takeLock(paths: Paths): Result<Lock> {
  let db: Database | null = null;
  try {
    ensurePrivateFile(paths.lock);
    db = new Database(paths.lock, { readwrite: true, create: true });
    db.run("PRAGMA busy_timeout = 0");
    // No journal beside it: the file stays empty, only its lock is used.
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("PRAGMA locking_mode = EXCLUSIVE");
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db?.close();
    const code = errorCode(error);
    if (code.startsWith("SQLITE_BUSY")) return err(inUse(paths));
    if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) return err(damaged(paths));
    return err(systemFault(paths, error));
  }
  const held = db;
  note(paths);
  return ok({
    release() {
      rmSync(paths.pid, { force: true });
      held.close();
    },
  });
}

function note(paths: Paths): void {
  try {
    writeFileSync(paths.pid, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // Only the other server's message needs it, and a full disk must not keep us from starting.
    rmSync(paths.pid, { force: true });
  }
}

function inUse(paths: Paths) {
  const pid = holder(paths);
  const who = pid === null ? "Another Agetor server" : `Another Agetor server (pid ${pid})`;
  const stop = pid === null ? "Or stop it" : `Or stop it (kill ${pid})`;
  return openFault(
    "in-use",
    `${who} already uses the data folder ${paths.dir}.`,
    `Use the one that runs: ${openCommand(paths.dir, homedir())}. ${stop}, or choose another folder: --data-dir DIR (or AGETOR_DATA_DIR).`,
    { pid },
  );
}

function damaged(paths: Paths) {
  return openFault(
    "corrupt",
    `The lock file ${paths.lock} is damaged.`,
    "Make sure that no other Agetor server uses this folder, delete the file and start again. It holds no data.",
  );
}

/** The noted pid, unless that process is gone: a server that just started has not noted its own yet. */
function holder(paths: Paths): number | null {
  try {
    const pid = Number(readFileSync(paths.pid, "utf8").trim());
    if (!Number.isSafeInteger(pid) || pid <= 0) return null;
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}
