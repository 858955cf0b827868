import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Pauses between tries while the server is away, in milliseconds; the last one repeats. */
const pauses = [100, 300, 1000, 2000] as const;

/** What the server said, or that nobody waits for an answer any more. */
export type Answered =
  | { readonly kind: "answer"; readonly body: unknown }
  | { readonly kind: "gone" };

export interface BridgeOptions {
  /** `<data>/sessions/<id>`: `token` and `socket` lie there, read anew at every try (M4). */
  readonly sessionDir: string;
  readonly path: "/approvals" | "/questions";
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/**
 * Asks the server over its private socket and waits, for ever if need be: over a restart the same
 * request is sent again, and finds its question by its id. Never answers by itself.
 */
export async function ask(options: BridgeOptions): Promise<Answered> {
  for (let attempt = 0; !options.signal.aborted; attempt += 1) {
    const answered = await attemptOnce(options);
    if (answered !== null) {
      return answered;
    }
    await pause(pauses[Math.min(attempt, pauses.length - 1)] ?? 2000, options.signal);
  }
  return { kind: "gone" };
}

/** One try; null = the server is not there now. */
async function attemptOnce(options: BridgeOptions): Promise<Answered | null> {
  try {
    const token = readFileSync(join(options.sessionDir, "token"), "utf8").trim();
    const unix = readFileSync(join(options.sessionDir, "socket"), "utf8").trim();
    const response = await fetch(`http://localhost${options.path}`, {
      unix,
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(options.body),
      signal: options.signal,
    });
    if (response.ok) {
      const body: unknown = await response.json();
      return isGone(body) ? { kind: "gone" } : { kind: "answer", body };
    }
    // A closed session, an ended run, a question of another time: nobody waits. Else: try again.
    return response.status >= 400 && response.status < 500 ? { kind: "gone" } : null;
  } catch {
    return null;
  }
}

function isGone(body: unknown): boolean {
  return typeof body === "object" && body !== null && "gone" in body;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/**
 * A signal that fires when whoever started us is gone: an agent that is killed leaves its hooks
 * behind, and they must not wait for a person for ever.
 */
export function whileParentLives(): AbortSignal {
  const abort = new AbortController();
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      abort.abort();
    }
  }, 1000);
  abort.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.once(name, () => abort.abort());
  }
  return abort.signal;
}
