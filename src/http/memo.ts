import { fault } from "../contract/fault.ts";
import type { CommandMeta } from "../engine/api.ts";
import { problem } from "./respond.ts";

const maxEntries = 500;

/** First answers of the few writes that never reach the journal, so that a retry gets them too. */
export interface Memo {
  /** Runs `work`, or repeats its first answer; `key_reused` for the same key with another body. */
  once(meta: CommandMeta, work: () => Response | Promise<Response>): Promise<Response>;
}

/**
 * In memory, for as long as the server runs: what these routes do (open a program, make a code)
 * does not outlive it either. As with receipts, only what was done is remembered: a refused
 * command may be tried again.
 */
export function createMemo(): Memo {
  const entries = new Map<string, { readonly digest: string; readonly first: Promise<Response> }>();

  async function remember(key: string, work: () => Response | Promise<Response>) {
    let done = false;
    try {
      // A step later, so that the entry is there before the work can fail.
      const response = await Promise.resolve().then(work);
      done = response.ok;
      return response;
    } finally {
      if (!done) entries.delete(key);
    }
  }

  return {
    async once({ commandId, digest }, work) {
      if (commandId === null) return work();
      let entry = entries.get(commandId);
      if (entry === undefined) {
        entry = { digest, first: remember(commandId, work) };
        entries.set(commandId, entry);
        const oldest = entries.keys().next().value;
        if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
      }
      if (entry.digest !== digest) {
        return problem(fault("key_reused", "This Idempotency-Key was used for something else."));
      }
      // Each caller reads a body of its own.
      const first = await entry.first;
      const { status, headers } = first;
      return new Response(await first.clone().text(), { status, headers });
    },
  };
}
