import { describe, expect, test } from "bun:test";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Migration, migrations } from "./migrations/index.ts";
import { opened, refused } from "./testing/harness.ts";
import { anEvent } from "./testing/records.ts";
import { hog, smallDisk, whyNoSmallDisk } from "./testing/small-disk.ts";
import { type Store, StoreFull } from "./types.ts";

function append(store: Store, size: number): number {
  const data = { text: "x".repeat(size) };
  return store.transact((tx) => tx.appendEvent(anEvent({ data })))?.seq ?? 0;
}

/** Appends until the disk is full; answers the last seq that was acknowledged. */
function fill(store: Store, size: number): number {
  let acknowledged = 0;
  expect(() => {
    for (;;) acknowledged = append(store, size);
  }).toThrow(StoreFull);
  return acknowledged;
}

const reason = whyNoSmallDisk();
const title = reason === null ? "a full disk" : `a full disk (skipped: ${reason})`;

describe.skipIf(reason !== null)(title, () => {
  for (const size of [300, 5000, 100_000]) {
    test(`is told as StoreFull, loses nothing and needs no restart (${size} bytes a row)`, () => {
      using disk = smallDisk();
      const ballast = join(disk.path, "logs");
      writeFileSync(ballast, new Uint8Array(500_000));
      const store = opened(disk.path);
      const acknowledged = fill(store, size);
      expect(acknowledged).toBeGreaterThan(1);
      expect(() => append(store, size)).toThrow(StoreFull);
      expect(store.events({ after: 0, limit: 100_000 })).toHaveLength(acknowledged);
      expect(store.lastSeq()).toBe(acknowledged);
      rmSync(ballast);
      expect(append(store, size)).toBe(acknowledged + 1);
      store.close();
      const again = opened(disk.path);
      expect(again.events({ after: 0, limit: 100_000 })).toHaveLength(acknowledged + 1);
      again.close();
    });
  }

  test("a transaction that hits it is undone whole, even if the error was caught inside", () => {
    using disk = smallDisk();
    const store = opened(disk.path);
    expect(() =>
      store.transact((tx) => {
        tx.putPreference("before", 1);
        for (let n = 0; n < 3; n += 1) {
          try {
            store.transact((inner) => inner.putBlob(`b${n}`, randomBytes(3_000_000), 1));
          } catch {
            // A careless caller.
          }
        }
        tx.putPreference("after", 1);
      }),
    ).toThrow(StoreFull);
    expect(store.preferences()).toEqual({});
    store.transact((tx) => tx.putPreference("later", 1));
    expect(store.preferences()).toEqual({ later: 1 });
    store.close();
  });

  test("a backup on it is refused and leaves nothing half-made", () => {
    using disk = smallDisk();
    const store = opened(disk.path);
    for (let n = 0; n < 5; n += 1) append(store, 100_000);
    hog(disk.path);
    const backup = store.backup();
    expect(backup.ok ? null : backup.fault.code).toBe("disk_full");
    expect(readdirSync(join(disk.path, "backups"))).toEqual([]);
    store.close();
  });

  test("an upgrade on it is refused before anything changed", () => {
    using disk = smallDisk();
    const store = opened(disk.path);
    append(store, 100_000);
    store.close();
    const path = hog(disk.path);
    const number = migrations.length + 1;
    const second: Migration = { number, name: "second", sql: "CREATE TABLE second (a)" };
    const known = [...migrations, second];
    expect(refused(disk.path, { migrations: known }).code).toBe("disk_full");
    rmSync(path);
    const again = opened(disk.path);
    expect(again.lastSeq()).toBe(1);
    again.close();
    opened(disk.path, { migrations: known }).close();
  });

  test("a first start on it is refused and goes well when there is room", () => {
    using disk = smallDisk();
    const path = hog(disk.path);
    expect(refused(disk.path).code).toBe("disk_full");
    rmSync(path);
    opened(disk.path).close();
  });

  test("a read-only disk is refused with the reason", () => {
    using disk = smallDisk();
    opened(disk.path).close();
    Bun.spawnSync(["mount", "-o", "remount,ro", disk.path]);
    expect(refused(disk.path).details?.["reason"]).toBe("not-writable");
    expect(refused(join(disk.path, "new")).details?.["reason"]).toBe("not-writable");
  });
});

/** Bytes that do not compress, the same every time. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
