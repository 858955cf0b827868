import { memo } from "react";
import type { TokenLine } from "../../code/messages.ts";
import { HalfRow, Line } from "../../diff/diff-lines.tsx";
import { marksAt } from "../../diff/words.ts";
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
}

const stands = { none: false, selected: "is-sel", cursor: "is-sel is-cur" } as const;

/** One line of the diff, or two halves of it. */
export const LineRow = memo(function LineRow(props: LineRowProps) {
  const { row, index, split, oldInks, nowInks, stand, side } = props;
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
          className={stands[stand]}
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
        className={side === "old" && stands[stand]}
      />
      <HalfRow
        line={now}
        side="now"
        tokens={nowInks}
        marks={marksAt(lines, right)}
        className={side === "new" && stands[stand]}
      />
    </div>
  );
});
