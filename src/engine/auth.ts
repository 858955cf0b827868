import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../agents/driver.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import {
  type BrowserTokenRecord,
  type Reads,
  StoreFull,
  StoreTrouble,
  type Tx,
} from "../store/types.ts";
import type { Auth, TokenScope } from "./api.ts";

const codeLifetimeMs = 60_000;
/** Codes nobody has used yet. More than a person opens in a minute; the oldest gives way. */
const maxCodes = 20;
/** Wrong codes in one minute before every exchange waits for the minute to pass. */
const maxWrongCodes = 30;
const tokenLifetimeMs = 30 * 24 * 60 * 60_000;
/** How exact "last used" is, so that reading the board does not write to the disk. */
const lastUsedStepMs = 60 * 60_000;

type AuthReads = Pick<Reads, "browserToken" | "browserTokens" | "sessionByToken">;
type AuthTx = AuthReads & Pick<Tx, "putBrowserToken" | "removeBrowserToken">;

/** The little of the store that this needs. */
export interface AuthStore extends AuthReads {
  transact<T>(work: (tx: AuthTx) => T): T;
}

export interface AuthDeps {
  readonly store: AuthStore;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** The token of `agetor-core.json`: for the CLI and scripts, as long as this server runs. */
  readonly launchToken: string;
  readonly newId: () => string;
}

/**
 * Who may come in. Every secret has 256 random bits and is looked up or compared by its SHA-256
 * only, so neither the comparison nor the database tells anything about it.
 */
export function createAuth({ store, clock, launchToken, newId }: AuthDeps): Auth {
  const launchHash = hashOf(launchToken);
  const codes = createCodes(clock);
  const browsers = createBrowserTokens(store, clock, newId);
  return {
    verify(token): TokenScope | null {
      const hash = hashOf(token);
      if (timingSafeEqual(hash, launchHash)) return { kind: "app", tokenId: "launch" };
      const key = hash.toString("hex");
      const tokenId = browsers.find(key);
      if (tokenId !== null) return { kind: "app", tokenId };
      const session = store.sessionByToken(key);
      if (session === null) return null;
      if (session.state === "closed") return { kind: "ended" };
      return { kind: "session", sessionId: session.id, taskId: session.taskId };
    },
    issueCode() {
      const code = newSecret();
      codes.add(code);
      return { code, expiresAt: clock.now() + codeLifetimeMs };
    },
    exchange(code, label) {
      if (codes.take(code)) return unlessTroubled(() => ok({ token: browsers.create(label) }));
      const hint = "Run `agetor open` for a fresh link. A code works once, within a minute.";
      return err(fault("unauthorized", "This code is used, expired or unknown.", hint));
    },
    tokens: () => ok({ tokens: browsers.list() }),
    revoke(id) {
      return unlessTroubled(() => {
        const removed = store.transact((tx) => tx.removeBrowserToken(id));
        if (!removed) return err(fault("not_found", "There is no such token."));
        return ok({ deleted: true as const });
      });
    },
  };
}

function createBrowserTokens(store: AuthStore, clock: AuthDeps["clock"], newId: AuthDeps["newId"]) {
  /** A write that fails (the disk is full) must not lock anybody out. */
  const touch = (record: BrowserTokenRecord, now: number): void => {
    if (record.lastUsedAt !== null && now - record.lastUsedAt < lastUsedStepMs) return;
    try {
      store.transact((tx) => tx.putBrowserToken({ ...record, lastUsedAt: now }));
    } catch {
      // It stays "last used" earlier.
    }
  };
  return {
    /** The id of a token that is still good. */
    find(hash: string): string | null {
      const record = store.browserToken(hash);
      const now = clock.now();
      if (record === null || record.expiresAt <= now) return null;
      touch(record, now);
      return record.id;
    },
    /** A new token; those that have expired go. */
    create(label: string): string {
      const token = newSecret();
      const now = clock.now();
      store.transact((tx) => {
        for (const old of tx.browserTokens()) {
          if (old.expiresAt <= now) tx.removeBrowserToken(old.id);
        }
        tx.putBrowserToken({
          id: newId(),
          hash: hashOf(token).toString("hex"),
          label: label.slice(0, 100),
          createdAt: now,
          expiresAt: now + tokenLifetimeMs,
          lastUsedAt: now,
        });
      });
      return token;
    },
    list() {
      const now = clock.now();
      return store
        .browserTokens()
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ hash: _, ...shown }) => shown);
    },
  };
}

function unlessTroubled<T>(work: () => Result<T>): Result<T> {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof StoreTrouble)) throw thrown;
    return thrown instanceof StoreFull
      ? err(fault("disk_full", "The disk is full.", "Free some space and try again."))
      : err(fault("internal", thrown.message, "Check the disk, and try again."));
  }
}

/** One-time codes, in memory: they outlive neither a minute nor the server. */
function createCodes(clock: AuthDeps["clock"]) {
  const deadlines = new Map<string, number>();
  let wrong: number[] = [];
  return {
    add(code: string): void {
      const oldest = deadlines.keys().next().value;
      if (deadlines.size >= maxCodes && oldest !== undefined) deadlines.delete(oldest);
      deadlines.set(hashOf(code).toString("hex"), clock.monotonic() + codeLifetimeMs);
    },
    /** True once per code that was issued and is still good. */
    take(code: string): boolean {
      const now = clock.monotonic();
      wrong = wrong.filter((at) => at > now - 60_000);
      if (wrong.length >= maxWrongCodes) return false;
      const key = hashOf(code).toString("hex");
      const deadline = deadlines.get(key);
      deadlines.delete(key);
      if (deadline !== undefined && deadline > now) return true;
      wrong.push(now);
      return false;
    },
  };
}

/** 256 random bits, safe in a URL. */
function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
