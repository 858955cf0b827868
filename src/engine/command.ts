import type { Result } from "../contract/result.ts";

/** Who sends a command and how a retry is known. */
export interface CommandMeta {
  /** The `Idempotency-Key`, or null when the client sent none. */
  readonly commandId: string | null;
  /** SHA-256 over method, path and body: the same key with another digest is `key_reused`. */
  readonly digest: string;
}

/** What a command answers, and with which status; stored as its receipt. */
export interface Reply<T> {
  readonly status: 200 | 201 | 202;
  readonly body: T;
}

export type Answer<T> = Promise<Result<Reply<T>>>;
