import type { RateLimit } from "../contract/event.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { UsageReport } from "../contract/usage.ts";
import { usageByDay, usageByTask } from "../domain/usage.ts";
import type { Usages } from "./api.ts";
import type { Core, Work } from "./core.ts";

const dayMs = 86_400_000;
const mostTasks = 50;

/** Keeps what an account says of its limits; agents that say nothing leave the last word standing. */
export function noteLimits(work: Work, harnessId: string, limits: readonly RateLimit[]): void {
  if (limits.length > 0) {
    work.tx.putLimits(harnessId, limits, work.now);
  }
}

/** Tokens and cost by day, account and task, as the agents reported them. */
export class UsageReads implements Usages {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  report({ days, timezone }: { readonly days: number; readonly timezone: string | null }): Result<{
    usage: UsageReport;
  }> {
    const dayOf = daysIn(timezone);
    if (dayOf === null) {
      return err(
        fault(
          "invalid_request",
          `${timezone?.slice(0, 60)} is not a time zone.`,
          "Use a name such as Europe/Berlin.",
        ),
      );
    }
    const { store } = this.#core.deps;
    const to = this.#core.now() + 1;
    const today = dayOf(to);
    const runs = store.usage(to - (days + 1) * dayMs, to);
    // Whole days of the person's clock: `days` of them, the present one included.
    const first = dayOf(to - (days - 1) * dayMs);
    const shown = runs.filter(({ at }) => dayOf(at) >= first && dayOf(at) <= today);
    const from = shown[0]?.at ?? to;
    return ok({
      usage: {
        from,
        to,
        days: [...usageByDay(shown, dayOf)],
        tasks: [...usageByTask(shown, mostTasks)],
        limits: store.limits().map((limit) => ({ ...limit, limits: [...limit.limits] })),
      },
    });
  }
}

/** The day of a moment as `YYYY-MM-DD` on the person's clock; null for a zone nobody knows. */
function daysIn(timezone: string | null): ((at: number) => string) | null {
  try {
    // The Swedish way to write a date is ISO 8601.
    const format = new Intl.DateTimeFormat("sv-SE", {
      ...(timezone === null ? {} : { timeZone: timezone }),
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    return (at) => format.format(at);
  } catch {
    return null;
  }
}
