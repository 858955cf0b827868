import type { AuthStore } from "../../../src/engine/auth.ts";
import type { BrowserTokenRecord, SessionRecord } from "../../../src/store/types.ts";

/** The tokens of a store, in memory. */
export class MemoryAuthStore implements AuthStore {
  readonly tokens = new Map<string, BrowserTokenRecord>();
  readonly sessions = new Map<string, SessionRecord>();

  browserToken(hash: string): BrowserTokenRecord | null {
    return this.browserTokens().find((token) => token.hash === hash) ?? null;
  }

  browserTokens(): readonly BrowserTokenRecord[] {
    return [...this.tokens.values()];
  }

  sessionByToken(hash: string): SessionRecord | null {
    return this.sessions.get(hash) ?? null;
  }

  transact<T>(work: (tx: Parameters<Parameters<AuthStore["transact"]>[0]>[0]) => T): T {
    return work({
      browserToken: (hash) => this.browserToken(hash),
      browserTokens: () => this.browserTokens(),
      sessionByToken: (hash) => this.sessionByToken(hash),
      putBrowserToken: (token) => void this.tokens.set(token.id, token),
      removeBrowserToken: (id) => this.tokens.delete(id),
    });
  }

  /** Lets a session's token in, as the engine does when it opens a session. */
  addSession(token: string, state: SessionRecord["state"] = "live"): void {
    const tokenHash = new Bun.CryptoHasher("sha256").update(token).digest("hex");
    this.sessions.set(tokenHash, {
      id: "01J0000000000000000000SESS",
      taskId: "01J0000000000000000000TASK",
      harnessId: "fake",
      kind: "fake",
      state,
      ref: null,
      agentSessionId: null,
      settings: null,
      program: null,
      tokenHash,
      createdAt: 0,
      closedAt: null,
    });
  }
}
