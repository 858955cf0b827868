import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "./context.ts";
import { numberAt, parseObject, stringAt } from "./json.ts";

/** What Claude says of itself in `sessions/<pid>.json` (2.1.330, observed). A hint, never stored. */
export interface Status {
  readonly kind: "idle" | "busy" | "waiting" | "shell" | "other";
  /** Epoch ms of the last change of `kind`. */
  readonly since: number;
  readonly waitingFor: string | null;
  readonly conversation: string | null;
}

/** Null while there is none: during a start-up dialog, and after the end. */
export async function readStatus(context: Context): Promise<Status | null> {
  const process = context.ref.process;
  if (process === null) return null;
  const path = join(context.data.home.config, "sessions", `${process.pid}.json`);
  const text = await readFile(path, "utf8").catch(() => null);
  const said = text === null ? null : parseObject(text);
  if (said === null || !isOurs(stringAt(said, "procStart"), process.startTime)) return null;
  const kind = stringAt(said, "status");
  return {
    kind: isKind(kind) ? kind : "other",
    since: numberAt(said, "statusUpdatedAt") ?? numberAt(said, "startedAt") ?? 0,
    waitingFor: stringAt(said, "waitingFor"),
    conversation: stringAt(said, "sessionId"),
  };
}

/** The file stays behind after `kill -9`; on Linux both sides are field 22 of `/proc/<pid>/stat`. */
function isOurs(said: string | null, known: string): boolean {
  const comparable = said !== null && /^\d+$/.test(said) && /^\d+$/.test(known);
  return !comparable || said === known;
}

function isKind(kind: string | null): kind is "idle" | "busy" | "waiting" | "shell" {
  return kind === "idle" || kind === "busy" || kind === "waiting" || kind === "shell";
}

/** Nothing runs in the foreground: a message can be typed. */
export function isIdle(status: Status | null): boolean {
  return status?.kind === "idle" || status?.kind === "shell";
}
