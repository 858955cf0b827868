import type { RateLimit } from "../../contract/event.ts";
import type { Measure } from "./sums.ts";

/** 812, 12.4k, 1.23M: three figures are enough to compare by. */
export function tokens(count: number): string {
  if (count < 1000) return String(Math.round(count));
  const [value, unit] = count < 999_500 ? [count / 1000, "k"] : [count / 1_000_000, "M"];
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}${unit}`;
}

/** $0.42; null = no agent said. */
export function dollars(cost: number | null): string {
  if (cost === null) return "–";
  if (cost > 0 && cost < 0.01) return "<$0.01";
  return `$${cost.toFixed(2)}`;
}

export function amount(value: number, measure: Measure): string {
  return measure === "cost" ? dollars(value) : tokens(value);
}

/** "Tue 24 Nov" from `YYYY-MM-DD`. */
export function dayName(day: string, weekday = true): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date).toLocaleDateString(undefined, {
    day: "numeric",
    month: "short",
    ...(weekday ? { weekday: "short" } : {}),
  });
}

const minute = 60_000;

/** When a limit begins anew, as an agent said it. */
export function resetWords({ resetsAt }: RateLimit, now: number): string {
  if (resetsAt === null) return "";
  const minutes = Math.ceil((resetsAt - now) / minute);
  if (minutes <= 0) return "has begun anew since";
  if (minutes < 60) return `new in ${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `new in ${hours} h` : `new in ${Math.round(hours / 24)} days`;
}
