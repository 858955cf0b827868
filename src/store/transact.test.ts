import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Sql } from "./sql.ts";
import { tempStore } from "./testing/harness.ts";
import { aTask, ulid } from "./testing/records.ts";
import { StoreBusy, type Tx } from "./types.ts";

describe("transact", () => {
  test("answers what the work answers, and the rows stay", () => {
    using store = tempStore();
    const answer = store.transact((tx) => {
      tx.putPreference("a", 1);
      return tx.preferences();
    });
    expect(answer).toEqual({ a: 1 });
    expect(store.preferences()).toEqual({ a: 1 });
  });

  test("a throw undoes everything and comes out as it is", () => {
    using store = tempStore();
    const bug = new TypeError("a bug");
    expect(() =>
      store.transact((tx) => {
        tx.putPreference("a", 1);
        tx.putTask(aTask(ulid(1)));
        throw bug;
      }),
    ).toThrow(bug);
    expect(store.preferences()).toEqual({});
    expect(store.task(ulid(1))).toBeNull();
    store.transact((tx) => tx.putPreference("b", 2));
    expect(store.preferences()).toEqual({ b: 2 });
  });

  test("a broken constraint undoes everything", () => {
    using store = tempStore();
    expect(() =>
      store.transact((tx) => {
        tx.putPreference("a", 1);
        tx.putQueued({ id: ulid(1), taskId: ulid(404), text: "x", createdAt: 1, position: "a0" });
      }),
    ).toThrow("FOREIGN KEY");
    expect(store.preferences()).toEqual({});
  });

  test("reads of the store see the open transaction", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putPreference("a", 1);
      expect(store.preferences()).toEqual({ a: 1 });
    });
  });

  test("an inner one joins the outer one: both or none", () => {
    using store = tempStore();
    expect(() =>
      store.transact((tx) => {
        tx.putPreference("outer", 1);
        store.transact((inner) => inner.putPreference("inner", 1));
        throw new Error("late");
      }),
    ).toThrow("late");
    expect(store.preferences()).toEqual({});
    store.transact((tx) => {
      tx.putPreference("outer", 1);
      store.transact((inner) => inner.putPreference("inner", 1));
    });
    expect(store.preferences()).toEqual({ inner: 1, outer: 1 });
  });

  test("an inner throw that the outer one catches undoes the inner writes only", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putPreference("outer", 1);
      expect(() =>
        store.transact((inner) => {
          inner.putPreference("inner", 1);
          store.transact((innermost) => innermost.putPreference("innermost", 1));
          throw new Error("inner");
        }),
      ).toThrow("inner");
      tx.putPreference("after", 1);
    });
    expect(store.preferences()).toEqual({ after: 1, outer: 1 });
  });

  test("refuses work that goes on later, and a tx that is used later", () => {
    using store = tempStore();
    expect(() =>
      store.transact(async (tx) => {
        tx.putPreference("a", 1);
        await Promise.resolve();
      }),
    ).toThrow("asynchronous");
    expect(store.preferences()).toEqual({});
    const kept = store.transact((tx): Tx => tx);
    expect(() => kept.putPreference("a", 1)).toThrow("outside a transaction");
    expect(store.preferences()).toEqual({});
  });

  test("another program that holds the database makes it StoreBusy, and nothing is lost", () => {
    using store = tempStore();
    store.transact((tx) => tx.putPreference("a", 1));
    const path = join(store.dir, "agetor.sqlite");
    const shell = new Database(path);
    shell.run("BEGIN IMMEDIATE");
    // Its own connection, so that the test need not wait for the store's five seconds.
    const impatient = new Database(path, { strict: true });
    impatient.run("PRAGMA busy_timeout = 0");
    const sql = new Sql(impatient);
    expect(() =>
      sql.transact(() => sql.put("preference", "key", { key: "b", value: "2" })),
    ).toThrow(StoreBusy);
    expect(store.preferences()).toEqual({ a: 1 });
    shell.run("ROLLBACK");
    sql.transact(() => sql.put("preference", "key", { key: "b", value: "2" }));
    expect(store.preferences()).toEqual({ a: 1, b: 2 });
    sql.finalize();
    impatient.close();
    shell.close();
  });
});
