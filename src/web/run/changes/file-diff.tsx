import { useEffect, useMemo, useRef } from "react";
import { VList, type VListHandle } from "virtua";
import type { ChangedFile } from "../../../contract/changes.ts";
import { notesOf, whyNoLines } from "../../diff/change-words.ts";
import { DiffRow, HalfRow, HunkRow } from "../../diff/diff-lines.tsx";
import { type FlatPair, type FlatRow, flatten, flattenPairs } from "../../diff/flat.ts";
import { type Inks, useDiff } from "../../diff/use-diff.ts";
import { marksAt } from "../../diff/words.ts";
import { EmptyState } from "../../ui/bits.tsx";
import { Exact } from "../../ui/text.tsx";

export type Layout = "unified" | "split";

export interface FileDiffProps {
  readonly file: ChangedFile;
  readonly layout: Layout;
  /** Where the reader was in each file, kept while the tab is open. */
  readonly places: Map<string, number>;
}

/** The diff of one file. Only what is in view is drawn, however long it is. */
export function FileDiff({ file, layout, places }: FileDiffProps) {
  const why = whyNoLines(file);
  const notes = notesOf(file);
  return (
    <>
      {notes.length > 0 && (
        <p className="chg-note small t2">
          <Exact>{`${notes.join(". ")}.`}</Exact>
        </p>
      )}
      {why === null ? (
        <DiffList file={file} layout={layout} places={places} />
      ) : (
        <EmptyState title={why.title}>{why.text}</EmptyState>
      )}
    </>
  );
}

function DiffList({ file, layout, places }: FileDiffProps) {
  const list = useRef<VListHandle>(null);
  const { hunks, inks } = useDiff(file.patch ?? "", file.path);
  const rows = useMemo(() => (layout === "unified" ? flatten(hunks) : []), [hunks, layout]);
  const pairs = useMemo(() => (layout === "split" ? flattenPairs(hunks) : []), [hunks, layout]);
  const key = `${layout} ${file.path}`;
  useEffect(() => {
    const place = places.get(key) ?? 0;
    if (place > 0) list.current?.scrollTo(place);
  }, [key, places]);
  const common = {
    ref: list,
    className: "diff-list",
    itemSize: 20,
    onScroll: (offset: number): void => {
      places.set(key, offset);
    },
    tabIndex: 0,
    "aria-label": `Changes of ${file.path}`,
  };
  return layout === "unified" ? (
    <VList key={key} data={rows} {...common}>
      {(row, index) => (
        <div key={index} className="diff">
          <Row row={row} inks={inks} />
        </div>
      )}
    </VList>
  ) : (
    <VList key={key} data={pairs} {...common}>
      {(row, index) => (
        <div key={index} className="diff two">
          <Halves row={row} inks={inks} />
        </div>
      )}
    </VList>
  );
}

function Row({ row, inks }: { readonly row: FlatRow; readonly inks: Inks }) {
  if (row.sort === "hunk") return <HunkRow section={row.section} />;
  const line = row.lines[row.index];
  if (line === undefined) return null;
  return <DiffRow line={line} tokens={inks(line)} marks={marksAt(row.lines, row.index)} />;
}

function Halves({ row, inks }: { readonly row: FlatPair; readonly inks: Inks }) {
  if (row.sort === "hunk") return <HunkRow section={row.section} />;
  const { lines, left, right } = row;
  const half = (index: number, side: "old" | "now") => (
    <HalfRow
      line={lines[index] ?? null}
      side={side}
      tokens={inks(lines[index] ?? null)}
      marks={marksAt(lines, index)}
    />
  );
  return (
    <>
      {half(left, "old")}
      {half(right, "now")}
    </>
  );
}
