import { Database } from "bun:sqlite";

/** Opens an existing database for reading and writing, with every guarantee the store gives. */
export function connect(path: string): Database {
  // strict: a parameter that is missing is an error, not NULL.
  const db = new Database(path, { readwrite: true, create: false, strict: true });
  db.run("PRAGMA busy_timeout = 5000");
  db.run("PRAGMA journal_mode = WAL");
  // FULL syncs at every commit: what was acknowledged survives a power cut, not only a crash.
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA foreign_keys = ON");
  db.run("PRAGMA trusted_schema = OFF");
  db.run("PRAGMA temp_store = MEMORY");
  db.run(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
  return db;
}
