import { renameSync, writeFileSync } from "node:fs";
import { ulid } from "ulid";
import { ask } from "./bridge.ts";

export interface HookCall {
  readonly sessionDir: string;
  readonly stdin: string;
  readonly signal: AbortSignal;
  /** Where to note, before asking, what is asked under which id; null = nowhere. */
  readonly note: string | null;
}

/**
 * `agetor hook ask <session dir> [<note>]`: what an agent's permission hook runs. Sends the hook's
 * JSON to the server and prints the answer; prints nothing when nobody waits, so that the agent's
 * own prompt stays. It never allows anything by itself.
 */
export async function runHook({ sessionDir, stdin, signal, note }: HookCall): Promise<string> {
  const hook = parse(stdin);
  if (hook === null) {
    return "";
  }
  // The id tells when the dialog opened: before this program was read and compiled.
  const body = { requestId: ulid(Math.floor(performance.timeOrigin)), hook };
  if (note !== null) {
    // Whole or not at all: its reader looks at any time.
    writeFileSync(`${note}.new`, JSON.stringify({ ...body, at: Date.now() }), { mode: 0o600 });
    renameSync(`${note}.new`, note);
  }
  const answered = await ask({ sessionDir, path: "/approvals", body, signal });
  return answered.kind === "gone" ? "" : `${JSON.stringify(answered.body)}\n`;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
