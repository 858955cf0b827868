import { Database } from "bun:sqlite";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Millis } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { syncToDisk, writeBackup } from "./backup.ts";
import { connect } from "./connection.ts";
import { ensurePrivateFile, prepareDataDir, tighten } from "./datadir.ts";
import { corruptFault, lostFault, systemFault } from "./faults.ts";
import { takeLock } from "./lock.ts";
import { checkRegistry, initialise, migrate, pendingMigrations } from "./migrate.ts";
import { type Migration, migrations } from "./migrations/index.ts";
import { newestBackup, type Paths, storePaths } from "./paths.ts";
import { createStore } from "./store.ts";
import type { Store } from "./types.ts";

export interface OpenOptions {
  /** Made with mode 0700 when missing. */
  readonly dataDir: string;
  readonly clock: { now(): Millis };
  /** For tests; the program's own by default. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the data folder for this process alone and brings its database up to date. Every fault has
 * a hint and a `details.reason` (`OpenReason`); none of them leaves a changed database behind.
 */
export function openStore(options: OpenOptions): Result<Store> {
  const known = options.migrations ?? migrations;
  checkRegistry(known);
  const paths = storePaths(resolve(options.dataDir));
  const prepared = prepareDataDir(paths);
  if (!prepared.ok) return prepared;
  const lock = takeLock(paths);
  if (!lock.ok) return lock;
  const db = openDatabase(paths, known, options.clock.now());
  if (!db.ok) {
    lock.value.release();
    return db;
  }
  const close = () => {
    db.value.close(true);
    rememberClosed(paths);
    lock.value.release();
  };
  return ok(createStore({ db: db.value, paths, now: () => options.clock.now(), close }));
}

function openDatabase(paths: Paths, known: readonly Migration[], at: Millis): Result<Database> {
  let db: Database | null = null;
  try {
    const exists = statSync(paths.database, { throwIfNoEntry: false }) !== undefined;
    const pending = exists ? inspect(paths, known) : create(paths, known, at);
    if (!pending.ok) return pending;
    // From here on only a close by us makes the file trustworthy again.
    rmSync(paths.closed, { force: true });
    for (const suffix of ["", "-wal", "-shm"]) tighten(paths.database + suffix);
    db = connect(paths.database);
    const ready = upgrade(db, pending.value, paths, at);
    if (ready.ok) return ok(db);
    db.close();
    return ready;
  } catch (error) {
    db?.close();
    return err(systemFault(paths, error));
  }
}

/** Makes a whole new database under another name first: a half-made one never stands in its place. */
function create(
  paths: Paths,
  known: readonly Migration[],
  at: Millis,
): Result<readonly Migration[]> {
  const walSize = statSync(`${paths.database}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const backup = newestBackup(paths);
  if (walSize > 0 || backup !== null) {
    return err(lostFault(paths, backup));
  }
  for (const suffix of ["", "-journal"]) rmSync(paths.building + suffix, { force: true });
  ensurePrivateFile(paths.building);
  const db = new Database(paths.building, { readwrite: true, create: true });
  try {
    // The file has no name yet that anyone would open: one sync at the end does for all of it.
    db.run("PRAGMA synchronous = OFF");
    initialise(db);
    const made = migrate(db, known, paths, at);
    if (!made.ok) return made;
  } finally {
    db.close(true);
  }
  syncToDisk(paths.building);
  renameSync(paths.building, paths.database);
  syncToDisk(paths.dir);
  return ok([]);
}

/** Reads an existing database through a read-only connection: a refused one keeps every byte. */
function inspect(paths: Paths, known: readonly Migration[]): Result<readonly Migration[]> {
  const stat = statSync(paths.database);
  if (!stat.isFile() || stat.size === 0) return err(corruptFault(paths, "the file is empty"));
  ensurePrivateFile(paths.database);
  const db = new Database(paths.database, { readonly: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    if (!closedByUs(paths)) {
      const check = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get();
      if (check?.quick_check !== "ok") {
        return err(corruptFault(paths, check?.quick_check ?? "it cannot be checked"));
      }
    }
    return pendingMigrations(db, known, paths);
  } finally {
    db.close();
  }
}

function upgrade(
  db: Database,
  pending: readonly Migration[],
  paths: Paths,
  at: Millis,
): Result<null> {
  if (pending.length === 0) return ok(null);
  const backup = writeBackup(db, paths, at);
  if (!backup.ok) return backup;
  return migrate(db, pending, paths, at);
}

/** Size and time of the database file, or null when there is none. */
function fingerprint(paths: Paths): string | null {
  const stat = statSync(paths.database, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : JSON.stringify([`${stat.size}`, `${stat.mtimeNs}`]);
}

/** False after a crash, and when anything else has written to the file since we closed it. */
function closedByUs(paths: Paths): boolean {
  try {
    return readFileSync(paths.closed, "utf8") === fingerprint(paths);
  } catch {
    return false;
  }
}

function rememberClosed(paths: Paths): void {
  try {
    writeFileSync(paths.closed, fingerprint(paths) ?? "", { mode: 0o600 });
  } catch {
    // Without it the next start only checks more than it must.
    rmSync(paths.closed, { force: true });
  }
}
