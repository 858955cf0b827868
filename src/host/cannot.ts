import { type Fault, fault } from "../contract/fault.ts";

/** The fault for what the system refused: a full disk is told apart, it ends by itself. */
export function cannot(what: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return fault("disk_full", `${what}: the disk is full.`, "Free some space and try again.");
  }
  return fault("host_failed", `${what}: ${why}`);
}
