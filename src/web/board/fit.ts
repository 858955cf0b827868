import type { Column } from "../../contract/primitives.ts";
import { columns } from "../state/order.ts";

export interface Fit {
  /** Of the board, in px. */
  readonly width: number;
  /** Only a board beside a panel gives columns up; a small window scrolls instead. */
  readonly squeezed: boolean;
  /** The filter asks for one column. */
  readonly only: string | null;
  readonly collapsed: readonly Column[];
  /** What was asked for last, newest first: opened by hand, or where the open task has gone. */
  readonly wanted: readonly Column[];
  /** Those that have cards. */
  readonly filled: readonly Column[];
}

/** A little narrower than a column may be when it has the window to itself. */
const openWidth = 208;
const shutWidth = 36;
const gap = 8;
const sides = 24;

/**
 * Who keeps its place when there is not enough: what moves and what waits before what rests, and a
 * column with cards before one without.
 */
const importance: readonly Column[] = ["blocked", "running", "review", "ready", "backlog", "done"];

/** The columns that are open, in the order of the board. */
export function openColumns(fit: Fit): readonly Column[] {
  const { only } = fit;
  if (only !== null && columns.some((column) => column === only)) {
    return columns.filter((column) => column === only);
  }
  const open = new Set(columns.filter((column) => !fit.collapsed.includes(column)));
  if (!fit.squeezed) return columns.filter((column) => open.has(column));
  const filled = importance.filter((column) => fit.filled.includes(column));
  const ranked = [...new Set([...fit.wanted, ...filled, ...importance])].filter((column) =>
    open.has(column),
  );
  const room = fit.width - sides - (columns.length - 1) * gap;
  const most = Math.floor((room - columns.length * shutWidth) / (openWidth - shutWidth));
  const kept = new Set(ranked.slice(0, Math.max(1, most)));
  return columns.filter((column) => kept.has(column));
}

/**
 * The columns that were asked for, the one that was last asked for first: by hand, or by the open
 * task, which moves by itself.
 */
export function asked(by: {
  readonly byHand: readonly Column[];
  readonly ofTask: Column | null;
  /** Whether the task came to its column after a column was last opened by hand. */
  readonly taskIsNewer: boolean;
}): readonly Column[] {
  const { byHand, ofTask, taskIsNewer } = by;
  const task = ofTask === null ? [] : [ofTask];
  const newest = taskIsNewer ? task : byHand.slice(0, 1);
  return [...new Set([...newest, ...task, ...byHand])];
}
