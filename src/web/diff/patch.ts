/** One line of a hunk, with its numbers on the old and the new side. */
export interface DiffLine {
  readonly sort: "same" | "add" | "del" | "note";
  readonly old: number | null;
  readonly now: number | null;
  readonly text: string;
}

/** A stretch of changed lines with what stands around them. */
export interface Hunk {
  /** First line of each side, 1-based; with no lines on a side, the line before it. */
  readonly old: number;
  readonly now: number;
  /** Lines on each side. */
  readonly oldCount: number;
  readonly nowCount: number;
  /** What git says it stands in: a function, a heading. */
  readonly section: string;
  readonly lines: readonly DiffLine[];
  /** Where its text stands in the patch, from its header on. */
  readonly from: number;
  readonly to: number;
}

const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/** Reads the hunks of one file's patch. Lines before the first hunk are the file's header. */
export function parsePatch(patch: string): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let open: Open | null = null;
  for (let from = 0; from < patch.length; ) {
    const end = patch.indexOf("\n", from);
    const to = end < 0 ? patch.length : end;
    const line = patch.slice(from, to);
    // In a hunk every line of content begins with a sign, so this can only be a header.
    const match = line.startsWith("@@") ? header.exec(line) : null;
    if (match !== null) {
      if (open !== null) hunks.push(close(open, from));
      open = begin(match, from);
    } else if (open !== null) {
      take(open, line);
    }
    from = to + 1;
  }
  if (open !== null) hunks.push(close(open, patch.length));
  return hunks;
}

interface Open {
  readonly match: RegExpExecArray;
  readonly from: number;
  readonly lines: DiffLine[];
  old: number;
  now: number;
}

function begin(match: RegExpExecArray, from: number): Open {
  const [, old = "0", , now = "0"] = match;
  return { match, from, lines: [], old: Number(old), now: Number(now) };
}

function take(open: Open, line: string): void {
  const { lines } = open;
  const text = line.slice(1);
  if (line.startsWith("+")) lines.push({ sort: "add", old: null, now: open.now++, text });
  else if (line.startsWith("-")) lines.push({ sort: "del", old: open.old++, now: null, text });
  else if (line.startsWith("\\")) {
    lines.push({ sort: "note", old: null, now: null, text: text.trim() });
  } else lines.push({ sort: "same", old: open.old++, now: open.now++, text });
}

function close({ match, from, lines }: Open, to: number): Hunk {
  const [, old, oldCount = "1", now, nowCount = "1", section = ""] = match;
  return {
    old: Number(old),
    now: Number(now),
    oldCount: Number(oldCount),
    nowCount: Number(nowCount),
    section,
    lines,
    from,
    to,
  };
}

/** The patch cut down to one of its hunks, as `git apply` takes it. */
export function onlyHunk(patch: string, hunks: readonly Hunk[], hunk: Hunk): string {
  const head = patch.slice(0, hunks[0]?.from ?? 0);
  const body = patch.slice(hunk.from, hunk.to);
  return `${head}${body}${body.endsWith("\n") ? "" : "\n"}`;
}

/** One row of a side by side diff: places in the lines of a hunk, -1 for an empty half. */
export interface Pair {
  readonly left: number;
  readonly right: number;
}

/** Lines side by side: removed and added ones face each other, the rest has an empty half. */
export function pairLines(lines: readonly DiffLine[]): readonly Pair[] {
  const rows: Pair[] = [];
  for (let at = 0; at < lines.length; ) {
    const sort = lines[at]?.sort;
    if (sort !== "del" && sort !== "add") {
      rows.push({ left: at, right: at });
      at += 1;
      continue;
    }
    at = pairBlock(lines, at, rows);
  }
  return rows;
}

/** Removed lines and the added ones behind them; a note behind either of them is on its side. */
function pairBlock(lines: readonly DiffLine[], start: number, rows: Pair[]): number {
  const dels = endOf(lines, start, "del");
  const oldNote = dels > start && lines[dels]?.sort === "note" ? dels : -1;
  const from = oldNote < 0 ? dels : dels + 1;
  const adds = endOf(lines, from, "add");
  const nowNote = adds > from && lines[adds]?.sort === "note" ? adds : -1;
  for (let row = 0; row < Math.max(dels - start, adds - from); row += 1) {
    rows.push({
      left: start + row < dels ? start + row : -1,
      right: from + row < adds ? from + row : -1,
    });
  }
  if (oldNote >= 0 || nowNote >= 0) rows.push({ left: oldNote, right: nowNote });
  return nowNote < 0 ? adds : adds + 1;
}

function endOf(lines: readonly DiffLine[], from: number, sort: DiffLine["sort"]): number {
  let at = from;
  while (lines[at]?.sort === sort) at += 1;
  return at;
}
