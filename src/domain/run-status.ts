import { type Fault, fault } from "../contract/fault.ts";
import type { RunStatus } from "../contract/primitives.ts";
import type { RunPhase } from "../contract/run.ts";

/** The public status of a run, which says less than its phase. */
export function statusOf(phase: RunPhase): RunStatus {
  switch (phase.kind) {
    case "queued":
    case "preparing":
      return "queued";
    case "working":
    case "blocked":
    case "cancelling":
      return "running";
    case "ended":
      return phase.outcome.kind;
  }
}

/** Why a run did not succeed, or null while it may still. */
export function failureOf(phase: RunPhase): Pick<Fault, "code" | "message" | "hint"> | null {
  if (phase.kind !== "ended" || phase.outcome.kind === "succeeded") {
    return null;
  }
  const why =
    phase.outcome.kind === "cancelled"
      ? fault("cancelled", "Stopped by you.", "Send a message to go on, or start it again.")
      : phase.outcome.fault;
  return { code: why.code, message: why.message, hint: why.hint };
}
