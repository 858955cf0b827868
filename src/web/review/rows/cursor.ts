import type { LineRange } from "../../../contract/review.ts";
import type { Hunk } from "../../diff/patch.ts";
import { findRow, lineAt, type Row, rowKey, type Side } from "./rows.ts";
import type { Block, Stack } from "./stack.ts";

/** A line the reader is on, named so that it is found again when others come and go. */
export interface Spot {
  readonly path: string;
  readonly key: string;
  /** The half of a side by side diff, or the one that is meant where a line has two numbers. */
  readonly side: Side;
}

/** The cursor, and where the selection that ends at it begins. */
export interface Cursor {
  readonly at: Spot;
  /** Null when only one line is selected. */
  readonly from: Spot | null;
}

interface Place {
  readonly block: number;
  readonly row: number;
}

export function placeOf(stack: Stack, spot: Spot): Place | null {
  const block = stack.index.get(spot.path);
  const row = block === undefined ? -1 : rowIndex(stack.blocks[block], spot.key);
  return block === undefined || row < 0 ? null : { block, row };
}

export function rowIndex(block: Block | undefined, key: string): number {
  return block === undefined ? -1 : findRow(block.rows, key);
}

/** The side a row has a line on: the wanted one, else the other; null when it is no line. */
export function sideOf(row: Row | undefined, wanted: Side): Side | null {
  if (row === undefined) return null;
  if (lineAt(row, wanted) !== null) return wanted;
  const other = wanted === "old" ? "new" : "old";
  return lineAt(row, other) === null ? null : other;
}

function spotAt(stack: Stack, { block, row }: Place, side: Side): Spot | null {
  const file = stack.blocks[block];
  const found = file?.rows[row];
  if (file === undefined || found === undefined || sideOf(found, side) === null) return null;
  return { path: file.file.path, key: rowKey(found), side };
}

/** Walks over the lines of all files from a place on, without it; folded files have none. */
function* walk(stack: Stack, from: Place, by: 1 | -1): Generator<Place> {
  let { block, row } = from;
  for (;;) {
    row += by;
    const rows = stack.blocks[block]?.rows.length;
    if (rows === undefined) return;
    if (row >= 0 && row < rows) {
      yield { block, row };
      continue;
    }
    block += by;
    row = by === 1 ? -1 : (stack.blocks[block]?.rows.length ?? 0);
  }
}

/** The line `by` steps on, as far as there are lines; `within` keeps to the file, as a selection does. */
export function step(stack: Stack, spot: Spot, by: number, within = false): Spot {
  const place = placeOf(stack, spot);
  if (place === null) return spot;
  let [found, left] = [spot, Math.abs(by)];
  for (const next of walk(stack, place, by > 0 ? 1 : -1)) {
    if (left === 0 || (within && next.block !== place.block)) break;
    const at = spotAt(stack, next, spot.side);
    if (at === null) continue;
    found = at;
    left -= 1;
  }
  return found;
}

/** The first line at or behind a row of a file; null when there is none any more. */
export function firstFrom(stack: Stack, from: Place, side: Side): Spot | null {
  for (const place of walk(stack, { ...from, row: from.row - 1 }, 1)) {
    const spot = spotAt(stack, place, side);
    if (spot !== null) return spot;
  }
  return null;
}

/** The first changed line of the next hunk, or of the one before, seen from a place. */
export function hunkFrom(stack: Stack, from: Place, by: 1 | -1, side: Side): Spot | null {
  const own = hunkAt(stack, from);
  let target: Hunk | null = null;
  let found: Spot | null = null;
  for (const place of walk(stack, from, by)) {
    const row = stack.blocks[place.block]?.rows[place.row];
    const hunk = row?.kind === "line" ? row.stretch.hunk : null;
    if (hunk === null || hunk === own) continue;
    if (target !== null && hunk !== target) break;
    target = hunk;
    if (row === undefined || !isChanged(row)) continue;
    found = spotAt(stack, place, side);
    // Upwards the first changed line is the last one that is met.
    if (by === 1) break;
  }
  return found;
}

function hunkAt(stack: Stack, { block, row }: Place): Hunk | null {
  const found = stack.blocks[block]?.rows[row];
  return found?.kind === "line" ? found.stretch.hunk : null;
}

export function isChanged(row: Row): boolean {
  if (row.kind !== "line") return false;
  const { lines } = row.stretch;
  const sorts = [lines[row.left]?.sort, lines[row.right]?.sort];
  return sorts.includes("add") || sorts.includes("del");
}

/** The rows of a selection in its file, first and last; null when it is not there any more. */
export function selectedRows(block: Block, { at, from }: Cursor): readonly [number, number] | null {
  const end = rowIndex(block, at.key);
  const start = from === null || from.path !== at.path ? end : rowIndex(block, from.key);
  if (end < 0 || start < 0) return null;
  return start <= end ? [start, end] : [end, start];
}

/** Lines of one side that a comment is about, with the text that stands there. */
export interface Passage {
  readonly range: LineRange;
  readonly quote: string;
}

/**
 * What a comment on the selection is about. It is the new side where there is any of it, because
 * that is what the agent sees; only a removal is about the old one. Where lines are hidden between
 * two that are selected, it is those around the cursor.
 */
export function passageOf(block: Block, cursor: Cursor): Passage | null {
  const rows = selectedRows(block, cursor);
  const at = rowIndex(block, cursor.at.key);
  if (rows === null) return null;
  const wanted = cursor.at.side;
  for (const side of [wanted, wanted === "new" ? "old" : "new"] as const) {
    const passage = passageOn(block.rows, rows, at, side);
    if (passage !== null) return passage;
  }
  return null;
}

function passageOn(
  rows: readonly Row[],
  [first, last]: readonly [number, number],
  at: number,
  side: Side,
): Passage | null {
  let lines: { number: number; text: string }[] = [];
  for (let index = first; index <= last; index += 1) {
    const row = rows[index];
    const line = row === undefined ? null : lineAt(row, side);
    const number = (side === "old" ? line?.old : line?.now) ?? null;
    if (line === null || number === null) continue;
    const before = lines.at(-1);
    if (before !== undefined && number !== before.number + 1) {
      if (index > at) break;
      lines = [];
    }
    // Where a line ends is not part of what it says.
    lines.push({ number, text: line.text.replace(/\r$/, "") });
  }
  const [start, end] = [lines[0]?.number, lines.at(-1)?.number];
  if (start === undefined || end === undefined) return null;
  return { range: { side, start, end }, quote: lines.map(({ text }) => text).join("\n") };
}

/** How a range is said: "line 72", "lines 72–73", "removed line 9". */
export function rangeWords({ side, start, end }: LineRange): string {
  const word = start === end ? `line ${start}` : `lines ${start}–${end}`;
  return side === "old" ? `removed ${word}` : word;
}
