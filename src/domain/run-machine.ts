import { type Fault, fault } from "../contract/fault.ts";
import type { Column, Millis } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { PrepareStep, RunOutcome, RunPhase } from "../contract/run.ts";

/** The id under which a run is blocked when only the agent's own terminal can go on (M11). */
export const TERMINAL = "terminal";

/** What may be asked of a run, by a person, by an effect that finished, or by the agent. */
export type RunCommand =
  | { readonly type: "admit"; readonly step: PrepareStep }
  | { readonly type: "step.done"; readonly step: PrepareStep; readonly next: PrepareStep | null }
  | { readonly type: "step.failed"; readonly step: PrepareStep; readonly fault: Fault }
  | { readonly type: "agent.working" }
  | { readonly type: "agent.idle"; readonly outcome: RunOutcome }
  | { readonly type: "agent.gone"; readonly outcome: RunOutcome }
  | { readonly type: "block"; readonly on: string }
  | { readonly type: "unblock"; readonly on: string }
  | { readonly type: "cancel"; readonly at: Millis }
  | { readonly type: "cancel.settled" };

/** What happened to a run. Each names the phase it leads to, so `evolve` cannot disagree. */
export type RunEvent =
  | { readonly type: "step.entered"; readonly step: PrepareStep }
  | { readonly type: "work.began" }
  | { readonly type: "blocked"; readonly on: readonly string[] }
  | { readonly type: "unblocked" }
  | { readonly type: "cancel.requested"; readonly at: Millis }
  | { readonly type: "ended"; readonly outcome: RunOutcome };

type Decision = Result<readonly RunEvent[]>;
type Open = Exclude<RunPhase, { kind: "ended" }>;

const nothing: Decision = ok([]);

/**
 * Decides what a command means for a run in this phase. What does not apply any more (an answer to
 * a run that ended, a step that was overtaken) decides to nothing; only a person's impossible wish
 * is a fault.
 */
export function decide(phase: RunPhase, command: RunCommand): Decision {
  if (phase.kind === "ended") {
    return nothing;
  }
  switch (command.type) {
    case "admit":
      return phase.kind === "queued"
        ? ok([{ type: "step.entered", step: command.step }])
        : err(fault("conflict", "This run is not waiting for a free slot."));
    case "step.done":
      return stepDone(phase, command.step, command.next);
    case "step.failed":
      return stepFailed(phase, command.step, command.fault);
    case "agent.working":
      return phase.kind === "preparing" ? ok([{ type: "work.began" }]) : nothing;
    case "agent.idle":
    case "agent.gone":
      return agentStopped(phase, command.outcome);
    case "block":
      return block(phase, command.on);
    case "unblock":
      return unblock(phase, command.on);
    case "cancel":
      return cancel(phase, command.at);
    case "cancel.settled":
      return phase.kind === "cancelling"
        ? ok([{ type: "ended", outcome: { kind: "cancelled" } }])
        : nothing;
  }
}

function stepDone(phase: Open, step: PrepareStep, next: PrepareStep | null): Decision {
  if (phase.kind !== "preparing" || phase.step !== step || next === null) {
    return nothing;
  }
  return ok([{ type: "step.entered", step: next }]);
}

function stepFailed(phase: Open, step: PrepareStep, why: Fault): Decision {
  if (phase.kind === "cancelling") {
    return ok([{ type: "ended", outcome: { kind: "cancelled" } }]);
  }
  // A step that fails after the agent already works (a lost echo) says nothing about the work.
  if (phase.kind !== "preparing" || phase.step !== step) {
    return nothing;
  }
  return ok([{ type: "ended", outcome: { kind: "failed", fault: why } }]);
}

function agentStopped(phase: Open, outcome: RunOutcome): Decision {
  if (phase.kind === "queued") {
    return nothing;
  }
  // Who asked for a stop gets a stop, whatever the agent managed to finish in between.
  const final: RunOutcome = phase.kind === "cancelling" ? { kind: "cancelled" } : outcome;
  return ok([{ type: "ended", outcome: final }]);
}

function block(phase: Open, on: string): Decision {
  if (phase.kind === "blocked") {
    return phase.on.includes(on) ? nothing : ok([{ type: "blocked", on: [...phase.on, on] }]);
  }
  return phase.kind === "working" || phase.kind === "preparing"
    ? ok([{ type: "blocked", on: [on] }])
    : nothing;
}

function unblock(phase: Open, on: string): Decision {
  if (phase.kind !== "blocked" || !phase.on.includes(on)) {
    return nothing;
  }
  const rest = phase.on.filter((id) => id !== on);
  return ok([rest.length === 0 ? { type: "unblocked" } : { type: "blocked", on: rest }]);
}

function cancel(phase: Open, at: Millis): Decision {
  if (phase.kind === "cancelling") {
    return nothing;
  }
  return phase.kind === "queued"
    ? ok([{ type: "ended", outcome: { kind: "cancelled" } }])
    : ok([{ type: "cancel.requested", at }]);
}

/** The phase after an event. Total: every event leads somewhere. */
export function evolve(_phase: RunPhase, event: RunEvent): RunPhase {
  switch (event.type) {
    case "step.entered":
      return { kind: "preparing", step: event.step };
    case "work.began":
    case "unblocked":
      return { kind: "working" };
    case "blocked":
      return { kind: "blocked", on: [...event.on] };
    case "cancel.requested":
      return { kind: "cancelling", since: event.at };
    case "ended":
      return { kind: "ended", outcome: event.outcome };
  }
}

/** What the outside world owes a run in this phase. Derived from the phase alone, so a restart knows it. */
export type RunEffect =
  | { readonly kind: "prepare"; readonly step: PrepareStep }
  | { readonly kind: "interrupt"; readonly since: Millis };

export function effectOf(phase: RunPhase): RunEffect | null {
  switch (phase.kind) {
    case "preparing":
      return { kind: "prepare", step: phase.step };
    case "cancelling":
      return { kind: "interrupt", since: phase.since };
    default:
      return null;
  }
}

/** The column a phase puts its card in; null leaves the card where it is. */
export function columnFor(phase: RunPhase): Column | null {
  switch (phase.kind) {
    case "queued":
    case "preparing":
      return "ready";
    case "working":
      return "running";
    case "blocked":
      return "blocked";
    case "cancelling":
      return null;
    case "ended":
      return phase.outcome.kind === "succeeded" ? "review" : "ready";
  }
}

/** The column to move a card to when its run changes phase, or null: a manual move holds until then. */
export function columnChange(before: RunPhase | null, after: RunPhase): Column | null {
  const next = columnFor(after);
  return before !== null && columnFor(before) === next ? null : next;
}
