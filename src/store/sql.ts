import { type Database, SQLiteError, type Statement } from "bun:sqlite";
import { StoreBusy, StoreFull, StoreRefused } from "./types.ts";

export type Value = string | number | null | Uint8Array;
/** A row by column name, or the parameters of a statement (`$name` in its text). */
export type Params = Record<string, Value>;

/**
 * One connection with its prepared statements and its open transaction. Writes are refused outside
 * a transaction: after a full disk SQLite may have ended it by itself, and a statement that ran on
 * would be committed alone.
 */
export class Sql {
  readonly #db: Database;
  readonly #statements = new Map<string, Statement>();
  readonly #puts = new Map<string, string>();
  #depth = 0;
  #failure: Error | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  all<Row>(text: string, params: Params = {}): Row[] {
    return this.#statement(text).all(params) as Row[];
  }

  get<Row>(text: string, params: Params = {}): Row | null {
    return (this.#statement(text).get(params) as Row | undefined) ?? null;
  }

  /** Runs a write; answers how many rows it changed. */
  run(text: string, params: Params = {}): number {
    return this.#write(() => this.#statement(text).run(params).changes);
  }

  /** Runs a write with RETURNING; null when it touched no row. */
  returning<Row>(text: string, params: Params): Row | null {
    return this.#write(() => this.get<Row>(text, params));
  }

  /**
   * Inserts the row, or overwrites the one with the same key. `key` is the comma-separated list of
   * key columns; one table always gets the same columns.
   */
  put(table: string, key: string, row: Params): void {
    let text = this.#puts.get(table);
    if (text === undefined) {
      text = upsert(table, key, Object.keys(row));
      this.#puts.set(table, text);
    }
    this.run(text, row);
  }

  /** Runs `work` in one transaction, or in a savepoint of the one that is open. */
  transact<T>(work: () => T): T {
    if (this.#depth > 0) return this.#join(work);
    try {
      this.#control("BEGIN IMMEDIATE");
      this.#depth = 1;
      const value = settled(work());
      this.#refuseFailed();
      this.#control("COMMIT");
      return value;
    } catch (error) {
      if (this.#db.inTransaction) this.#control("ROLLBACK");
      throw storeError(error);
    } finally {
      this.#depth = 0;
      this.#failure = null;
    }
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /** Lets go of every statement, so that the connection can close for good. */
  finalize(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
  }

  #join<T>(work: () => T): T {
    const name = `level_${this.#depth}`;
    this.#write(() => this.#control(`SAVEPOINT ${name}`));
    this.#depth += 1;
    try {
      const value = settled(work());
      this.#write(() => this.#control(`RELEASE ${name}`));
      return value;
    } catch (error) {
      if (this.#db.inTransaction) {
        this.#control(`ROLLBACK TO ${name}`);
        this.#control(`RELEASE ${name}`);
      }
      throw storeError(error);
    } finally {
      this.#depth -= 1;
    }
  }

  #write<T>(work: () => T): T {
    this.#refuseFailed();
    if (this.#depth === 0 || !this.#db.inTransaction) {
      throw new Error("store: a write outside a transaction");
    }
    try {
      return work();
    } catch (error) {
      const failure = storeError(error);
      if (failure instanceof StoreFull) this.#failure = failure;
      throw failure;
    }
  }

  /** A transaction that lost a write for want of space is over, even if the error was caught. */
  #refuseFailed(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #control(text: string): void {
    this.#statement(text).run();
  }

  #statement(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

/** A row's JSON column, written by us: parsed, not checked again. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** A value as JSON text; what JSON cannot say (undefined) becomes null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** JSON text of a value that may be absent: absent stays SQL null. */
export function toJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : toJson(value);
}

export function fromJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : fromJson<T>(text);
}

/** SQLite's reasons a caller can act on become errors of the store; all others stay as they are. */
function storeError(error: unknown): Error {
  if (error instanceof SQLiteError) {
    // The wal-index grows by its own call, which reports a full disk under this name.
    if (error.code === "SQLITE_FULL" || error.code === "SQLITE_IOERR_SHMSIZE") {
      return new StoreFull("The disk is full.", { cause: error });
    }
    if (error.code?.startsWith("SQLITE_BUSY")) {
      return new StoreBusy("Another program holds the database.", { cause: error });
    }
    if (/^SQLITE_(IOERR|READONLY|CANTOPEN|PROTOCOL|NOMEM)/.test(error.code ?? "")) {
      return new StoreRefused(`The database cannot be written (${error.message}).`, {
        cause: error,
      });
    }
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** A transaction ends when its function returns: one that goes on later would write outside it. */
function settled<T>(value: T): T {
  if (value instanceof Promise) throw new Error("store: a transaction cannot be asynchronous");
  return value;
}

function upsert(table: string, key: string, names: readonly string[]): string {
  const keys = key.split(", ");
  const columns = names.map((name) => `"${name}"`).join(", ");
  const values = names.map((name) => `$${name}`).join(", ");
  const updates = names
    .filter((name) => !keys.includes(name))
    .map((name) => `"${name}" = excluded."${name}"`)
    .join(", ");
  return `INSERT INTO "${table}" (${columns}) VALUES (${values})
    ON CONFLICT (${key}) DO UPDATE SET ${updates}`;
}
