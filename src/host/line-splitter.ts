import type { TailLine } from "./types.ts";

/** A longer line is cut to its head and marked, so that memory stays bounded. */
export const lineLimit = 16 * 1024 * 1024;
/** How much of an oversize line is kept. */
export const oversizeHead = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts bytes into lines. It looks for the line break in the new bytes only (trust V13), decodes
 * UTF-8 a whole line at a time (no character is ever torn by a chunk), replaces what is not UTF-8
 * and never throws.
 */
export class LineSplitter {
  #start: number;
  #pieces: Buffer[] = [];
  /** Bytes of the unfinished line, kept or dropped. */
  #length = 0;

  /** `offset` is the place in the file of the first byte that will be pushed. */
  constructor(offset: number) {
    this.#start = offset;
  }

  /** Byte offset behind the last complete line. */
  get boundary(): number {
    return this.#start;
  }

  /** Takes the next bytes of the file and answers the lines they complete. */
  push(chunk: Buffer): TailLine[] {
    const lines: TailLine[] = [];
    let from = 0;
    for (;;) {
      const at = chunk.indexOf(lineFeed, from);
      if (at === -1) break;
      lines.push(this.#end(chunk.subarray(from, at), 1));
      from = at + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
    return lines;
  }

  /** The unfinished line as it stands, or null when the last byte was a line break. */
  flush(): TailLine | null {
    return this.#length === 0 ? null : this.#end(Buffer.alloc(0), 0);
  }

  #hold(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length <= lineLimit) {
      // A copy, so that a few bytes do not keep a whole chunk alive.
      this.#pieces.push(Buffer.from(bytes));
      return;
    }
    if (this.#pieces.length === 0) this.#pieces.push(Buffer.from(bytes.subarray(0, oversizeHead)));
    const first = this.#pieces[0];
    if (this.#pieces.length > 1 || (first !== undefined && first.length > oversizeHead)) {
      this.#pieces = [Buffer.from(joined(this.#pieces).subarray(0, oversizeHead))];
    }
  }

  #end(last: Buffer, breakLength: 0 | 1): TailLine {
    const start = this.#start;
    const length = this.#length + last.length;
    const oversize = length > lineLimit;
    const bytes = this.#pieces.length === 0 ? last : joined([...this.#pieces, last]);
    this.#start = start + length + breakLength;
    this.#pieces = [];
    this.#length = 0;
    const text = oversize ? wholeCharacters(bytes.subarray(0, oversizeHead)) : withoutReturn(bytes);
    return { text: decode(text, start), start, end: this.#start, oversize };
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}

/** Drops a character that the cut left incomplete (UTF-8 has at most three bytes behind the first). */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 4 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return bytes.subarray(0, -back);
  }
  return bytes;
}

/** A byte order mark is one only at the very start of a file. */
function decode(bytes: Buffer, offset: number): string {
  const text = bytes.toString("utf8");
  return offset === 0 && text.startsWith("\uFEFF") ? text.slice(1) : text;
}
