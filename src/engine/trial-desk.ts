import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HookProtocol } from "../agents/driver.ts";

/** Longer than this a path of a socket is refused by the system. */
const longestSocket = 100;

/** Where the hooks of a CLI under trial ask: every question is counted and allowed. */
export interface TrialDesk {
  /** How many questions came over a hook. */
  asked(): number;
  close(): Promise<void>;
}

/**
 * Stands in for the server towards the CLI's own processes, on a socket of its own: a trial has no
 * task, so the real one would rightly refuse its questions.
 */
export function openTrialDesk(
  sessionDir: string,
  hooks: HookProtocol | null,
  onAsked: () => void,
): TrialDesk {
  const token = randomBytes(32).toString("base64url");
  const { path, remove } = socketPath(sessionDir);
  let asked = 0;
  const server = Bun.serve({
    unix: path,
    fetch: async (request) => {
      if (request.headers.get("authorization") !== `Bearer ${token}`) {
        return new Response(null, { status: 401 });
      }
      const { hook } = (await request.json()) as { hook?: Record<string, unknown> };
      const question = hook === undefined ? null : (hooks?.interpret(hook) ?? null);
      if (hook === undefined || question === null || hooks === null) {
        return Response.json({ gone: true });
      }
      asked += 1;
      onAsked();
      return Response.json(hooks.respond(question, { kind: "approval", decision: "allow" }, hook));
    },
  });
  writeFileSync(join(sessionDir, "token"), token, { mode: 0o600 });
  writeFileSync(join(sessionDir, "socket"), path, { mode: 0o600 });
  return {
    asked: () => asked,
    close: async () => {
      await server.stop(true);
      remove();
    },
  };
}

function socketPath(sessionDir: string): { path: string; remove: () => void } {
  const near = join(sessionDir, "desk.sock");
  if (Buffer.byteLength(near) <= longestSocket) {
    mkdirSync(sessionDir, { recursive: true, mode: 0o700 });
    return { path: near, remove: () => rmSync(near, { force: true }) };
  }
  const far = mkdtempSync(join(tmpdir(), "agetor-trial-"));
  return {
    path: join(far, "desk.sock"),
    remove: () => rmSync(far, { recursive: true, force: true }),
  };
}
