import type { ChangedFile } from "../../../contract/changes.ts";
import { type NoLines, notesOf, whyNoLines } from "../../diff/change-words.ts";
import { type DiffLine, type Hunk, pairLines } from "../../diff/patch.ts";
import { type Fetched, type Gap, gapsOf, openGap } from "./gaps.ts";
import { type Placed, Threads } from "./threads.ts";

export type Side = "old" | "new";

/** Lines in a row that are numbered on: of a hunk, or opened around one. */
export interface Stretch {
  readonly lines: readonly DiffLine[];
  /** Null for lines that were opened. */
  readonly hunk: Hunk | null;
}

/** What stands below the other in a file. */
export type Row =
  | {
      readonly kind: "line";
      readonly stretch: Stretch;
      /** Places in the stretch; -1 on the side that has no line here. */
      readonly left: number;
      readonly right: number;
    }
  /** Before a hunk, or behind the last one: what is left out, and what the hunk stands in. */
  | {
      readonly kind: "hunk";
      readonly key: string;
      readonly hunk: Hunk | null;
      readonly gap: Gap | null;
      readonly first: boolean;
    }
  | {
      readonly kind: "thread";
      readonly key: string;
      readonly placed: readonly Placed[];
      /** It does not stand below its line, so it has to say which that is. */
      readonly loose: boolean;
    }
  | { readonly kind: "notes"; readonly notes: readonly string[] }
  | { readonly kind: "images" }
  /** Why there are no lines, and what can be done about it. */
  | { readonly kind: "empty"; readonly why: NoLines; readonly offer: Offer };

/** `show` opens what was folded, `load` fetches what was left out. */
export type Offer = "none" | "show" | "load";

export interface FileRows {
  readonly file: ChangedFile;
  readonly folded: boolean;
  readonly rows: readonly Row[];
  readonly stretches: readonly (readonly DiffLine[])[];
  /** Columns of the longest line. */
  readonly columns: number;
}

export interface RowsInput {
  readonly file: ChangedFile;
  readonly hunks: readonly Hunk[];
  readonly split: boolean;
  /** Only the header is shown. */
  readonly folded: boolean;
  /** The person wants to see a file that was folded for being made by a tool. */
  readonly shown: boolean;
  readonly fetched: Fetched;
  readonly placed: readonly Placed[];
}

/** The rows of one file. */
export function rowsOf(input: RowsInput): FileRows {
  const { file, folded } = input;
  const out: Building = { rows: [], stretches: [], columns: 0 };
  if (folded) return { file, folded, ...out };
  const threads = new Threads(input.placed);
  const notes = notesOf(file);
  if (notes.length > 0) out.rows.push({ kind: "notes", notes });
  push(out, threads.ofFile(), true);
  const instead = insteadOfLines(input);
  if (instead === null) addHunks(input, threads, out);
  else out.rows.push(instead);
  push(out, threads.rest(), true);
  return { file, folded, ...out };
}

interface Building {
  readonly rows: Row[];
  readonly stretches: (readonly DiffLine[])[];
  columns: number;
}

function push(out: Building, placed: readonly Placed[], loose: boolean): void {
  const [first] = placed;
  if (first !== undefined) out.rows.push({ kind: "thread", key: `t:${first.id}`, placed, loose });
}

function insteadOfLines({ file, shown }: RowsInput): Row | null {
  if (file.kind === "image") return { kind: "images" };
  const why = whyNoLines(file);
  if (why !== null) {
    const offer = file.tooLarge || (file.patch === null && file.kind === "text") ? "load" : "none";
    return { kind: "empty", why, offer };
  }
  if (!file.generated || shown) return null;
  return {
    kind: "empty",
    why: { title: "Made by a tool", text: "Folded, because nobody reads it line by line." },
    offer: "show",
  };
}

/** Whether a patch shows all of its file. */
function showsAll({ status }: ChangedFile): boolean {
  return status === "added" || status === "untracked" || status === "deleted";
}

function addHunks(input: RowsInput, threads: Threads, out: Building): void {
  const { file, hunks, fetched } = input;
  const gaps = gapsOf(hunks, fetched, showsAll(file));
  for (const [at, hunk] of [...hunks, null].entries()) {
    const gap = gaps[at] ?? null;
    const opened = gap === null ? null : openGap(gap, fetched);
    addLines(opened?.above ?? [], null, input.split, threads, out);
    const hidden = opened?.gap ?? null;
    if (hidden !== null) push(out, threads.hidden(hidden), true);
    // What can be done with a hunk stands in its row, so it has one also when nothing is hidden.
    if (hidden !== null || hunk !== null) {
      const key = `h${hunk?.from ?? "end"}`;
      out.rows.push({ kind: "hunk", key, hunk, gap: hidden, first: at === 0 });
    }
    addLines(opened?.below ?? [], null, input.split, threads, out);
    if (hunk !== null) addLines(hunk.lines, hunk, input.split, threads, out);
  }
}

function addLines(
  lines: readonly DiffLine[],
  hunk: Hunk | null,
  split: boolean,
  threads: Threads,
  out: Building,
): void {
  if (lines.length === 0) return;
  const stretch: Stretch = { lines, hunk };
  out.stretches.push(lines);
  const pairs = split ? pairLines(lines) : lines.map(single);
  for (const { left, right } of pairs) {
    out.rows.push({ kind: "line", stretch, left, right });
    const [old, now] = [lines[left], lines[right]];
    out.columns = Math.max(out.columns, columnsOf(old), columnsOf(now));
    push(out, threads.at(old, now), false);
  }
}

function single({ sort }: DiffLine, index: number): { left: number; right: number } {
  return { left: sort === "add" ? -1 : index, right: sort === "del" ? -1 : index };
}

const tabWidth = 4;

/** How wide a line is, in characters of the code's font. */
export function columnsOf(line: DiffLine | undefined): number {
  if (line === undefined) return 0;
  const { text } = line;
  if (!text.includes("\t")) return text.length;
  let columns = 0;
  for (const character of text) {
    columns += character === "\t" ? tabWidth - (columns % tabWidth) : 1;
  }
  return columns;
}

/** The line a row has on a side. */
export function lineAt(row: Row, side: Side): DiffLine | null {
  if (row.kind !== "line") return null;
  const line = row.stretch.lines[side === "old" ? row.left : row.right];
  return line === undefined || line.sort === "note" ? null : line;
}

/** Names a row among those of its file, also after others have come and gone. */
export function rowKey(row: Row): string {
  switch (row.kind) {
    case "line": {
      const { lines, hunk } = row.stretch;
      const [old, now] = [lines[row.left], lines[row.right]];
      if (old?.sort === "note" || now?.sort === "note") {
        return `n${hunk?.from}:${row.left}:${row.right}`;
      }
      return `${old?.old ?? ""}:${now?.now ?? ""}`;
    }
    case "hunk":
    case "thread":
      return row.key;
    default:
      return row.kind;
  }
}

/**
 * Where a row is now; -1 when it is gone. A line is also found when it stands in another row than
 * before, as after a change from one column to two.
 */
export function findRow(rows: readonly Row[], key: string): number {
  const exact = rows.findIndex((row) => rowKey(row) === key);
  const numbers = exact >= 0 ? null : /^(\d*):(\d*)$/.exec(key);
  if (numbers === null) return exact;
  const [old, now] = [Number(numbers[1] || Number.NaN), Number(numbers[2] || Number.NaN)];
  return rows.findIndex(
    (row) => lineAt(row, "new")?.now === now || lineAt(row, "old")?.old === old,
  );
}
