import { memo } from "react";
import { useNow } from "../state/clock.ts";
import { barCount, barMs, type Pulse, usePulse } from "../state/pulse.ts";

const levels = ["p1", "p2", "p3"] as const;
const barWidth = 3;
const barPitch = 4;
const height = 16;

/** A bar of `events` in ten seconds: how tall, and how strong. Few events already count. */
export function barOf(events: number): { tall: number; level: number } {
  const tall = Math.min(14, 4 + Math.round(Math.log2(1 + events) * 2.2));
  return { tall, level: events <= 2 ? 0 : events <= 8 ? 1 : 2 };
}

export interface StripPaths {
  readonly quiet: string;
  readonly warn: string;
  readonly levels: readonly [string, string, string];
}

/**
 * The strip as one path per colour, right edge now. Bars from before `from` are left out: of that
 * time nothing is known, which is not the same as silence.
 */
export function stripPaths(
  pulse: Pulse | null,
  now: number,
  from: number,
  silent: number | null,
): StripPaths {
  const end = Math.floor(now / barMs);
  const first = Math.max(Math.floor(from / barMs), end - barCount + 1);
  let quiet = "";
  let warn = "";
  const busy: [string, string, string] = ["", "", ""];
  for (let bar = first; bar <= end; bar += 1) {
    const x = (bar - end) * barPitch - barWidth;
    const index = pulse === null ? -1 : barCount - 1 - (pulse.last - bar);
    const events = pulse?.counts[index] ?? 0;
    if (events > 0) {
      const { tall, level } = barOf(events);
      busy[level as 0 | 1 | 2] += box(x, tall);
    } else if (silent !== null && bar * barMs > silent) warn += box(x, 2);
    else quiet += box(x, 2);
  }
  return { quiet, warn, levels: busy };
}

function box(x: number, tall: number): string {
  return `M${x} ${height - tall}h${barWidth}v${tall}h${-barWidth}z`;
}

/** The page cannot know what an agent did before it was open. */
const openedAt = Date.now();

export interface PulseStripProps {
  readonly taskId: string;
  readonly startedAt: number;
  readonly lastSign: number | null;
  readonly silentSince: number | null;
  /** The time the strip stands still at, while the server is away. */
  readonly until: number | undefined;
}

export const PulseStrip = memo(function PulseStrip(props: PulseStripProps) {
  const { taskId, startedAt, lastSign, silentSince, until } = props;
  const pulse = usePulse(taskId);
  const ticking = useNow(barMs);
  const now = Math.max(
    until ?? ticking,
    pulse === null || until !== undefined ? 0 : pulse.last * barMs,
  );
  const from = Math.max(startedAt, Math.min(openedAt, lastSign ?? openedAt));
  const paths = stripPaths(pulse, now, from, silentSince);
  return (
    <svg className="pulse" role="img" aria-label="Activity of the last minutes">
      <svg x="100%" overflow="visible" aria-hidden="true">
        <path className="p0" d={paths.quiet} />
        <path className="w" d={paths.warn} />
        {levels.map((name, level) => (
          <path key={name} className={name} d={paths.levels[level]} />
        ))}
      </svg>
    </svg>
  );
});
