import type { ReactNode } from "react";
import { CodeLine } from "../code/code-line.tsx";
import type { TokenLine } from "../code/messages.ts";
import { cx } from "../ui/cx.ts";
import type { DiffLine } from "./patch.ts";
import type { Marks } from "./words.ts";

const signs = { same: " ", add: "+", del: "−", note: "" } as const;
const looks = { same: "", add: "a", del: "d", note: "v" } as const;

export interface LineProps {
  readonly line: DiffLine;
  /** One number, or that of the old and that of the new side. */
  readonly numbers: readonly (number | null)[];
  readonly tokens: TokenLine | undefined;
  readonly marks: Marks;
  readonly className?: string | false;
}

/** One line of a diff: its numbers, its sign, its text. */
export function Line({ line, numbers, tokens, marks, className }: LineProps) {
  return (
    <div className={cx("ln", looks[line.sort], className)}>
      {numbers.map((number, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column of numbers has no other name
        <i key={column}>{number}</i>
      ))}
      <u>{signs[line.sort]}</u>
      <s>
        <span className="t">
          <CodeLine text={line.text} tokens={tokens} marks={marks} />
        </span>
      </s>
    </div>
  );
}

export interface DiffRowProps {
  readonly line: DiffLine;
  readonly tokens: TokenLine | undefined;
  readonly marks: Marks;
}

/** One line of a unified diff in a narrow place: one number is enough. */
export function DiffRow({ line, tokens, marks }: DiffRowProps) {
  return <Line line={line} numbers={[line.now ?? line.old]} tokens={tokens} marks={marks} />;
}

/** Says that lines are left out, and what the next ones stand in. */
export function HunkRow({ section }: { readonly section: string }) {
  return <div className="hk">{section === "" ? "⋯" : section}</div>;
}

export interface HalfRowProps {
  readonly line: DiffLine | null;
  readonly side: "old" | "now";
  readonly tokens: TokenLine | undefined;
  readonly marks: Marks;
  readonly className?: string | false;
}

/** One side of a line in a side by side diff; null is the empty half. */
export function HalfRow({ line, side, tokens, marks, className }: HalfRowProps): ReactNode {
  if (line === null) return <div className={cx("ln v", side === "now" && "R", className)} />;
  return (
    <Line
      line={line}
      numbers={[line[side]]}
      tokens={tokens}
      marks={marks}
      className={cx(side === "now" && "R", className)}
    />
  );
}
