/**
 * Reads terminal output for showing: SGR colours become spans, every other escape sequence (cursor,
 * OSC 8 links, OSC 52 clipboard, DCS, C1) is taken out. Nothing of it ever acts.
 */

export interface AnsiSpan {
  readonly text: string;
  /** Class names of the palette, or "" for plain. */
  readonly names: string;
  /** Colours outside the 16 of the palette, as CSS values. */
  readonly color: string | null;
  readonly background: string | null;
}

export type AnsiLine = readonly AnsiSpan[];

interface Style {
  fg: string | null;
  bg: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}

const plain: Style = {
  fg: null,
  bg: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

// CSI; OSC, DCS, APC, PM and SOS up to their terminator or the end; charset choices; other two-byte
// sequences; then what is left of controls but tab and line break.
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  /(?:\u001B\[|\u009B)([0-?]*)([ -/]*)([@-~])|(?:\u001B\[|\u009B)[0-?]*[ -/]*$|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[\s\S]*?(?:\u0007|\u001B\\|\u009C|$)|\u001B[ -/][0-~]|\u001B[0-~]|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** Bidi controls would let output reorder what stands around it. */
const bidi = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** All text without any escape sequence, for copying and counting. */
export function stripAnsi(text: string): string {
  return settleReturns(text.replace(sequences, "").replace(bidi, ""));
}

/** A carriage return writes over its line, as progress bars do: the last writing is kept. */
function settleReturns(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[^\n]*\r(?=[^\n])/g, "")
    .replaceAll("\r", "");
}

export function parseAnsi(text: string): readonly AnsiLine[] {
  const lines: AnsiSpan[][] = [[]];
  let style: Style = { ...plain };
  const put = (raw: string): void => {
    const parts = raw.replace(bidi, "").split("\n");
    for (const [index, part] of parts.entries()) {
      if (index > 0) lines.push([]);
      write(lines, part, style);
    }
  };
  let from = 0;
  const whole = text.replaceAll("\r\n", "\n");
  for (const match of whole.matchAll(sequences)) {
    if (match.index > from) put(whole.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[3] === "m" && match[2] === "") style = applied(style, match[1] ?? "");
  }
  put(whole.slice(from));
  return lines;
}

function write(lines: AnsiSpan[][], part: string, style: Style): void {
  const back = part.lastIndexOf("\r", part.length - 2);
  const kept = (back < 0 ? part : part.slice(back + 1)).replaceAll("\r", "");
  if (back >= 0) lines[lines.length - 1] = [];
  if (kept !== "") lines.at(-1)?.push(span(kept, style));
}

function span(text: string, style: Style): AnsiSpan {
  const [fg, bg] = style.inverse ? [style.bg ?? "inv", style.fg ?? "fg"] : [style.fg, style.bg];
  const names = [
    fg !== null && !isCss(fg) ? `x-${fg}` : null,
    bg !== null && !isCss(bg) ? `xb-${bg}` : null,
    style.bold ? "x-bold" : null,
    style.dim ? "x-dim" : null,
    style.italic ? "x-italic" : null,
    style.underline ? "x-underline" : null,
  ];
  return {
    text,
    names: names.filter((name) => name !== null).join(" "),
    color: fg !== null && isCss(fg) ? fg : null,
    background: bg !== null && isCss(bg) ? bg : null,
  };
}

function isCss(color: string): boolean {
  return color.startsWith("rgb");
}

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

function applied(before: Style, parameters: string): Style {
  // 38:2::r:g:b and 38;2;r;g;b are the same thing in two spellings.
  const codes = parameters
    .replace(/:+/g, ";")
    .split(";")
    .map((code) => Number(code) || 0);
  let style = { ...before };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { color, used } = extended(codes.slice(at + 1));
      if (code === 38) style.fg = color;
      else style.bg = color;
      at += used;
    } else {
      style = simple(style, code);
    }
  }
  return style;
}

function simple(style: Style, code: number): Style {
  if (code === 0) return { ...plain };
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 7) return { ...style, inverse: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 27) return { ...style, inverse: false };
  if (code === 39) return { ...style, fg: null };
  if (code === 49) return { ...style, bg: null };
  if (code >= 30 && code <= 37) return { ...style, fg: names[code - 30] ?? null };
  if (code >= 40 && code <= 47) return { ...style, bg: names[code - 40] ?? null };
  if (code >= 90 && code <= 97) return { ...style, fg: names[code - 90] ?? null };
  if (code >= 100 && code <= 107) return { ...style, bg: names[code - 100] ?? null };
  return style;
}

/** 256 colours and true colour; the first 16 of the 256 are the palette. */
function extended(codes: readonly number[]): { color: string | null; used: number } {
  const [kind, a = 0, b = 0, c = 0] = codes;
  if (kind === 2) return { color: rgb(a, b, c), used: 4 };
  if (kind !== 5) return { color: null, used: 0 };
  if (a < 16) return { color: names[a % 8] ?? null, used: 2 };
  if (a >= 232) {
    const grey = 8 + (a - 232) * 10;
    return { color: rgb(grey, grey, grey), used: 2 };
  }
  const index = a - 16;
  const step = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  const cube = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6].map(step);
  return { color: rgb(cube[0] ?? 0, cube[1] ?? 0, cube[2] ?? 0), used: 2 };
}

function rgb(red: number, green: number, blue: number): string {
  const byte = (value: number): number => Math.min(255, Math.max(0, Math.trunc(value)));
  return `rgb(${byte(red)} ${byte(green)} ${byte(blue)})`;
}
