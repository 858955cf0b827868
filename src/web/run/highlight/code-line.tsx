import type { TokenLine } from "./messages.ts";
import { inks } from "./theme.ts";

export interface CodeLineProps {
  readonly text: string;
  readonly tokens: TokenLine | undefined;
  /** Ranges of the text that stand out, in UTF-16 units. */
  readonly marks?: readonly (readonly [from: number, to: number])[];
}

interface Piece {
  readonly text: string;
  readonly ink: number;
  readonly marked: boolean;
}

const none: readonly (readonly [number, number])[] = [];

/** One line of code: its inks, and over them what has changed. */
export function CodeLine({ text, tokens, marks = none }: CodeLineProps) {
  if (tokens === undefined && marks.length === 0) return text;
  // biome-ignore-start lint/suspicious/noArrayIndexKey: the pieces of one line have no other name
  return pieces(tokens ?? [[text, 0]], marks).map((piece, index) =>
    piece.marked ? (
      <mark key={index} className={inks[piece.ink]}>
        {piece.text}
      </mark>
    ) : (
      <span key={index} className={inks[piece.ink]}>
        {piece.text}
      </span>
    ),
  );
  // biome-ignore-end lint/suspicious/noArrayIndexKey: see above
}

function pieces(tokens: TokenLine, marks: readonly (readonly [number, number])[]): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const [text, ink] of tokens) {
    let rest = text;
    while (rest !== "") {
      const inside = marks.find(([from, to]) => from <= at && at < to);
      const next = marks.find(([from]) => from > at);
      const stop = inside?.[1] ?? next?.[0] ?? Number.POSITIVE_INFINITY;
      const part = rest.slice(0, Math.max(1, stop - at));
      out.push({ text: part, ink, marked: inside !== undefined });
      at += part.length;
      rest = rest.slice(part.length);
    }
  }
  return out;
}
