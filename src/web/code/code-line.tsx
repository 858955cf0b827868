import type { ReactNode } from "react";
import { hasHidden, splitHidden } from "../ui/text.tsx";
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

/** Nobody reads on in a line of a minified bundle, and drawing it would hold up the page. */
const longestLine = 4000;

/**
 * One line of code: its inks, over them what has changed, and what cannot be seen made visible: a
 * character that turns the direction of a line must not change what a reader approves.
 */
export function CodeLine({ text, tokens, marks = none }: CodeLineProps): ReactNode {
  if (text.length > longestLine) return <LongLine text={text} />;
  if (text.endsWith("\r")) return <Carriage text={text} tokens={tokens} marks={marks} />;
  const plain = tokens === undefined && marks.length === 0;
  if (plain) return <Seen text={text} />;
  // biome-ignore-start lint/suspicious/noArrayIndexKey: the pieces of one line have no other name
  return pieces(tokens ?? [[text, 0]], marks).map((piece, index) =>
    piece.marked ? (
      <mark key={index} className={inks[piece.ink]}>
        <Seen text={piece.text} />
      </mark>
    ) : (
      <span key={index} className={inks[piece.ink]}>
        <Seen text={piece.text} />
      </span>
    ),
  );
  // biome-ignore-end lint/suspicious/noArrayIndexKey: see above
}

function LongLine({ text }: { readonly text: string }) {
  const left = text.length - longestLine;
  return (
    <>
      <Seen text={text.slice(0, longestLine)} />
      <span className="unseen">{`${left.toLocaleString()} more characters`}</span>
    </>
  );
}

/** A line of a file with Windows line ends: said quietly, because all of its lines have one. */
function Carriage({ text, tokens, marks = none }: CodeLineProps) {
  return (
    <>
      <CodeLine text={text.slice(0, -1)} tokens={withoutLast(tokens)} marks={marks} />
      <span className="cr">CR</span>
    </>
  );
}

function withoutLast(tokens: TokenLine | undefined): TokenLine | undefined {
  const last = tokens?.at(-1);
  if (tokens === undefined || last === undefined) return undefined;
  return [...tokens.slice(0, -1), [last[0].slice(0, -1), last[1]]];
}

/** Text with each character that cannot be seen as its code point. */
function Seen({ text }: { readonly text: string }): ReactNode {
  if (!hasHidden(text)) return text;
  return splitHidden(text).map((part, index) =>
    part.hidden ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
      <span key={index} className="unseen" title="An invisible character">
        {part.text}
      </span>
    ) : (
      part.text
    ),
  );
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
