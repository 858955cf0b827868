import { cx } from "./cx.ts";
import { Icon, type IconName } from "./icons.tsx";

/** What a card says of itself: the columns, and what a run adds to them. */
export type StateName =
  | "backlog"
  | "ready"
  | "queued"
  | "preparing"
  | "running"
  | "stopping"
  | "blocked"
  | "review"
  | "done"
  | "failed"
  | "orphaned"
  | "stopped";

const looks: Readonly<Record<StateName, { icon: IconName; ink: string; word: string }>> = {
  backlog: { icon: "st-backlog", ink: "s-backlog", word: "Backlog" },
  ready: { icon: "st-ready", ink: "s-ready", word: "Ready" },
  queued: { icon: "st-queued", ink: "s-ready", word: "Queued" },
  preparing: { icon: "st-preparing", ink: "s-ready", word: "Preparing" },
  running: { icon: "st-running", ink: "s-running", word: "Running" },
  stopping: { icon: "st-stopped", ink: "s-ready", word: "Stopping" },
  blocked: { icon: "st-blocked", ink: "s-blocked", word: "Blocked" },
  review: { icon: "st-review", ink: "s-review", word: "Review" },
  done: { icon: "st-done", ink: "s-done", word: "Done" },
  failed: { icon: "st-failed", ink: "s-failed", word: "Failed" },
  orphaned: { icon: "st-orphaned", ink: "s-orphaned", word: "Orphaned" },
  stopped: { icon: "st-stopped", ink: "s-stopped", word: "Stopped" },
};

export function stateWord(state: StateName): string {
  return looks[state].word;
}

export function stateInk(state: StateName): string {
  return looks[state].ink;
}

export interface StateGlyphProps {
  readonly state: StateName;
  readonly size?: 12 | 14 | 16;
  /** Stands still: the server is away, so nothing is known to move. */
  readonly still?: boolean;
}

/** The glyph of a state; the word has to stand beside it, for the eye or for a screen reader. */
export function StateGlyph({ state, size = 16, still = false }: StateGlyphProps) {
  const { icon, ink } = looks[state];
  const turns = (state === "running" || state === "preparing") && !still;
  return <Icon name={icon} size={size} className={cx(ink, turns && "spin")} />;
}
