import { useNow } from "../state/clock.ts";

/** 0:08, 4:12, 1:03:20. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** "just now", "6 min ago", "3 h ago", "12 Nov". */
export function formatAgo(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  if (minutes < 48 * 60) return "yesterday";
  return new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short" });
}

/** 14:26:40 in the person's own way of writing it. */
export function formatClock(at: number, seconds = false): string {
  return new Date(at).toLocaleTimeString(undefined, {
    hour: "numeric",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  });
}

export interface ElapsedProps {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Stands still at this time: what is shown is as old as that. */
  readonly until?: number | undefined;
}

/** Ticks once a second. Not a live region: it would never stop talking. */
export function Elapsed({ since, until }: ElapsedProps) {
  const now = useNow();
  return <time className="num">{formatElapsed((until ?? now) - since)}</time>;
}

export function Ago({ at }: { readonly at: number }) {
  const now = useNow(10_000);
  return (
    <time className="num" dateTime={new Date(at).toISOString()}>
      {formatAgo(at, now)}
    </time>
  );
}
