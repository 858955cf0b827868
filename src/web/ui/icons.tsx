import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/**
 * Our glyphs on a 16 × 16 grid, stroke 1.5. State glyphs (`st-…`) differ in silhouette, not only in
 * colour; `a-…` are plain marks for agents, not logos; `t-…` are kinds of tools.
 */
const shapes = {
  "st-backlog": (
    <circle
      cx="8"
      cy="8"
      r="5.5"
      strokeDasharray="1.5 1.955"
      strokeWidth="1.5"
      strokeLinecap="butt"
    />
  ),
  "st-ready": <circle cx="8" cy="8" r="5.25" strokeWidth="2" />,
  "st-queued": (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.25L10 9.5" />
    </>
  ),
  "st-preparing": (
    <>
      <circle cx="8" cy="8" r="5.5" opacity=".35" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11" strokeWidth="1.75" />
    </>
  ),
  "st-running": (
    <>
      <circle cx="8" cy="8" r="5.5" opacity=".28" strokeWidth="1.75" />
      <path className="arc" d="M8 2.5A5.5 5.5 0 0 1 13.5 8" strokeWidth="2" />
    </>
  ),
  "st-blocked": (
    <path
      strokeWidth="1.35"
      d="M5 8.75V4.4a1 1 0 0 1 2 0V7.6M7 7.4V2.9a1 1 0 0 1 2 0v4.5M9 7.5V3.7a1 1 0 0 1 2 0v4.2M11 8V5.6a1 1 0 0 1 2 0v4.2a4.45 4.45 0 0 1-4.45 4.45h-.4a4.3 4.3 0 0 1-3.3-1.55L2.5 10.05a.98.98 0 0 1 1.45-1.3L5 9.8"
    />
  ),
  "st-review": (
    <>
      <path d="M1.5 8S3.9 3.75 8 3.75 14.5 8 14.5 8 12.1 12.25 8 12.25 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="1.9" fill="currentColor" stroke="none" />
    </>
  ),
  "st-done": (
    <>
      <circle cx="8" cy="8" r="6.25" fill="currentColor" stroke="none" />
      <path d="m5.4 8.2 1.8 1.8 3.5-3.7" stroke="var(--knock, #fff)" strokeWidth="1.6" />
    </>
  ),
  "st-failed": (
    <>
      <path d="M8 2.6 14.2 13.2H1.8Z" />
      <path d="M8 6.6v2.9" />
      <circle cx="8" cy="11.2" r=".85" fill="currentColor" stroke="none" />
    </>
  ),
  "st-broken": (
    <>
      <path d="M5.2 1.75h5.6l3.45 3.45v5.6l-3.45 3.45H5.2L1.75 10.8V5.2Z" fill="currentColor" />
      <path d="m5.9 5.9 4.2 4.2M10.1 5.9l-4.2 4.2" stroke="var(--knock, #fff)" />
    </>
  ),
  "st-orphaned": (
    <path
      d="M9.6 2.7a5.5 5.5 0 0 1 3.3 7.8M10.9 12.7a5.5 5.5 0 0 1-7.8-2.2M2.5 8.2a5.5 5.5 0 0 1 4-5.5"
      strokeWidth="1.75"
    />
  ),
  "st-stopped": (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <rect x="6" y="6" width="4" height="4" rx=".75" fill="currentColor" stroke="none" />
    </>
  ),
  "t-read": <path d="M4 2.25h5l3 3v8.5H4ZM9 2.25v3h3M6.25 8.25h3.5M6.25 10.75h3.5" />,
  "t-edit": (
    <path d="m2.75 13.25.7-2.9 7.1-7.1a1.35 1.35 0 0 1 1.9 0l.3.3a1.35 1.35 0 0 1 0 1.9l-7.1 7.1ZM9.3 4.5l2.2 2.2" />
  ),
  "t-shell": <path d="m3 4.5 3.5 3.5L3 11.5M8 11.75h5" />,
  "t-search": (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  "t-web": (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M2.5 8h11M8 2.25c2 1.9 2.6 3.6 2.6 5.75S10 11.85 8 13.75C6 11.85 5.4 10.15 5.4 8S6 4.15 8 2.25Z" />
    </>
  ),
  "t-todo": <path d="m2.25 4.3 1.1 1.1 2-2.2M2.25 10.8l1.1 1.1 2-2.2M8 4.5h5.75M8 11h5.75" />,
  "t-think": (
    <>
      <circle cx="3.5" cy="8" r="1.1" fill="currentColor" stroke="none" />
      <circle cx="8" cy="8" r="1.1" fill="currentColor" stroke="none" />
      <circle cx="12.5" cy="8" r="1.1" fill="currentColor" stroke="none" />
    </>
  ),
  "t-agent": (
    <>
      <circle cx="4" cy="3.75" r="1.5" />
      <circle cx="12" cy="12.25" r="1.5" />
      <path d="M4 5.25v4.5a2.5 2.5 0 0 0 2.5 2.5h4" />
    </>
  ),
  "t-mcp": <path d="M5.5 2.25v3M10.5 2.25v3M3.75 5.25h8.5V7.5a4.25 4.25 0 0 1-8.5 0ZM8 11.75v2" />,
  "t-plan": <path d="M3 2.75h10v10.5H3ZM5.5 6h5M5.5 8.5h5M5.5 11h2.5" />,
  "t-ask": (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6.3 6.4a1.75 1.75 0 1 1 2.5 1.6c-.5.25-.8.6-.8 1.1" />
      <circle cx="8" cy="11.1" r=".8" fill="currentColor" stroke="none" />
    </>
  ),
  "a-claude": <path d="M8 2.25v11.5M2.25 8h11.5M4 4l8 8M12 4l-8 8" strokeWidth="1.35" />,
  "a-codex": <path d="M8 2.25 13 5.1v5.8L8 13.75 3 10.9V5.1ZM5.75 8h4.5" strokeWidth="1.4" />,
  "a-gemini": (
    <path
      d="M8 2c.5 3.6 2.4 5.5 6 6-3.6.5-5.5 2.4-6 6-.5-3.6-2.4-5.5-6-6 3.6-.5 5.5-2.4 6-6Z"
      strokeWidth="1.35"
    />
  ),
  "a-opencode": <path d="M5.75 3h-2.5v10h2.5M10.25 3h2.5v10h-2.5" strokeWidth="1.5" />,
  "a-fake": <rect x="3" y="3" width="10" height="10" rx="2" strokeDasharray="2 1.8" />,
  mark: (
    <>
      <path d="M3 13V7.5M8 13V3M13 13V9.5" strokeWidth="2.5" strokeLinecap="butt" />
      <path d="M11.75 5.5h2.5" strokeWidth="2.5" strokeLinecap="butt" />
    </>
  ),
  board: <path d="M3.25 3v10M8 3v6M12.75 3v8" strokeWidth="2" />,
  inbox: (
    <path d="M2.25 9.25 4.1 3.5h7.8l1.85 5.75v3.25H2.25ZM2.25 9.25h3.2c.3 1.1 1.2 1.75 2.55 1.75s2.25-.65 2.55-1.75h3.2" />
  ),
  usage: <path d="M2.75 12.5a5.75 5.75 0 1 1 10.5 0M8 9.5l2.6-3.1" />,
  gear: (
    <>
      <path d="M2.5 4.75h6M11.75 4.75h1.75M2.5 11.25h1.75M7.5 11.25h6" />
      <circle cx="10.1" cy="4.75" r="1.6" />
      <circle cx="5.9" cy="11.25" r="1.6" />
    </>
  ),
  doctor: <path d="M1.75 8.5h2.9l1.6-4 3 7.5 1.7-3.5h3.3" />,
  trash: (
    <path
      d="M2.75 4.25h10.5M6.25 4.25V2.5h3.5v1.75M4 4.25l.6 9.25h6.8l.6-9.25M6.75 7v4M9.25 7v4"
      strokeWidth="1.35"
    />
  ),
  plus: <path d="M8 3v10M3 8h10" />,
  x: <path d="m4 4 8 8M12 4l-8 8" />,
  check: <path d="m3.25 8.5 3 3 6.5-7" />,
  "chev-d": <path d="m4.5 6.25 3.5 3.5 3.5-3.5" />,
  "chev-r": <path d="m6.25 4.5 3.5 3.5-3.5 3.5" />,
  "chev-ud": <path d="m5.25 6 2.75-2.75L10.75 6M5.25 10 8 12.75 10.75 10" />,
  "more-above": <path d="M3.5 12.75h9M8 10V3.25M5.25 6 8 3.25 10.75 6" />,
  "more-below": <path d="M3.5 3.25h9M8 6v6.75M5.25 10 8 12.75 10.75 10" />,
  more: (
    <g fill="currentColor" stroke="none">
      <circle cx="3.5" cy="8" r="1.25" />
      <circle cx="8" cy="8" r="1.25" />
      <circle cx="12.5" cy="8" r="1.25" />
    </g>
  ),
  grip: (
    <g fill="currentColor" stroke="none">
      <circle cx="6" cy="4" r="1" />
      <circle cx="10" cy="4" r="1" />
      <circle cx="6" cy="8" r="1" />
      <circle cx="10" cy="8" r="1" />
      <circle cx="6" cy="12" r="1" />
      <circle cx="10" cy="12" r="1" />
    </g>
  ),
  filter: <path d="M2.5 4.5h11M4.75 8h6.5M6.75 11.5h2.5" />,
  copy: <path d="M5.75 5.75h7.5v7.5h-7.5ZM10.25 5.75v-3h-7.5v7.5h3" strokeWidth="1.35" />,
  open: <path d="M9 2.75h4.25V7M13 3 7.5 8.5M11.5 9.5v3.75H2.75V4.5H6.5" strokeWidth="1.35" />,
  branch: (
    <g strokeWidth="1.35">
      <circle cx="4.5" cy="3.6" r="1.6" />
      <circle cx="4.5" cy="12.4" r="1.6" />
      <circle cx="11.5" cy="5.6" r="1.6" />
      <path d="M4.5 5.2v5.6M11.5 7.2c0 2.4-1.9 3-4 3.1-1.7.1-3 .3-3 .5" />
    </g>
  ),
  folder: <path d="M2.25 12.75V3.75h4l1.5 1.75h6v7.25Z" strokeWidth="1.35" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.25L10 9.5" />
    </>
  ),
  send: <path d="M8 13V3.5M4 7.25l4-4 4 4" strokeWidth="1.75" />,
  stop: <rect x="4" y="4" width="8" height="8" rx="1.25" fill="currentColor" stroke="none" />,
  play: <path d="M5 3.5v9L12.25 8Z" fill="currentColor" />,
  undo: <path d="M3 6.25h6.25a3.5 3.5 0 0 1 0 7H6M5.75 3.25 2.75 6.25l3 3" />,
  refresh: <path d="M13.25 8A5.25 5.25 0 1 1 11.6 4.2L13.25 5.75M13.25 2.5v3.25H10" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 7.5v3.25" />
      <circle cx="8" cy="5.2" r=".85" fill="currentColor" stroke="none" />
    </>
  ),
  clip: (
    <path
      d="m12.9 7.4-5 5a2.9 2.9 0 0 1-4.1-4.1l5.2-5.2a1.9 1.9 0 0 1 2.7 2.7L6.6 11a.95.95 0 0 1-1.35-1.35l4.4-4.4"
      strokeWidth="1.35"
    />
  ),
  at: (
    <>
      <circle cx="8" cy="8" r="2.4" />
      <path d="M10.4 5.75v3a1.5 1.5 0 0 0 3 0V8A5.4 5.4 0 1 0 11 12.5" strokeWidth="1.35" />
    </>
  ),
  slash: <path d="M10.25 3 5.75 13" />,
  comment: <path d="M2.5 3.25h11v7.5H7.75L5 13.25v-2.5H2.5Z" />,
  split: <path d="M2.5 3h11v10h-11ZM8 3v10" />,
  unified: <path d="M2.5 3h11v10h-11ZM5 6.5h6M5 9.5h6" />,
  panel: <path d="M2.5 3h11v10h-11ZM6 3v10" />,
  shield: <path d="M8 2.25 13 4v3.75c0 3-2.1 5-5 6-2.9-1-5-3-5-6V4Z" />,
  link: (
    <path d="M6.75 9.25 9.25 6.75M7.25 4.75 8.6 3.4a2.83 2.83 0 0 1 4 4l-1.35 1.35M8.75 11.25 7.4 12.6a2.83 2.83 0 0 1-4-4l1.35-1.35" />
  ),
  key: (
    <>
      <circle cx="5.25" cy="10.75" r="2.75" />
      <path d="m7.25 8.75 6-6M10.75 5.25 12.5 7" />
    </>
  ),
  bell: (
    <path
      d="M3.25 11.25c.9-1 1.25-2 1.25-4.25a3.5 3.5 0 0 1 7 0c0 2.25.35 3.25 1.25 4.25ZM6.75 13.5h2.5"
      strokeWidth="1.35"
    />
  ),
  drive: <path d="M2.5 9.5h11v3.5h-11ZM2.5 9.5l2-6.5h7l2 6.5M11 11.25h.25" />,
  keyboard: (
    <path
      d="M1.75 4.25h12.5v7.5H1.75ZM4.25 6.75h.5M7.75 6.75h.5M11.25 6.75h.5M5 9.5h6"
      strokeWidth="1.35"
    />
  ),
  rows: <path d="M2.75 4h10.5M2.75 8h10.5M2.75 12h10.5" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" stroke="none" />
    </>
  ),
  archive: <path d="M2.5 3.25h11v3h-11ZM3.5 6.25v7h9v-7M6.5 9h3" strokeWidth="1.35" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.75" />
      <path
        d="M8 1.75v1.5M8 12.75v1.5M1.75 8h1.5M12.75 8h1.5M3.6 3.6l1.05 1.05M11.35 11.35l1.05 1.05M12.4 3.6l-1.05 1.05M4.65 11.35 3.6 12.4"
        strokeWidth="1.35"
      />
    </>
  ),
  moon: <path d="M13 9.6A5.4 5.4 0 0 1 6.4 3 5.4 5.4 0 1 0 13 9.6Z" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export interface IconProps {
  readonly name: IconName;
  readonly size?: 12 | 14 | 16;
  readonly className?: string | undefined;
}

/** A glyph. It is hidden from assistive technology: the word beside it, or a label, says the same. */
export function Icon({ name, size = 16, className }: IconProps) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={cx("i", size !== 16 && `i-${size}`, className)}
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}
