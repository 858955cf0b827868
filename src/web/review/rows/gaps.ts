import type { DiffLine, Hunk } from "../../diff/patch.ts";

/** Lines of a file that no hunk shows, by their numbers on the new side. */
export interface Gap {
  /** First and last line that is still hidden. `to` is null while the end of the file is unknown. */
  readonly from: number;
  readonly to: number | null;
  /** What to add to a number of the new side to get the one of the old side. */
  readonly shift: number;
}

/** A gap with what the reader has asked to see of it, at its two ends. */
export interface Opened {
  readonly above: readonly DiffLine[];
  /** What is still hidden; null when nothing is. */
  readonly gap: Gap | null;
  readonly below: readonly DiffLine[];
}

/** What was fetched of the lines around hunks. */
export interface Fetched {
  readonly lines: ReadonlyMap<number, string>;
  /** Lines of the whole file; null while that is not known. */
  readonly total: number | null;
}

export const nothingFetched: Fetched = { lines: new Map(), total: null };

interface Span {
  readonly oldFrom: number;
  readonly oldTo: number;
  readonly nowFrom: number;
  readonly nowTo: number;
}

/** First and last line of each side; a side without lines ends before it begins. */
export function spanOf(hunk: Hunk): Span {
  const oldFrom = hunk.oldCount === 0 ? hunk.old + 1 : hunk.old;
  const nowFrom = hunk.nowCount === 0 ? hunk.now + 1 : hunk.now;
  return {
    oldFrom,
    oldTo: oldFrom + hunk.oldCount - 1,
    nowFrom,
    nowTo: nowFrom + hunk.nowCount - 1,
  };
}

/**
 * The gap before each hunk, and the one behind the last. Null where no line is hidden. `whole` says
 * that the patch shows all there is of the file, as with one that was added or removed.
 */
export function gapsOf(
  hunks: readonly Hunk[],
  fetched: Fetched,
  whole: boolean,
): readonly (Gap | null)[] {
  const gaps: (Gap | null)[] = [];
  let [oldTo, nowTo] = [0, 0];
  for (const hunk of hunks) {
    const span = spanOf(hunk);
    const hidden = span.nowFrom - nowTo - 1;
    gaps.push(
      hidden > 0 && !whole ? { from: nowTo + 1, to: span.nowFrom - 1, shift: oldTo - nowTo } : null,
    );
    ({ oldTo, nowTo } = span);
  }
  const last = hunks.at(-1);
  const ends = last === undefined || whole || !mayGoOn(last);
  const more = fetched.total === null ? !ends : fetched.total > nowTo && !whole;
  gaps.push(more ? { from: nowTo + 1, to: fetched.total, shift: oldTo - nowTo } : null);
  return gaps;
}

/** Git shows three lines around a change; with fewer behind it the file is at its end. */
const around = 3;

function mayGoOn({ lines }: Hunk): boolean {
  const tail = lines.slice(-around);
  return tail.length === around && tail.every(({ sort }) => sort === "same");
}

/** Takes what was fetched of a gap from its two ends inwards. */
export function openGap(gap: Gap, { lines }: Fetched): Opened {
  const above: DiffLine[] = [];
  let from = gap.from;
  for (; gap.to === null || from <= gap.to; from += 1) {
    const text = lines.get(from);
    if (text === undefined) break;
    above.push(plain(from, gap.shift, text));
  }
  if (gap.to !== null && from > gap.to) return { above, gap: null, below: [] };
  const below: DiffLine[] = [];
  let to = gap.to;
  for (; to !== null && to >= from; to -= 1) {
    const text = lines.get(to);
    if (text === undefined) break;
    below.unshift(plain(to, gap.shift, text));
  }
  return { above, gap: { from, to, shift: gap.shift }, below };
}

function plain(now: number, shift: number, text: string): DiffLine {
  return { sort: "same", old: now + shift, now, text };
}

/** How many lines are fetched at once, at one end of a gap. */
const atOnce = 20;
/** A gap of up to so many lines is opened whole. */
const smallGap = 40;

export type GapPart = "all" | "top" | "bottom";

/** The parts of a gap that can be asked for: a small one whole, a large one from its ends. */
export function partsOf(gap: Gap, first: boolean): readonly GapPart[] {
  if (gap.to === null) return ["top"];
  if (gap.to - gap.from < smallGap) return ["all"];
  return first ? ["bottom"] : ["top", "bottom"];
}

/** The lines of the new side that belong to a part of a gap. */
export function rangeOfPart(gap: Gap, part: GapPart): { start: number; end: number } {
  const { from, to } = gap;
  if (part === "top" || to === null) {
    return { start: from, end: to === null ? from + atOnce - 1 : Math.min(to, from + atOnce - 1) };
  }
  return { start: part === "all" ? from : Math.max(from, to - atOnce + 1), end: to };
}

/** What is known after more lines came. */
export function withLines(before: Fetched, start: number, texts: readonly string[], total: number) {
  const lines = new Map(before.lines);
  for (const [index, text] of texts.entries()) lines.set(start + index, text);
  return { lines, total };
}
