import { diffWordsWithSpace } from "diff";
import type { DiffLine } from "./patch.ts";

/** Ranges of a line's text that differ from its counterpart, in UTF-16 units. */
export type Marks = readonly (readonly [from: number, to: number])[];

export const noMarks: Marks = [];

/** Comparing words of longer lines costs more than it tells. */
const longestCompared = 400;
/** A block with more lines than this is written anew, not changed here and there. */
const largestBlock = 160;
/** Beyond this many candidates lines are no longer compared. */
const farthest = 8;

/** The marks of a block, by the first line of the block. */
const known = new WeakMap<DiffLine, ReadonlyMap<DiffLine, Marks>>();

/**
 * What differs within the line at `index`. Only the block around it is looked at, and each block
 * once, so a long diff costs what is seen of it.
 */
export function marksAt(lines: readonly DiffLine[], index: number): Marks {
  const line = lines[index];
  if (line === undefined || (line.sort !== "del" && line.sort !== "add")) return noMarks;
  const start = startOfBlock(lines, index);
  const first = lines[start];
  if (first === undefined || first.sort !== "del") return noMarks;
  const held = known.get(first);
  const marks = held ?? marksOfBlock(lines, start);
  if (held === undefined) known.set(first, marks);
  return marks.get(line) ?? noMarks;
}

function startOfBlock(lines: readonly DiffLine[], index: number): number {
  let at = index;
  const least = Math.max(0, index - 2 * largestBlock);
  while (at > least && lines[at - 1]?.sort === "add" && lines[at]?.sort === "add") at -= 1;
  if (lines[at]?.sort === "add") {
    const before = lines[at - 1]?.sort === "note" ? at - 2 : at - 1;
    if (lines[before]?.sort === "del") at = before;
  }
  while (at > least && lines[at - 1]?.sort === "del" && lines[at]?.sort === "del") at -= 1;
  return at;
}

function marksOfBlock(lines: readonly DiffLine[], start: number): ReadonlyMap<DiffLine, Marks> {
  const dels = run(lines, start, "del");
  const behind = start + dels.length;
  const adds = run(lines, lines[behind]?.sort === "note" ? behind + 1 : behind, "add");
  return markPairs(dels, adds);
}

function run(lines: readonly DiffLine[], from: number, sort: DiffLine["sort"]): DiffLine[] {
  const found: DiffLine[] = [];
  for (let at = from; lines[at]?.sort === sort; at += 1) found.push(lines[at] as DiffLine);
  return found;
}

/** Finds for each removed line the added line it has become, in the order of both. */
function markPairs(
  dels: readonly DiffLine[],
  adds: readonly DiffLine[],
): ReadonlyMap<DiffLine, Marks> {
  const marks = new Map<DiffLine, Marks>();
  if (dels.length > largestBlock || adds.length > largestBlock) return marks;
  let next = 0;
  for (const del of dels) {
    for (let at = next; at < Math.min(adds.length, next + farthest); at += 1) {
      const add = adds[at];
      const found = add === undefined ? null : compare(del.text, add.text);
      if (add === undefined || found === null) continue;
      marks.set(del, found.old);
      marks.set(add, found.now);
      next = at + 1;
      break;
    }
  }
  return marks;
}

/** What differs between two lines; null when they have too little in common. */
function compare(before: string, after: string): { old: Marks; now: Marks } | null {
  if (before.length > longestCompared || after.length > longestCompared) return null;
  const parts = diffWordsWithSpace(before, after);
  const same = parts.filter((part) => !part.added && !part.removed);
  const kept = same.reduce((sum, part) => sum + part.value.trim().length, 0);
  // Two lines with little in common are not one changed line: marks would only make them loud.
  if (kept * 2 < Math.max(before.trim().length, after.trim().length)) return null;
  return { old: ranges(parts, "removed"), now: ranges(parts, "added") };
}

function ranges(
  parts: readonly { value: string; added?: boolean; removed?: boolean }[],
  side: "added" | "removed",
): Marks {
  const other = side === "added" ? "removed" : "added";
  const found: [number, number][] = [];
  let at = 0;
  for (const part of parts) {
    if (part[other] === true) continue;
    // A line that moved in or out is seen by its place; painting its indentation says nothing.
    const seen = part[side] === true && part.value.trim() !== "";
    if (seen) found.push([at, at + part.value.length]);
    at += part.value.length;
  }
  return found;
}
