import { diffWordsWithSpace } from "diff";

/** One line of a unified diff, with its numbers on the old and the new side. */
export interface DiffLine {
  readonly sort: "same" | "add" | "del" | "hunk" | "note";
  readonly old: number | null;
  readonly now: number | null;
  readonly text: string;
  /** Ranges of `text` that differ from its counterpart, in UTF-16 units. */
  readonly marks: readonly (readonly [from: number, to: number])[];
}

const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;
/** Comparing words of longer lines costs more than it tells. */
const longestCompared = 400;

/** Reads the hunks of one file's patch. Lines before the first hunk are the file's header. */
export function parsePatch(patch: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let old = 0;
  let now = 0;
  let inside = false;
  const body = patch.endsWith("\n") ? patch.slice(0, -1) : patch;
  for (const line of body.split("\n")) {
    const hunk = header.exec(line);
    if (hunk !== null) {
      inside = true;
      old = Number(hunk[1]);
      now = Number(hunk[2]);
      // A file that is shown from its first line on needs no mark that something is left out.
      if (lines.length > 0 || now > 1 || old > 1 || hunk[3] !== "") {
        lines.push(plainLine("hunk", null, null, hunk[3] ?? ""));
      }
    } else if (inside) {
      const text = line.slice(1);
      if (line.startsWith("+")) lines.push(plainLine("add", null, now++, text));
      else if (line.startsWith("-")) lines.push(plainLine("del", old++, null, text));
      else if (line.startsWith("\\")) lines.push(plainLine("note", null, null, text.trim()));
      else lines.push(plainLine("same", old++, now++, text));
    }
  }
  return withWords(lines);
}

function plainLine(
  sort: DiffLine["sort"],
  old: number | null,
  now: number | null,
  text: string,
): DiffLine {
  return { sort, old, now, text, marks: [] };
}

/** Pairs each block of removed lines with the added lines behind it and marks what differs. */
function withWords(lines: readonly DiffLine[]): readonly DiffLine[] {
  const out = [...lines];
  let at = 0;
  while (at < out.length) {
    const dels = countFrom(out, at, "del");
    const adds = countFrom(out, at + dels, "add");
    pair(out, at, dels, adds);
    at += Math.max(1, dels + adds);
  }
  return out;
}

function countFrom(lines: readonly DiffLine[], from: number, sort: DiffLine["sort"]): number {
  let count = 0;
  while (lines[from + count]?.sort === sort) count += 1;
  return count;
}

/** Beyond this many candidates lines are paired by their place alone. */
const farthest = 8;

/** Finds for each removed line the added line it has become, in the order of both. */
function pair(lines: DiffLine[], from: number, dels: number, adds: number): void {
  let next = 0;
  for (let del = 0; del < dels; del += 1) {
    for (let add = next; add < Math.min(adds, next + farthest); add += 1) {
      if (mark(lines, from + del, from + dels + add)) {
        next = add + 1;
        break;
      }
    }
  }
}

/** Marks what differs between two lines; false when they have too little in common. */
function mark(lines: DiffLine[], del: number, add: number): boolean {
  const before = lines[del];
  const after = lines[add];
  if (before === undefined || after === undefined) return false;
  if (before.text.length > longestCompared || after.text.length > longestCompared) return false;
  const parts = diffWordsWithSpace(before.text, after.text);
  const same = parts.filter((part) => !part.added && !part.removed);
  const kept = same.reduce((sum, part) => sum + part.value.trim().length, 0);
  // Two lines with little in common are not one changed line: marks would only make them loud.
  if (kept * 2 < Math.max(before.text.trim().length, after.text.trim().length)) return false;
  lines[del] = { ...before, marks: ranges(parts, "removed") };
  lines[add] = { ...after, marks: ranges(parts, "added") };
  return true;
}

function ranges(
  parts: readonly { value: string; added?: boolean; removed?: boolean }[],
  side: "added" | "removed",
): readonly (readonly [number, number])[] {
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

/** One row of a side by side diff. */
export interface SplitLine {
  readonly left: DiffLine | null;
  readonly right: DiffLine | null;
}

export function splitLines(lines: readonly DiffLine[]): readonly SplitLine[] {
  const rows: SplitLine[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.sort !== "del" && line.sort !== "add") {
      rows.push({ left: line, right: line });
      at += 1;
      continue;
    }
    const dels = countFrom(lines, at, "del");
    const adds = countFrom(lines, at + dels, "add");
    for (let row = 0; row < Math.max(dels, adds); row += 1) {
      rows.push({
        left: row < dels ? (lines[at + row] ?? null) : null,
        right: row < adds ? (lines[at + dels + row] ?? null) : null,
      });
    }
    at += dels + adds;
  }
  return rows;
}
