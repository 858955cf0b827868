import type { Database } from "bun:sqlite";
import type { Fault } from "../contract/fault.ts";
import type { Millis } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { errorCode, openFault, systemFault } from "./faults.ts";
import type { Migration } from "./migrations/index.ts";
import { newestBackup, type Paths } from "./paths.ts";

/** "AGTR": marks a SQLite file as ours (`PRAGMA application_id`). */
export const applicationId = 0x41475452;

type AppliedRow = { number: number; name: string; sha256: string };

/** SHA-256 of a migration's text, the same whatever line breaks a checkout gave it. */
export function checksum(sql: string): string {
  return new Bun.CryptoHasher("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
}

/** Prepares an empty file for the first migration. */
export function initialise(db: Database): void {
  db.run("PRAGMA auto_vacuum = INCREMENTAL");
  db.run(`PRAGMA application_id = ${applicationId}`);
  db.run(`CREATE TABLE migration (
    number     INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT`);
}

/** Looks at a database without changing it: which migrations are still to run, or why none may. */
export function pendingMigrations(
  db: Database,
  known: readonly Migration[],
  paths: Paths,
): Result<readonly Migration[]> {
  const id = db.query<{ application_id: number }, []>("PRAGMA application_id").get();
  if (id?.application_id !== applicationId) return err(foreign(paths));
  const applied = db
    .query<AppliedRow, []>("SELECT number, name, sha256 FROM migration ORDER BY number")
    .all();
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > known.length) return err(newer(paths, newest, known.length));
  for (const [index, migration] of known.slice(0, newest).entries()) {
    const row = applied[index];
    if (row?.number !== migration.number) return err(missing(paths, migration));
    if (row.sha256 !== checksum(migration.sql)) return err(changed(paths, migration, row));
  }
  return ok(known.slice(newest));
}

/**
 * Runs the migrations, each in one transaction with its checksum. A failed one leaves the database
 * as the one before it did.
 */
export function migrate(
  db: Database,
  pending: readonly Migration[],
  paths: Paths,
  at: Millis,
): Result<null> {
  // A migration may rebuild a table others point to; the check below stands in for the constraint.
  db.run("PRAGMA foreign_keys = OFF");
  for (const migration of pending) {
    try {
      db.transaction(() => step(db, migration, at)).immediate();
    } catch (error) {
      return err(failed(paths, migration, error));
    }
  }
  db.run("PRAGMA foreign_keys = ON");
  return ok(null);
}

function step(db: Database, migration: Migration, at: Millis): void {
  db.run(migration.sql);
  const broken = db.query<{ table: string }, []>("PRAGMA foreign_key_check").get();
  if (broken !== null) throw new Error(`rows of ${broken.table} point to nothing`);
  db.query<null, [number, string, string, number]>(
    "INSERT INTO migration (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)",
  ).run(migration.number, migration.name, checksum(migration.sql), at);
}

/** A registry must count 1, 2, 3, …; anything else is a mistake in the program. */
export function checkRegistry(known: readonly Migration[]): void {
  for (const [index, { number }] of known.entries()) {
    if (number !== index + 1) throw new Error(`migration ${number} stands at place ${index + 1}`);
  }
}

const title = ({ number, name }: { number: number; name: string }) =>
  `${String(number).padStart(4, "0")}_${name}`;

function foreign(paths: Paths): Fault {
  return openFault(
    "foreign",
    `${paths.database} is not a database of Agetor. Nothing was changed.`,
    "Choose another folder with `--data-dir DIR` (or AGETOR_DATA_DIR), or move the file away.",
  );
}

function newer(paths: Paths, version: number, ours: number): Fault {
  return openFault(
    "newer",
    `The database ${paths.database} was written by a newer Agetor (schema ${version}, this program knows ${ours}). Nothing was changed.`,
    "Update Agetor, or start with another folder: `--data-dir DIR` (or AGETOR_DATA_DIR).",
    { version, supported: ours },
  );
}

function missing(paths: Paths, migration: Migration): Fault {
  return openFault(
    "migration-missing",
    `The database ${paths.database} lacks migration ${title(migration)}, though later ones ran. Nothing was changed.`,
    "Start the Agetor that wrote this database, or restore a backup.",
    { migration: title(migration), backup: newestBackup(paths) },
  );
}

function changed(paths: Paths, migration: Migration, row: AppliedRow): Fault {
  return openFault(
    "migration-changed",
    `Migration ${title(row)} of the database ${paths.database} is not the one this program carries (${title(migration)}). Nothing was changed.`,
    "Start the Agetor that wrote this database, or restore a backup.",
    { migration: title(row), backup: newestBackup(paths) },
  );
}

function failed(paths: Paths, migration: Migration, error: unknown): Fault {
  // The disk's fault, not the migration's.
  if (/^SQLITE_(FULL|IOERR|BUSY|CORRUPT|NOTADB|READONLY)/.test(errorCode(error))) {
    return systemFault(paths, error);
  }
  const why = error instanceof Error ? error.message : String(error);
  return openFault(
    "migration-failed",
    `Migration ${title(migration)} failed (${why}); the database stands as before it.`,
    "Go on with the Agetor you used before, and report this message.",
    { migration: title(migration), backup: newestBackup(paths) },
  );
}
