import { Fragment, memo, useMemo } from "react";
import { useInks } from "../../diff/use-diff.ts";
import { ThreadRow } from "../comments/thread-row.tsx";
import { type Cursor, rowIndex, selectedRows } from "../rows/cursor.ts";
import { type Row, rowKey } from "../rows/rows.ts";
import { type Block, headerHeight, isFixed } from "../rows/stack.ts";
import { FileHeader } from "./file-header.tsx";
import { HunkHeader } from "./hunk-row.tsx";
import { ImagesRow } from "./images-row.tsx";
import { LineRow, type Stand } from "./line-row.tsx";
import { EmptyRow, NotesRow } from "./plain-rows.tsx";
import { wholePath } from "./use-rows.ts";
import type { Scroller } from "./use-scroller.ts";

export interface FileSectionProps {
  readonly block: Block;
  /** Where it begins, in px from the top of all. */
  readonly top: number;
  /** The rows that are drawn: from `first` to before `last`. */
  readonly first: number;
  readonly last: number;
  readonly split: boolean;
  /** Characters that fit into a line; null when lines are not wrapped. */
  readonly columns: number | null;
  /** The same, wrapped or not. */
  readonly fits: number;
  /** Null when it is in another file. */
  readonly cursor: Cursor | null;
  readonly measure: Scroller["measure"];
  readonly leave: () => void;
}

/** One file: its header, and of its rows those that are seen. */
export const FileSection = memo(function FileSection(props: FileSectionProps) {
  const { block, top, first, last, split, columns, fits, cursor, measure, leave } = props;
  const { file, folded, rows, offsets, height, stretches } = block;
  const inks = useInks(stretches, file.path);
  const selected = useMemo(
    () => (cursor === null ? null : selectedRows(block, cursor)),
    [block, cursor],
  );
  const at = cursor === null || selected === null ? -1 : rowIndex(block, cursor.at.key);
  const standOf = (index: number): Stand => {
    if (index === at) return "cursor";
    return selected !== null && selected[0] <= index && index <= selected[1] ? "selected" : "none";
  };
  const draw = (row: Row, index: number) => {
    switch (row.kind) {
      case "line": {
        const { lines } = row.stretch;
        return (
          <LineRow
            row={row}
            index={index}
            split={split}
            oldInks={inks(lines[row.left] ?? null)}
            nowInks={inks(lines[row.right] ?? null)}
            stand={standOf(index)}
            side={cursor?.at.side ?? "new"}
            fits={fits}
          />
        );
      }
      case "hunk":
        return <HunkHeader file={file} row={row} index={index} />;
      case "thread":
        return <ThreadRow row={row} leave={leave} />;
      case "notes":
        return <NotesRow notes={row.notes} />;
      case "images":
        return <ImagesRow file={file} />;
      case "empty":
        return <EmptyRow file={file} row={row} />;
    }
  };
  return (
    <article
      className="fs"
      style={{ top, height }}
      data-path={file.path}
      aria-label={file.path === wholePath ? "On the whole" : file.path}
    >
      <FileHeader file={file} folded={folded} />
      <div
        className="frows"
        style={{ paddingTop: (offsets[first] ?? headerHeight) - headerHeight }}
      >
        {rows.slice(first, last).map((row, shown) => {
          const key = rowKey(row);
          const drawn = draw(row, first + shown);
          return isFixed(row, columns) ? (
            <Fragment key={key}>{drawn}</Fragment>
          ) : (
            <div key={key} ref={measure} data-path={file.path} data-key={key}>
              {drawn}
            </div>
          );
        })}
      </div>
    </article>
  );
});
