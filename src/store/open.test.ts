import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { connect } from "./connection.ts";
import { opened, refused, sha256, tempDir, tempStore } from "./testing/harness.ts";
import { anEvent, aTask, ulid } from "./testing/records.ts";

const isRoot = process.getuid?.() === 0;
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("the data folder", () => {
  test("is made, with every file of it for its owner alone, whatever the umask", () => {
    using parent = tempDir();
    const umask = process.umask(0);
    try {
      const dir = join(parent.path, "deep", "data");
      const store = opened(dir);
      store.transact((tx) => tx.appendEvent(anEvent()));
      const backup = store.backup();
      expect(mode(dir)).toBe("700");
      expect(mode(join(dir, "backups"))).toBe("700");
      const names = readdirSync(dir).filter((name) => name !== "backups");
      expect(names.sort()).toEqual([
        "agetor.sqlite",
        "agetor.sqlite-shm",
        "agetor.sqlite-wal",
        "lock.db",
        "lock.pid",
      ]);
      for (const name of names) expect([name, mode(join(dir, name))]).toEqual([name, "600"]);
      if (!backup.ok) throw new Error(backup.fault.message);
      expect(mode(backup.value)).toBe("600");
      store.close();
      expect(mode(join(dir, "closed.json"))).toBe("600");
    } finally {
      process.umask(umask);
    }
  });

  test("is tightened when it is ours and loose", () => {
    using dir = tempDir();
    opened(dir.path).close();
    chmodSync(dir.path, 0o777);
    chmodSync(join(dir.path, "agetor.sqlite"), 0o644);
    chmodSync(join(dir.path, "lock.db"), 0o666);
    opened(dir.path).close();
    expect(mode(dir.path)).toBe("700");
    expect(mode(join(dir.path, "agetor.sqlite"))).toBe("600");
    expect(mode(join(dir.path, "lock.db"))).toBe("600");
  });

  test("is refused when loose with strange files in it, and stays as it is", () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "thesis.txt"), "");
    chmodSync(dir.path, 0o755);
    expect(refused(dir.path).details).toEqual({ reason: "shared-folder" });
    expect(mode(dir.path)).toBe("755");
    expect(readdirSync(dir.path)).toEqual(["thesis.txt"]);
  });

  test("is refused when sticky, as a temp folder is", () => {
    using dir = tempDir();
    chmodSync(dir.path, 0o1777);
    expect(refused(dir.path).details).toEqual({ reason: "shared-folder" });
  });

  test("is refused when it is a file, or lies under one", () => {
    using dir = tempDir();
    const file = join(dir.path, "file");
    writeFileSync(file, "precious");
    for (const path of [file, join(file, "data")]) {
      const fault = refused(path);
      expect(fault.code).toBe("not_a_directory");
      expect(fault.hint).toContain("AGETOR_DATA_DIR");
    }
    expect(readFileSync(file, "utf8")).toBe("precious");
  });

  test("may be reached over a symbolic link", () => {
    using dir = tempDir();
    mkdirSync(join(dir.path, "real"), { mode: 0o700 });
    symlinkSync(join(dir.path, "real"), join(dir.path, "link"));
    opened(join(dir.path, "link")).close();
    expect(existsSync(join(dir.path, "real", "agetor.sqlite"))).toBe(true);
  });

  test.skipIf(!isRoot)("is refused when it belongs to someone else (only root can try)", () => {
    using dir = tempDir();
    chownSync(dir.path, 12_345, 12_345);
    const fault = refused(dir.path);
    expect(fault.code).toBe("forbidden");
    expect(fault.message).toContain("12345");
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test.skipIf(isRoot)("is refused when its files cannot be written (root could)", () => {
    using dir = tempDir();
    opened(dir.path).close();
    mkdirSync(join(dir.path, "locked"), { mode: 0o500 });
    expect(refused(join(dir.path, "locked", "data")).details?.["reason"]).toBe("not-writable");
  });
});

describe("the connection", () => {
  test("gives the promised guarantees", () => {
    using dir = tempDir();
    opened(dir.path).close();
    const db = connect(join(dir.path, "agetor.sqlite"));
    const pragma = (name: string) => Object.values(db.query(`PRAGMA ${name}`).get() as object)[0];
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("synchronous")).toBe(2);
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("busy_timeout")).toBe(5000);
    expect(pragma("trusted_schema")).toBe(0);
    expect(pragma("auto_vacuum")).toBe(2);
    db.close();
  });
});

describe("closing and opening again", () => {
  test("keeps what was written, and closing twice is harmless", () => {
    using dir = tempDir();
    const store = opened(dir.path);
    store.transact((tx) => tx.putTask(aTask(ulid(1))));
    store.close();
    store.close();
    const again = opened(dir.path);
    expect(again.task(ulid(1))).toEqual(aTask(ulid(1)));
    again.close();
    // The SQLite of macOS keeps the files of the log, empty.
    const names = readdirSync(dir.path).filter((name) => !/-(wal|shm)$/.test(name));
    expect(names.sort()).toEqual(["agetor.sqlite", "closed.json", "lock.db"]);
  });

  test("a half-made database of a crashed first start is made anew", () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "agetor.sqlite.new"), "SQLite format 3\0garbage");
    opened(dir.path).close();
    expect(readdirSync(dir.path)).not.toContain("agetor.sqlite.new");
  });

  test("a backup taken while writing opens elsewhere with the same content", () => {
    using store = tempStore();
    using other = tempDir();
    store.transact((tx) => tx.putTask(aTask(ulid(1))));
    const backup = store.backup();
    store.transact((tx) => tx.putTask(aTask(ulid(2))));
    if (!backup.ok) throw new Error(backup.fault.message);
    const second = store.backup();
    expect(second.ok && second.value !== backup.value).toBe(true);
    cpSync(backup.value, join(other.path, "agetor.sqlite"));
    const restored = opened(other.path);
    expect(restored.task(ulid(1))).toEqual(aTask(ulid(1)));
    expect(restored.task(ulid(2))).toBeNull();
    restored.close();
  });

  test("a backup inside a transaction is a mistake", () => {
    using store = tempStore();
    expect(() => store.transact(() => store.backup())).toThrow("inside a transaction");
  });
});

/** A closed database with a few hundred pages and one backup beside it. */
function damaged(dir: string, damage: (file: string) => void): string {
  const store = opened(dir);
  store.transact((tx) => {
    for (let n = 0; n < 300; n += 1) {
      tx.appendEvent(anEvent({ taskId: ulid(n % 7), data: { text: "x".repeat(2000) } }));
    }
  });
  const backup = store.backup();
  store.close();
  damage(join(dir, "agetor.sqlite"));
  return backup.ok ? backup.value : "";
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

describe("a damaged database is refused untouched, with the way back named", () => {
  const zeros = new Uint8Array(4096);
  const cases: readonly [string, (file: string) => void][] = [
    ["a header overwritten", (file) => overwrite(file, 0, zeros)],
    ["a page in the middle overwritten", (file) => overwrite(file, 40 * 4096, zeros.fill(7))],
    ["cut off", (file) => truncateSync(file, 100 * 4096)],
    ["emptied", (file) => truncateSync(file, 0)],
    ["another file", (file) => writeFileSync(file, "not a database at all ".repeat(500))],
  ];
  for (const [name, damage] of cases) {
    test(name, async () => {
      using dir = tempDir();
      const backup = damaged(dir.path, damage);
      const file = join(dir.path, "agetor.sqlite");
      const before = await sha256(file);
      const fault = refused(dir.path);
      expect(fault.details?.["reason"]).toBe("corrupt");
      expect(fault.hint).toContain(backup);
      expect(await sha256(file)).toBe(before);
      // The way back works.
      cpSync(backup, file);
      const store = opened(dir.path);
      expect(store.lastSeq()).toBe(300);
      store.close();
    });
  }

  test("after a crash too, and without a backup it says so", () => {
    using dir = tempDir();
    damaged(dir.path, (file) => overwrite(file, 40 * 4096, zeros.fill(7)));
    rmSync(join(dir.path, "closed.json"));
    rmSync(join(dir.path, "backups"), { recursive: true });
    expect(refused(dir.path).hint).toContain("there is no backup");
  });

  test("a database that vanished is not replaced by an empty one", () => {
    using dir = tempDir();
    const backup = damaged(dir.path, (file) => {
      rmSync(file);
    });
    const fault = refused(dir.path);
    expect(fault.details).toMatchObject({ reason: "lost", backup });
    expect(existsSync(join(dir.path, "agetor.sqlite"))).toBe(false);
  });

  test("nor one whose write-ahead log is still there", () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "agetor.sqlite-wal"), "the last commits");
    expect(refused(dir.path).details?.["reason"]).toBe("lost");
    expect(readFileSync(join(dir.path, "agetor.sqlite-wal"), "utf8")).toBe("the last commits");
  });

  test("a database of another program", async () => {
    using dir = tempDir();
    const file = join(dir.path, "agetor.sqlite");
    const db = new Database(file, { create: true });
    db.run("CREATE TABLE song (name TEXT)");
    db.close();
    const before = await sha256(file);
    expect(refused(dir.path).details?.["reason"]).toBe("foreign");
    expect(await sha256(file)).toBe(before);
  });

  test("a stale -shm file is harmless", () => {
    using dir = tempDir();
    opened(dir.path).close();
    writeFileSync(join(dir.path, "agetor.sqlite-shm"), new Uint8Array(32_768).fill(9));
    opened(dir.path).close();
  });
});
