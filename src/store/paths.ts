import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Where the store keeps what, all absolute. */
export interface Paths {
  readonly dir: string;
  readonly database: string;
  /** A new database is made under this name and renamed when it is whole. */
  readonly building: string;
  readonly lock: string;
  /** The pid of the server that holds the lock: for messages only, the lock is what counts. */
  readonly pid: string;
  /** What the database file looked like when the last server closed it. */
  readonly closed: string;
  readonly backups: string;
}

export function storePaths(dir: string): Paths {
  return {
    dir,
    database: join(dir, "agetor.sqlite"),
    building: join(dir, "agetor.sqlite.new"),
    lock: join(dir, "lock.db"),
    pid: join(dir, "lock.pid"),
    closed: join(dir, "closed.json"),
    backups: join(dir, "backups"),
  };
}

/** Backups are named by their time, so the greatest name is the newest. Null when there is none. */
export function newestBackup(paths: Paths): string | null {
  const names = listed(paths.backups).filter((name) => /^agetor-.+\.sqlite$/.test(name));
  const newest = names.sort().at(-1);
  return newest === undefined ? null : join(paths.backups, newest);
}

/** The names in a folder; none when it does not exist or cannot be read. */
export function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
