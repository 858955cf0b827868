import { z } from "zod";
import { Fault } from "./fault.ts";
import { Millis, RunStatus, Ulid } from "./primitives.ts";

/** The steps between accepting a start and the agent's first sign of work. */
export const prepareSteps = [
  "base-ref",
  "branch",
  "worktree",
  "setup",
  "session",
  "deliver",
] as const;
export const PrepareStep = z.enum(prepareSteps);
export type PrepareStep = z.infer<typeof PrepareStep>;

export const RunOutcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("succeeded") }),
  z.object({ kind: z.literal("failed"), fault: Fault }),
  z.object({ kind: z.literal("cancelled") }),
  z.object({ kind: z.literal("orphaned"), fault: Fault }),
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

/** Where a run stands. A tagged union: no flags beside it. */
export const RunPhase = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("queued"), reason: z.literal("wip-limit") }),
  z.object({ kind: z.literal("preparing"), step: PrepareStep }),
  z.object({ kind: z.literal("working") }),
  /** `on` holds interaction ids, or `terminal` when only the agent's own terminal can go on. */
  z.object({ kind: z.literal("blocked"), on: z.array(z.string()) }),
  z.object({ kind: z.literal("cancelling"), since: Millis }),
  z.object({ kind: z.literal("ended"), outcome: RunOutcome }),
]);
export type RunPhase = z.infer<typeof RunPhase>;

/** Tokens and cost as the agent reports them, for one run. */
export const Usage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  /** US dollars; null when neither the agent nor a price table says. */
  costUsd: z.number().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** Work of the agent that outlives its turn: a shell or a sub-agent in the background. */
export const BackgroundTask = z.object({
  id: z.string(),
  kind: z.enum(["shell", "agent", "cron", "other"]),
  label: z.string(),
});
export type BackgroundTask = z.infer<typeof BackgroundTask>;

/** One turn of work: from the delivery of a message until the agent is idle, has failed or is stopped. */
export const Run = z.object({
  id: Ulid,
  taskId: Ulid,
  agent: z.string(),
  status: RunStatus,
  prompt: z.string(),
  startedAt: Millis.nullable(),
  endedAt: Millis.nullable(),
  exitCode: z.number().int().nullable(),
  error: Fault.pick({ code: true, message: true, hint: true }).nullable(),
  sessionRef: z.string().nullable(),
  usage: Usage.nullable(),
  phase: RunPhase,
  background: z.array(BackgroundTask),
  createdAt: Millis,
});
export type Run = z.infer<typeof Run>;
