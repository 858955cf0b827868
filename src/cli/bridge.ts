import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Pauses between tries while the server is away, in milliseconds; the last one repeats. */
const pauses = [100, 300, 1000, 2000] as const;

/** What the server said, or that nobody waits for an answer any more. */
export type Answered =
  | { readonly kind: "answer"; readonly body: unknown }
  | { readonly kind: "gone" };

interface Sender {
  /** `<data>/sessions/<id>`: `token` and `socket` lie there, read anew at every try (M4). */
  readonly sessionDir: string;
  readonly signal: AbortSignal;
}

export interface BridgeOptions extends Sender {
  readonly path: "/approvals" | "/questions";
  readonly body: unknown;
}

interface Sent extends Sender {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/**
 * Asks the server over its private socket and waits, for ever if need be: over a restart the same
 * request is sent again, and finds its question by its id. Never answers by itself.
 */
export function ask(options: BridgeOptions): Promise<Answered> {
  return send({ ...options, method: "POST" });
}

/** Takes a question back that nobody waits for any more, as soon as the server is there. */
export async function withdraw({
  requestId,
  ...sender
}: Sender & { readonly requestId: string }): Promise<void> {
  await send({ ...sender, method: "DELETE", path: `/questions/${requestId}` });
}

async function send(sent: Sent): Promise<Answered> {
  for (let attempt = 0; !sent.signal.aborted; attempt += 1) {
    const answered = await attemptOnce(sent);
    if (answered !== null) {
      return answered;
    }
    await pause(pauses[Math.min(attempt, pauses.length - 1)] ?? 2000, sent.signal);
  }
  return { kind: "gone" };
}

/** One try; null = the server is not there now. */
async function attemptOnce(sent: Sent): Promise<Answered | null> {
  try {
    const token = readFileSync(join(sent.sessionDir, "token"), "utf8").trim();
    const unix = readFileSync(join(sent.sessionDir, "socket"), "utf8").trim();
    const response = await fetch(`http://localhost${sent.path}`, {
      unix,
      method: sent.method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
      signal: sent.signal,
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
