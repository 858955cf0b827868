import { memo } from "react";
import type { TokenLine } from "../../code/messages.ts";
import { HalfRow, Line } from "../../diff/diff-lines.tsx";
import { marksAt } from "../../diff/words.ts";
import { cx } from "../../ui/cx.ts";
import type { Row, Side } from "../rows/rows.ts";

/** How a line stands out: the cursor is on it, or it is part of what is selected. */
export type Stand = "none" | "selected" | "cursor";

export interface LineRowProps {
  readonly row: Extract<Row, { kind: "line" }>;
  /** Its place among the rows of its file. */
  readonly index: number;
  readonly split: boolean;
  readonly oldInks: TokenLine | undefined;
  readonly nowInks: TokenLine | undefined;
  readonly stand: Stand;
  /** The half that is meant, side by side. */
  readonly side: Side;
  /** Characters that fit. A line with more is cut off; to cut all of them would cost every frame. */
  readonly fits: number;
}

const stands = { none: false, selected: "is-sel", cursor: "is-sel is-cur" } as const;

/** One line of the diff, or two halves of it. */
export const LineRow = memo(function LineRow(props: LineRowProps) {
  const { row, index, split, oldInks, nowInks, stand, side, fits } = props;
  const long = (text: string | undefined): string | false => isLong(text, fits) && "long";
  const { stretch, left, right } = row;
  const { lines } = stretch;
  const [old, now] = [lines[left] ?? null, lines[right] ?? null];
  if (!split) {
    const line = now ?? old;
    if (line === null) return null;
    return (
      <div className="dr" data-row={index}>
        <Line
          line={line}
          numbers={[line.old, line.now]}
          tokens={line.sort === "del" ? oldInks : nowInks}
          marks={marksAt(lines, lines[right] === undefined ? left : right)}
          className={cx(stands[stand], long(line.text))}
        />
      </div>
    );
  }
  return (
    <div className="dr two" data-row={index}>
      <HalfRow
        line={old}
        side="old"
        tokens={oldInks}
        marks={marksAt(lines, left)}
        className={cx(side === "old" && stands[stand], long(old?.text))}
      />
      <HalfRow
        line={now}
        side="now"
        tokens={nowInks}
        marks={marksAt(lines, right)}
        className={cx(side === "new" && stands[stand], long(now?.text))}
      />
    </div>
  );
});

/** Whether a line may not fit; wide characters and tabs need more than one place. */
function isLong(text: string | undefined, fits: number): boolean {
  return (
    text !== undefined && (text.length > fits || (text.length * 4 > fits && !plain.test(text)))
  );
}

/** Printable ASCII: each is as wide as the other. */
const plain = /^[ -~]*$/;
