import { ulid } from "ulid";
import { ask } from "./bridge.ts";

/**
 * `agetor hook ask <session dir>`: what an agent's permission hook runs. Sends the hook's JSON to
 * the server and prints the answer; prints nothing when nobody waits, so that the agent's own
 * prompt stays. It never allows anything by itself.
 */
export async function runHook(
  sessionDir: string,
  stdin: string,
  signal: AbortSignal,
): Promise<string> {
  const hook = parse(stdin);
  if (hook === null) {
    return "";
  }
  const body = { requestId: ulid(), hook };
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
