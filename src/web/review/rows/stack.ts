import { type FileRows, findRow, type Row, rowKey } from "./rows.ts";

/** Height of a file's header, in px; it stays in view while its file is read. */
export const headerHeight = 40;
export const lineHeight = 20;

/** Heights that were measured, by file and row. What was never drawn has none. */
export class Measured {
  readonly #files = new Map<string, Map<string, number>>();
  readonly #versions = new Map<string, number>();

  /** Grows with each height of the file that changed. */
  version(path: string): number {
    return this.#versions.get(path) ?? 0;
  }

  get(path: string, key: string): number | undefined {
    return this.#files.get(path)?.get(key);
  }

  /** True when this is news. */
  set(path: string, key: string, height: number): boolean {
    const file = this.#files.get(path) ?? new Map<string, number>();
    if (file.get(key) === height) return false;
    this.#files.set(path, file.set(key, height));
    this.#versions.set(path, this.version(path) + 1);
    return true;
  }
}

/** One file in the stack. */
export interface Block extends FileRows {
  /** Top of each row below the top of the file, and at the end its bottom, in px. */
  readonly offsets: Float64Array;
  readonly height: number;
}

/** All files, one below the other. */
export interface Stack {
  readonly blocks: readonly Block[];
  /** Top of each file, and at the end the height of all, in px. */
  readonly tops: Float64Array;
  readonly index: ReadonlyMap<string, number>;
}

export interface Wrap {
  /** Characters that fit into a line of the code; null when lines are not wrapped. */
  readonly columns: number | null;
}

interface Known {
  readonly version: number;
  readonly columns: number | null;
  readonly block: Block;
}

const known = new WeakMap<FileRows, Known>();

/** Stacks files. What did not change is taken from the last time. */
export function stack(files: readonly FileRows[], measured: Measured, wrap: Wrap): Stack {
  const blocks = files.map((file) => blockOf(file, measured, wrap));
  const tops = new Float64Array(blocks.length + 1);
  const index = new Map<string, number>();
  for (const [at, block] of blocks.entries()) {
    tops[at + 1] = (tops[at] ?? 0) + block.height;
    index.set(block.file.path, at);
  }
  return { blocks, tops, index };
}

function blockOf(file: FileRows, measured: Measured, { columns }: Wrap): Block {
  const { path } = file.file;
  const held = known.get(file);
  const version = measured.version(path);
  if (held !== undefined && held.version === version && held.columns === columns) {
    return held.block;
  }
  const offsets = new Float64Array(file.rows.length + 1);
  let top = headerHeight;
  for (const [at, row] of file.rows.entries()) {
    offsets[at] = top;
    top += heightOf(row, path, measured, columns);
  }
  offsets[file.rows.length] = top;
  const block: Block = { ...file, offsets, height: top };
  known.set(file, { version, columns, block });
  return block;
}

/** Whether a row is as high as it says: then nobody has to look. */
export function isFixed(row: Row, columns: number | null): boolean {
  return row.kind === "hunk" || (row.kind === "line" && fits(longestOf(row), columns));
}

/** Even a line of tabs or of wide characters needs no more room than this. */
const widest = 4;

function fits(length: number, columns: number | null): boolean {
  return columns === null || length * widest <= columns;
}

function longestOf({ stretch, left, right }: Extract<Row, { kind: "line" }>): number {
  const { lines } = stretch;
  return Math.max(lines[left]?.text.length ?? 0, lines[right]?.text.length ?? 0);
}

const guesses: Readonly<Record<Exclude<Row["kind"], "line">, number>> = {
  hunk: 24,
  notes: 28,
  images: 240,
  empty: 72,
  thread: 110,
};

function heightOf(row: Row, path: string, measured: Measured, columns: number | null): number {
  if (row.kind !== "line") {
    if (row.kind === "hunk") return guesses.hunk;
    const guess = row.kind === "thread" ? guesses.thread * row.placed.length : guesses[row.kind];
    return measured.get(path, rowKey(row)) ?? guess;
  }
  const longest = longestOf(row);
  if (columns === null || fits(longest, columns)) return lineHeight;
  const guess = Math.ceil(longest / columns) * lineHeight;
  return measured.get(path, rowKey(row)) ?? guess;
}

/** The last index whose value is at most `value`. */
function lastAtMost(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The file at a height, in px from the top of all. */
export function blockAt({ blocks, tops }: Stack, y: number): number {
  return Math.max(0, Math.min(blocks.length - 1, lastAtMost(tops, y)));
}

/** A stretch of rows of one file, from `first` to before `last`. */
export interface Slice {
  readonly block: number;
  readonly first: number;
  readonly last: number;
}

/** What stands between two heights. A file with only its header in there has no rows. */
export function sliceOf(stack: Stack, from: number, to: number): readonly Slice[] {
  const slices: Slice[] = [];
  if (stack.blocks.length === 0) return slices;
  for (let at = blockAt(stack, from); at < stack.blocks.length; at += 1) {
    const block = stack.blocks[at];
    const top = stack.tops[at] ?? 0;
    if (block === undefined || top > to) break;
    const rows = block.rows.length;
    const first = rows === 0 ? 0 : Math.min(rows, lastAtMost(block.offsets, from - top));
    const last = Math.min(rows, lastAtMost(block.offsets, to - top) + 1);
    slices.push({ block: at, first, last: Math.max(first, last) });
  }
  return slices;
}

/** A place that stays the same when what stands above it grows or shrinks. */
export interface Anchor {
  readonly path: string;
  /** Null when the top of the file is meant. */
  readonly key: string | null;
  /** How far below the top of that the place is, in px. */
  readonly offset: number;
}

export function anchorAt(stack: Stack, y: number): Anchor | null {
  const at = blockAt(stack, y);
  const block = stack.blocks[at];
  if (block === undefined) return null;
  const inside = y - (stack.tops[at] ?? 0);
  const { path } = block.file;
  const first = block.offsets[0] ?? 0;
  if (block.rows.length === 0 || inside < first) return { path, key: null, offset: inside };
  const index = Math.min(block.rows.length - 1, lastAtMost(block.offsets, inside));
  const row = block.rows[index];
  if (row === undefined) return { path, key: null, offset: inside };
  return { path, key: rowKey(row), offset: inside - (block.offsets[index] ?? 0) };
}

/** Where an anchor is now; null when its file is gone. A row that is gone leaves the top of its file. */
export function yOf(stack: Stack, anchor: Anchor): number | null {
  const at = stack.index.get(anchor.path);
  const block = at === undefined ? undefined : stack.blocks[at];
  if (at === undefined || block === undefined) return null;
  const top = stack.tops[at] ?? 0;
  if (anchor.key === null) return top + Math.min(anchor.offset, block.height);
  const index = findRow(block.rows, anchor.key);
  return index < 0 ? top : top + (block.offsets[index] ?? 0) + anchor.offset;
}
