import { z } from "zod";
import { RateLimit } from "./event.ts";
import { HarnessId, Millis, Ulid } from "./primitives.ts";

const sums = {
  runs: z.number().int(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  /** US dollars as far as agents say; null when none of them did. */
  costUsd: z.number().nullable(),
};

/** One day of one account, in the person's own time zone (`YYYY-MM-DD`). */
export const UsageDay = z.object({ day: z.string(), harnessId: HarnessId, ...sums });
export type UsageDay = z.infer<typeof UsageDay>;

export const UsageTask = z.object({
  taskId: Ulid,
  title: z.string(),
  harnessId: HarnessId,
  lastAt: Millis,
  ...sums,
});
export type UsageTask = z.infer<typeof UsageTask>;

/** What an account last said of its limits. */
export const AccountLimits = z.object({
  harnessId: HarnessId,
  at: Millis,
  limits: z.array(RateLimit),
});
export type AccountLimits = z.infer<typeof AccountLimits>;

export const UsageReport = z.object({
  from: Millis,
  to: Millis,
  days: z.array(UsageDay),
  /** The tasks that used most, most first. */
  tasks: z.array(UsageTask),
  limits: z.array(AccountLimits),
});
export type UsageReport = z.infer<typeof UsageReport>;
