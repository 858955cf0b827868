import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fault } from "../contract/fault.ts";
import { prepareSteps, type RunOutcome, type RunPhase } from "../contract/run.ts";
import {
  columnChange,
  columnFor,
  decide,
  effectOf,
  evolve,
  type RunCommand,
  TERMINAL,
} from "./run-machine.ts";
import { failureOf, statusOf } from "./run-status.ts";

const why = fault("agent_error", "It broke.");
const succeeded: RunOutcome = { kind: "succeeded" };

function after(phase: RunPhase, ...commands: readonly RunCommand[]): RunPhase {
  return commands.reduce((now, command) => {
    const decided = decide(now, command);
    return decided.ok ? decided.value.reduce(evolve, now) : now;
  }, phase);
}

const queued: RunPhase = { kind: "queued", reason: "wip-limit" };
const preparing: RunPhase = { kind: "preparing", step: "session" };
const delivering: RunPhase = { kind: "preparing", step: "deliver" };
const working: RunPhase = { kind: "working" };

describe("a run", () => {
  test("goes from its first step to review", () => {
    const phase = after(
      { kind: "preparing", step: "base-ref" },
      { type: "step.done", step: "base-ref", next: "worktree" },
      { type: "step.done", step: "worktree", next: "session" },
      { type: "step.done", step: "session", next: "deliver" },
      { type: "step.done", step: "deliver", next: null },
      { type: "agent.working" },
      { type: "agent.idle", outcome: succeeded },
    );
    expect(phase).toEqual({ kind: "ended", outcome: succeeded });
    expect(columnFor(phase)).toBe("review");
    expect(statusOf(phase)).toBe("succeeded");
  });

  test("a delivered message is not yet work: the first sign is", () => {
    expect(after(delivering, { type: "step.done", step: "deliver", next: null })).toEqual(
      delivering,
    );
    expect(after(delivering, { type: "agent.working" })).toEqual(working);
  });

  test("the report of a step that was overtaken changes nothing", () => {
    expect(after(working, { type: "step.failed", step: "deliver", fault: why })).toEqual(working);
    expect(after(delivering, { type: "step.done", step: "session", next: "deliver" })).toEqual(
      delivering,
    );
  });

  test("a failed step ends it with its reason", () => {
    const phase = after(preparing, { type: "step.failed", step: "session", fault: why });
    expect(phase).toEqual({ kind: "ended", outcome: { kind: "failed", fault: why } });
    expect(failureOf(phase)?.message).toBe("It broke.");
    expect(columnFor(phase)).toBe("ready");
  });

  test("a stop wins over a finish that comes in between", () => {
    const phase = after(
      working,
      { type: "cancel", at: 7 },
      { type: "agent.idle", outcome: succeeded },
    );
    expect(phase).toEqual({ kind: "ended", outcome: { kind: "cancelled" } });
    expect(failureOf(phase)?.code).toBe("cancelled");
  });

  test("a stop while preparing waits for the step to let go", () => {
    const stopping = after(preparing, { type: "cancel", at: 7 });
    expect(stopping).toEqual({ kind: "cancelling", since: 7 });
    expect(effectOf(stopping)).toEqual({ kind: "interrupt", since: 7 });
    expect(after(stopping, { type: "step.failed", step: "session", fault: why })).toEqual({
      kind: "ended",
      outcome: { kind: "cancelled" },
    });
  });

  test("stands in Blocked exactly while something waits", () => {
    const blocked = after(
      working,
      { type: "block", on: TERMINAL },
      { type: "block", on: "a" },
      { type: "block", on: "a" },
    );
    expect(blocked).toEqual({ kind: "blocked", on: [TERMINAL, "a"] });
    const one = after(blocked, { type: "unblock", on: "a" });
    expect(one).toEqual({ kind: "blocked", on: [TERMINAL] });
    expect(after(one, { type: "unblock", on: TERMINAL })).toEqual(working);
    expect(after(blocked, { type: "agent.idle", outcome: succeeded }).kind).toBe("ended");
  });

  test("waits for a slot, and can be stopped there at once", () => {
    expect(after(queued, { type: "admit", step: "session" })).toEqual(preparing);
    expect(after(queued, { type: "cancel", at: 1 }).kind).toBe("ended");
    expect(decide(working, { type: "admit", step: "session" }).ok).toBe(false);
  });
});

describe("the column", () => {
  test("a manual move holds until the run changes the column by itself", () => {
    expect(columnChange(working, working)).toBeNull();
    expect(columnChange(queued, preparing)).toBeNull();
    expect(columnChange(preparing, working)).toBe("running");
    expect(columnChange(working, { kind: "cancelling", since: 1 })).toBeNull();
    expect(
      columnChange(
        { kind: "cancelling", since: 1 },
        { kind: "ended", outcome: { kind: "cancelled" } },
      ),
    ).toBe("ready");
    expect(columnChange(null, preparing)).toBe("ready");
  });
});

const outcome: fc.Arbitrary<RunOutcome> = fc.constantFrom<RunOutcome[]>(
  { kind: "succeeded" },
  { kind: "failed", fault: why },
  { kind: "cancelled" },
  { kind: "orphaned", fault: why },
);
const step = fc.constantFrom(...prepareSteps);
const on = fc.constantFrom("a", "b", TERMINAL);
const command: fc.Arbitrary<RunCommand> = fc.oneof(
  step.map((s): RunCommand => ({ type: "admit", step: s })),
  fc
    .tuple(step, fc.option(step))
    .map(([s, next]): RunCommand => ({ type: "step.done", step: s, next })),
  step.map((s): RunCommand => ({ type: "step.failed", step: s, fault: why })),
  fc.constant<RunCommand>({ type: "agent.working" }),
  outcome.map((o): RunCommand => ({ type: "agent.idle", outcome: o })),
  outcome.map((o): RunCommand => ({ type: "agent.gone", outcome: o })),
  on.map((id): RunCommand => ({ type: "block", on: id })),
  on.map((id): RunCommand => ({ type: "unblock", on: id })),
  fc.nat(9).map((at): RunCommand => ({ type: "cancel", at })),
  fc.constant<RunCommand>({ type: "cancel.settled" }),
);
const start = fc.constantFrom<RunPhase[]>(queued, preparing, delivering, working);

describe("whatever happens in whatever order", () => {
  test("the phase stays valid, an end is final, and a stop can always end it", () => {
    fc.assert(
      fc.property(start, fc.array(command, { maxLength: 40 }), (begin, commands) => {
        let phase = begin;
        for (const one of commands) {
          const next = after(phase, one);
          if (phase.kind === "ended") {
            expect(next).toBe(phase);
          }
          if (next.kind === "blocked") {
            expect(next.on.length).toBeGreaterThan(0);
            expect(new Set(next.on).size).toBe(next.on.length);
          }
          if (phase.kind === "cancelling" && next.kind === "ended") {
            expect(next.outcome.kind).toBe("cancelled");
          }
          if (phase.kind === "cancelling") {
            expect(["cancelling", "ended"]).toContain(next.kind);
          }
          phase = next;
        }
        expect(after(phase, { type: "cancel", at: 1 }, { type: "cancel.settled" }).kind).toBe(
          "ended",
        );
      }),
      { numRuns: 10_000 },
    );
  });

  test("a crash loses nothing: what a phase owes follows from the phase as stored", () => {
    fc.assert(
      fc.property(start, fc.array(command, { maxLength: 20 }), (begin, commands) => {
        const phase = after(begin, ...commands);
        const stored = JSON.parse(JSON.stringify(phase)) as RunPhase;
        expect(stored).toEqual(phase);
        expect(effectOf(stored)).toEqual(effectOf(phase));
        expect(columnFor(stored)).toBe(columnFor(phase));
      }),
      { numRuns: 2000 },
    );
  });
});
