import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksum } from "./migrate.ts";
import { type Migration, migrations } from "./migrations/index.ts";
import { opened, refused, sha256, tempDir } from "./testing/harness.ts";
import { aTask, ulid } from "./testing/records.ts";

/** What a later release could bring: a rebuilt table others point to, and a new column. */
const second: Migration = {
  number: migrations.length + 1,
  name: "colour",
  sql: `ALTER TABLE task ADD COLUMN colour TEXT;
    CREATE TABLE session_new (
      n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, task_id TEXT NOT NULL REFERENCES task (id),
      colour TEXT
    ) STRICT;
    INSERT INTO session_new (n, id, task_id) SELECT n, id, task_id FROM session;
    DROP TABLE session;
    ALTER TABLE session_new RENAME TO session;`,
};
const upgraded = [...migrations, second];
const database = (dir: string) => join(dir, "agetor.sqlite");
const backups = (dir: string) => readdirSync(join(dir, "backups"));

/** Runs SQL on a closed database, as only a test may. */
function tamper(dir: string, sql: string): void {
  const db = new Database(database(dir));
  db.run(sql);
  db.close();
}

function schema(dir: string): unknown[] {
  const db = new Database(database(dir), { readonly: true });
  const rows = db.query("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").all();
  db.close();
  return rows;
}

function withOneTask(dir: string): void {
  const store = opened(dir);
  store.transact((tx) => tx.putTask(aTask(ulid(1))));
  store.close();
}

test("the registry counts from 1 without a gap, like its files", () => {
  const files = readdirSync(join(import.meta.dir, "migrations")).filter((f) => f.endsWith(".sql"));
  const names = migrations.map(
    ({ number, name }) => `${String(number).padStart(4, "0")}_${name}.sql`,
  );
  expect(names).toEqual(files.sort());
  expect(() => opened("/nowhere", { migrations: [second] })).toThrow("stands at place 1");
});

test("a checksum does not depend on the line breaks of a checkout", () => {
  expect(checksum("a\r\nb")).toBe(checksum("a\nb"));
  expect(checksum("a\nb")).not.toBe(checksum("a\nc"));
});

describe("upgrading", () => {
  test("keeps the data, ends at the schema of a fresh database, and backs up first", () => {
    using dir = tempDir();
    using fresh = tempDir();
    withOneTask(dir.path);
    opened(dir.path, { migrations: upgraded }).close();
    opened(fresh.path, { migrations: upgraded }).close();
    expect(schema(dir.path)).toEqual(schema(fresh.path));

    const names = backups(dir.path);
    expect(names).toEqual(["agetor-20231114T221320000Z.sqlite"]);
    // The backup is the database as it was: the program before the upgrade opens it.
    using old = tempDir();
    const copy = join(dir.path, "backups", names[0] ?? "");
    writeFileSync(database(old.path), readFileSync(copy));
    const before = opened(old.path);
    expect(before.task(ulid(1))).toEqual(aTask(ulid(1)));
    before.close();

    const store = opened(dir.path, { migrations: upgraded });
    expect(store.task(ulid(1))).toEqual(aTask(ulid(1)));
    store.close();
    expect(backups(dir.path)).toEqual(names);
  });

  test("a fresh database and an up-to-date one need no backup", () => {
    using dir = tempDir();
    withOneTask(dir.path);
    opened(dir.path).close();
    expect(readdirSync(dir.path)).not.toContain("backups");
  });

  test("a migration that fails is named and leaves the one before it, ready to go on", () => {
    using dir = tempDir();
    withOneTask(dir.path);
    const third: Migration = {
      number: upgraded.length + 1,
      name: "broken",
      sql: "CREATE TABLE shelf (id TEXT); INSERT INTO shelf VALUES ('a'); SELECT * FROM nothing;",
    };
    const fault = refused(dir.path, { migrations: [...upgraded, third] });
    expect(fault.details?.["reason"]).toBe("migration-failed");
    expect(fault.message).toContain(`${String(third.number).padStart(4, "0")}_broken`);
    expect(fault.details?.["backup"]).toContain("backups");
    expect(JSON.stringify(schema(dir.path))).not.toContain("shelf");
    const store = opened(dir.path, { migrations: upgraded });
    expect(store.task(ulid(1))).not.toBeNull();
    store.close();
  });

  test("a migration that leaves rows pointing to nothing fails", () => {
    using dir = tempDir();
    withOneTask(dir.path);
    const careless: Migration = { ...second, name: "careless", sql: "DELETE FROM task" };
    const fault = refused(dir.path, { migrations: [...migrations, careless] });
    expect(fault.message).toContain("task_text");
    const store = opened(dir.path);
    expect(store.task(ulid(1))).not.toBeNull();
    store.close();
  });

  test("an unfinished backup of a crash is not taken for one", () => {
    using dir = tempDir();
    withOneTask(dir.path);
    mkdirSync(join(dir.path, "backups"));
    writeFileSync(join(dir.path, "backups", "unfinished"), "half");
    opened(dir.path, { migrations: upgraded }).close();
    expect(backups(dir.path)).toEqual(["agetor-20231114T221320000Z.sqlite"]);
  });

  test("without room for the backup nothing is migrated", () => {
    using dir = tempDir();
    withOneTask(dir.path);
    writeFileSync(join(dir.path, "backups"), "a file is in the way");
    const before = schema(dir.path);
    expect(refused(dir.path, { migrations: upgraded }).details?.["reason"]).toBe("unreadable");
    expect(schema(dir.path)).toEqual(before);
  });
});

describe("a database this program must not touch is refused with every byte unchanged", () => {
  test("a newer one, also straight after a crash of the newer program", async () => {
    using dir = tempDir();
    opened(dir.path, { migrations: upgraded }).close();
    const before = await sha256(database(dir.path));
    const fault = refused(dir.path);
    expect(fault.code).toBe("conflict");
    expect(fault.details).toEqual({
      reason: "newer",
      version: upgraded.length,
      supported: migrations.length,
    });
    expect(fault.hint).toContain("Update Agetor");
    expect(await sha256(database(dir.path))).toBe(before);
    // Going up again finds everything as it was.
    opened(dir.path, { migrations: upgraded }).close();
  });

  test("with a write-ahead log that still holds the newer program's last commits", async () => {
    using dir = tempDir();
    using live = tempDir();
    const store = opened(live.path, { migrations: upgraded });
    store.transact((tx) => tx.putPreference("theme", "dark"));
    for (const name of ["agetor.sqlite", "agetor.sqlite-wal"]) {
      writeFileSync(join(dir.path, name), readFileSync(join(live.path, name)));
    }
    store.close();
    const files = ["agetor.sqlite", "agetor.sqlite-wal"].map((name) => join(dir.path, name));
    const before = await Promise.all(files.map(sha256));
    expect(refused(dir.path).details?.["reason"]).toBe("newer");
    expect(await Promise.all(files.map(sha256))).toEqual(before);
    const again = opened(dir.path, { migrations: upgraded });
    expect(again.preferences()).toEqual({ theme: "dark" });
    again.close();
  });

  test("one whose migration was another text, naming it", async () => {
    using dir = tempDir();
    opened(dir.path).close();
    const before = await sha256(database(dir.path));
    const [first, ...rest] = migrations;
    const edited = [{ ...first!, sql: `${first!.sql}\n-- edited` }, ...rest];
    const fault = refused(dir.path, { migrations: edited });
    expect(fault.details).toMatchObject({ reason: "migration-changed", migration: "0001_init" });
    expect(await sha256(database(dir.path))).toBe(before);
  });

  test("one with two migrations in another order, naming the first", () => {
    using dir = tempDir();
    const number = second.number + 1;
    const third: Migration = { number, name: "third", sql: "CREATE TABLE third (a)" };
    opened(dir.path, { migrations: [...upgraded, third] }).close();
    const swapped = [...migrations, { ...third, number: second.number }, { ...second, number }];
    const fault = refused(dir.path, { migrations: swapped });
    const named = `${String(second.number).padStart(4, "0")}_colour`;
    expect(fault.details).toMatchObject({ reason: "migration-changed", migration: named });
  });

  test("one that lacks a migration in between, naming it", () => {
    using dir = tempDir();
    opened(dir.path, { migrations: upgraded }).close();
    tamper(dir.path, "DELETE FROM migration WHERE number = 1");
    const fault = refused(dir.path, { migrations: upgraded });
    expect(fault.details).toMatchObject({ reason: "migration-missing", migration: "0001_init" });
  });
});
