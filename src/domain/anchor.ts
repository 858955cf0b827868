/**
 * Finds lines of a file again after it was changed. A comment keeps the lines it was made on with
 * their neighbours, not a copy of the file: that is small, survives restarts, rebases and edits by
 * anyone, and says by itself whether those very lines are still there.
 */
export interface Anchor {
  /** 1-based number of the first line when the anchor was made. */
  readonly start: number;
  /** The lines themselves, at least one. */
  readonly lines: readonly string[];
  /** Up to `contextLines` lines before and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** True when no other place of the file held the same lines. */
  readonly unique: boolean;
}

/** Where the lines of an anchor are now; numbers are 1-based and inclusive. */
export type Found =
  | { readonly kind: "same"; readonly start: number; readonly end: number }
  /** Their neighbours are there, they are not: what stands between is `text` (null range = nothing). */
  | {
      readonly kind: "changed";
      readonly range: { readonly start: number; readonly end: number } | null;
      readonly text: string;
    }
  | { readonly kind: "gone" };

export const contextLines = 3;

/** How many lines may have come between the neighbours of lines that were changed. */
const mostGrown = 400;

/** The lines of a text without their ends; a last line that is not ended counts. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * Makes the anchor of lines `start` to `end` of a file. `quote` is what the person saw there: when
 * the file has moved on meanwhile, the place with the same lines nearest to it is taken. Null when
 * there is none.
 */
export function anchorAt(
  file: readonly string[],
  range: { readonly start: number; readonly end: number },
  quote: readonly string[],
): Anchor | null {
  if (quote.length === 0) return null;
  const places = placesOf(file, quote);
  const at = nearest(places, range.start - 1);
  if (at === null) return null;
  return {
    start: at + 1,
    lines: quote,
    before: file.slice(Math.max(0, at - contextLines), at),
    after: file.slice(at + quote.length, at + quote.length + contextLines),
    unique: places.length === 1,
  };
}

/** Finds the lines of an anchor in the file as it is now. */
export function follow(anchor: Anchor, file: readonly string[]): Found {
  const places = placesOf(file, anchor.lines);
  const same = places.length === 1 && anchor.unique ? places[0] : bestPlace(anchor, file, places);
  if (same !== undefined && same !== null) {
    return { kind: "same", start: same + 1, end: same + anchor.lines.length };
  }
  return between(anchor, file);
}

/** Where in the file these lines stand, as 0-based numbers of the first. */
function placesOf(file: readonly string[], lines: readonly string[]): number[] {
  const places: number[] = [];
  for (let at = 0; at + lines.length <= file.length; at += 1) {
    if (lines.every((line, n) => file[at + n] === line)) places.push(at);
  }
  return places;
}

function nearest(places: readonly number[], to: number): number | null {
  let best: number | null = null;
  for (const place of places) {
    if (best === null || Math.abs(place - to) < Math.abs(best - to)) best = place;
  }
  return best;
}

/**
 * Of several places with the same lines, the one whose neighbours agree most. Without any neighbour
 * that agrees it is another place that happens to read the same.
 */
function bestPlace(
  anchor: Anchor,
  file: readonly string[],
  places: readonly number[],
): number | null {
  const known = anchor.before.length + anchor.after.length;
  let best: { place: number; score: number } | null = null;
  for (const place of places) {
    const score =
      agreeing(anchor.before, file, place - 1, -1) +
      agreeing(anchor.after, file, place + anchor.lines.length, 1);
    const nearer =
      best !== null &&
      score === best.score &&
      Math.abs(place - anchor.start + 1) < Math.abs(best.place - anchor.start + 1);
    if (best === null || score > best.score || nearer) best = { place, score };
  }
  if (best === null) return null;
  return best.score > 0 || known === 0 ? best.place : null;
}

/** How many neighbours, counted away from the lines, are as they were. */
function agreeing(
  context: readonly string[],
  file: readonly string[],
  from: number,
  step: 1 | -1,
): number {
  const outward = step === 1 ? context : [...context].reverse();
  let count = 0;
  for (const [n, line] of outward.entries()) {
    if (file[from + n * step] !== line) break;
    count += 1;
  }
  return count;
}

/** The stretch between the neighbours of lines that are no longer there. */
function between(anchor: Anchor, file: readonly string[]): Found {
  const from = edges(anchor.before, file, anchor.start - 1, -1);
  const to = edges(anchor.after, file, anchor.start - 1 + anchor.lines.length, 1);
  let best: { start: number; end: number; cost: number } | null = null;
  for (const top of from) {
    for (const bottom of to) {
      const grown = bottom.at - top.at - anchor.lines.length;
      if (bottom.at < top.at || grown > mostGrown) continue;
      const moved = Math.abs(top.at - (anchor.start - 1));
      const cost = moved + Math.abs(grown) - 1_000 * (top.score + bottom.score);
      if (best === null || cost < best.cost) best = { start: top.at, end: bottom.at, cost };
    }
  }
  if (best === null) return { kind: "gone" };
  const text = file.slice(best.start, best.end).join("\n");
  const range = best.end > best.start ? { start: best.start + 1, end: best.end } : null;
  return { kind: "changed", range, text };
}

/** Where the stretch may begin (`-1`) or end (`1`), with how many neighbours say so; blank ones do not. */
function edges(
  context: readonly string[],
  file: readonly string[],
  fallback: number,
  step: 1 | -1,
): { at: number; score: number }[] {
  if (context.length === 0) return [{ at: step === -1 ? 0 : file.length, score: 0 }];
  const found: { at: number; score: number }[] = [];
  for (let at = 0; at <= file.length; at += 1) {
    const score = agreeing(context, file, step === -1 ? at - 1 : at, step);
    const nearby = step === -1 ? context.slice(context.length - score) : context.slice(0, score);
    if (nearby.some((line) => line.trim() !== "")) found.push({ at, score });
  }
  const closest = (a: { at: number }, b: { at: number }) =>
    Math.abs(a.at - fallback) - Math.abs(b.at - fallback);
  return found.sort((a, b) => b.score - a.score || closest(a, b)).slice(0, 50);
}
