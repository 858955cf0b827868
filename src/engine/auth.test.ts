import { beforeEach, describe, expect, test } from "bun:test";
import { type BrowserTokenRecord, type SessionRecord, StoreFull } from "../store/types.ts";
import { type AuthStore, createAuth } from "./auth.ts";

const launchToken = "l".repeat(32);
const day = 24 * 60 * 60_000;

class MemoryStore implements AuthStore {
  readonly tokens = new Map<string, BrowserTokenRecord>();
  readonly sessions = new Map<string, SessionRecord>();
  writes = 0;
  full = false;

  browserToken(hash: string): BrowserTokenRecord | null {
    return [...this.tokens.values()].find((token) => token.hash === hash) ?? null;
  }
  browserTokens(): readonly BrowserTokenRecord[] {
    return [...this.tokens.values()];
  }
  sessionByToken(hash: string): SessionRecord | null {
    return this.sessions.get(hash) ?? null;
  }
  transact<T>(work: Parameters<AuthStore["transact"]>[0] & ((tx: never) => T)): T {
    if (this.full) throw new StoreFull();
    this.writes += 1;
    return work({
      browserToken: (hash) => this.browserToken(hash),
      browserTokens: () => this.browserTokens(),
      sessionByToken: (hash) => this.sessionByToken(hash),
      putBrowserToken: (token) => void this.tokens.set(token.id, token),
      removeBrowserToken: (id) => this.tokens.delete(id),
    }) as T;
  }
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

function session(state: SessionRecord["state"]): SessionRecord {
  return {
    id: "01J0000000000000000000SESS",
    taskId: "01J0000000000000000000TASK",
    harnessId: "fake",
    kind: "fake",
    state,
    ref: null,
    agentSessionId: null,
    tokenHash: null,
    settings: null,
    program: null,
    createdAt: 0,
    closedAt: null,
  };
}

let store: MemoryStore;
let now: number;
let ids: number;
const clock = { now: () => now, monotonic: () => now };
const make = () => createAuth({ store, clock, launchToken, newId: () => `id-${ids++}` });

beforeEach(() => {
  store = new MemoryStore();
  now = 1_000_000;
  ids = 0;
});

function enter(auth: ReturnType<typeof make>): string {
  const entered = auth.exchange(auth.issueCode().code, "a browser");
  if (!entered.ok) throw new Error(entered.fault.message);
  return entered.value.token;
}

describe("the launch token", () => {
  test("is the app", () => {
    expect(make().verify(launchToken)).toEqual({ kind: "app", tokenId: "launch" });
  });

  test.each(["", "l", launchToken.slice(1), `${launchToken}l`, "x".repeat(10_000)])(
    "nothing like it is (%#)",
    (token) => {
      expect(make().verify(token)).toBeNull();
    },
  );
});

describe("one-time codes", () => {
  test("work once", () => {
    const auth = make();
    const { code } = auth.issueCode();
    expect(auth.exchange(code, "a")).toMatchObject({ ok: true });
    expect(auth.exchange(code, "b")).toMatchObject({ ok: false, fault: { code: "unauthorized" } });
  });

  test("end after a minute", () => {
    const auth = make();
    const { code, expiresAt } = auth.issueCode();
    expect(expiresAt).toBe(now + 60_000);
    now += 60_000;
    expect(auth.exchange(code, "a").ok).toBe(false);
  });

  test("are few: the oldest gives way", () => {
    const auth = make();
    const codes = Array.from({ length: 21 }, () => auth.issueCode().code);
    expect(auth.exchange(codes[0] ?? "", "a").ok).toBe(false);
    expect(auth.exchange(codes[20] ?? "", "a").ok).toBe(true);
  });

  test("cannot be guessed for long, and a minute later a right one works again", () => {
    const auth = make();
    for (let guess = 0; guess < 30; guess++) auth.exchange(`guess ${guess}`, "a");
    expect(auth.exchange(auth.issueCode().code, "a").ok).toBe(false);
    now += 60_001;
    expect(auth.exchange(auth.issueCode().code, "a").ok).toBe(true);
  });
});

describe("browser tokens", () => {
  test("have 256 random bits and are stored only as a hash", () => {
    const auth = make();
    const token = enter(auth);
    expect(Buffer.from(token, "base64url").byteLength).toBe(32);
    expect(JSON.stringify([...store.tokens.values()])).not.toContain(token);
    expect(auth.verify(token)).toEqual({ kind: "app", tokenId: "id-0" });
  });

  test("hold over a restart, for 30 days", () => {
    const token = enter(make());
    now += 30 * day - 1;
    expect(make().verify(token)).not.toBeNull();
    now += 1;
    expect(make().verify(token)).toBeNull();
    expect(make().tokens()).toMatchObject({ value: { tokens: [] } });
  });

  test("that have expired go when a new one is made", () => {
    const auth = make();
    enter(auth);
    now += 30 * day;
    enter(auth);
    expect([...store.tokens.keys()]).toEqual(["id-1"]);
  });

  test("are listed without their hash, and can be revoked", () => {
    const auth = make();
    const token = enter(auth);
    expect(auth.tokens()).toEqual({
      ok: true,
      value: {
        tokens: [
          {
            id: "id-0",
            label: "a browser",
            createdAt: now,
            expiresAt: now + 30 * day,
            lastUsedAt: now,
          },
        ],
      },
    });
    expect(auth.revoke("id-0").ok).toBe(true);
    expect(auth.verify(token)).toBeNull();
    expect(auth.revoke("id-0")).toMatchObject({ fault: { code: "not_found" } });
  });

  test("note their use once an hour, and a full disk locks nobody out", () => {
    const auth = make();
    const token = enter(auth);
    const before = store.writes;
    auth.verify(token);
    expect(store.writes).toBe(before);
    now += 60 * 60_000;
    auth.verify(token);
    auth.verify(token);
    expect(store.writes).toBe(before + 1);
    now += 60 * 60_000;
    store.full = true;
    expect(auth.verify(token)).not.toBeNull();
    expect(auth.revoke("id-0")).toMatchObject({ fault: { code: "disk_full" } });
  });
});

describe("session tokens", () => {
  test.each(["opening", "live"] as const)("of a session that is %s name it", (state) => {
    store.sessions.set(sha256("secret"), session(state));
    expect(make().verify("secret")).toEqual({
      kind: "session",
      sessionId: "01J0000000000000000000SESS",
      taskId: "01J0000000000000000000TASK",
    });
  });

  test("of a closed session are known, and good for nothing", () => {
    store.sessions.set(sha256("secret"), session("closed"));
    expect(make().verify("secret")).toEqual({ kind: "ended" });
  });
});
