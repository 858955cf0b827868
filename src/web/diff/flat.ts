import type { DiffLine, Hunk, Pair } from "./patch.ts";
import { pairLines } from "./patch.ts";

/** A diff as one list, for where it is read from top to bottom: a line, or that something is left out. */
export type FlatRow =
  | { readonly sort: "hunk"; readonly section: string }
  | { readonly sort: "line"; readonly lines: readonly DiffLine[]; readonly index: number };

export function flatten(hunks: readonly Hunk[]): readonly FlatRow[] {
  return hunks.flatMap((hunk, at): readonly FlatRow[] => {
    const { lines } = hunk;
    const rows = lines.map((_, index): FlatRow => ({ sort: "line", lines, index }));
    return opens(hunk, at) ? [{ sort: "hunk", section: hunk.section }, ...rows] : rows;
  });
}

/** The same side by side. */
export type FlatPair =
  | { readonly sort: "hunk"; readonly section: string }
  | ({ readonly sort: "pair"; readonly lines: readonly DiffLine[] } & Pair);

export function flattenPairs(hunks: readonly Hunk[]): readonly FlatPair[] {
  return hunks.flatMap((hunk, at): readonly FlatPair[] => {
    const { lines } = hunk;
    const rows = pairLines(lines).map(
      ({ left, right }): FlatPair => ({ sort: "pair", lines, left, right }),
    );
    return opens(hunk, at) ? [{ sort: "hunk", section: hunk.section }, ...rows] : rows;
  });
}

/** A file that is shown from its first line on needs no mark that something is left out. */
function opens(hunk: Hunk, at: number): boolean {
  return at > 0 || hunk.now > 1 || hunk.old > 1 || hunk.section !== "";
}
