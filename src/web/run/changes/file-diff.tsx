import { useEffect, useMemo, useRef } from "react";
import { VList, type VListHandle } from "virtua";
import type { ChangedFile } from "../../../contract/changes.ts";
import { EmptyState } from "../../ui/bits.tsx";
import { DiffRow, HalfRow, HunkRow } from "../diff/diff-lines.tsx";
import { splitLines } from "../diff/patch.ts";
import { useDiff } from "../diff/use-diff.ts";

export type Layout = "unified" | "split";

export interface FileDiffProps {
  readonly file: ChangedFile;
  readonly layout: Layout;
  /** Where the reader was in each file, kept while the tab is open. */
  readonly places: Map<string, number>;
}

/** The diff of one file. Only what is in view is drawn, however long it is. */
export function FileDiff({ file, layout, places }: FileDiffProps) {
  const why = reasonForNone(file);
  return why === null ? (
    <DiffList file={file} layout={layout} places={places} />
  ) : (
    <EmptyState title={why.title}>{why.text}</EmptyState>
  );
}

function reasonForNone(file: ChangedFile): { title: string; text: string } | null {
  if (file.binary) {
    return {
      title: "A binary file",
      text: "It has no lines to compare. Open it from the worktree.",
    };
  }
  if (file.tooLarge) {
    return {
      title: "Too large to show",
      text: `${file.additions.toLocaleString()} lines added, ${file.deletions.toLocaleString()} removed. Open it in your editor.`,
    };
  }
  if (file.patch?.includes("@@") === true) return null;
  if (file.status === "renamed") {
    return {
      title: "Renamed",
      text: `From ${file.oldPath ?? "another name"}; its content is the same.`,
    };
  }
  if (file.status === "type") {
    return {
      title: "Another type of file",
      text: "Its content is the same; what it is has changed.",
    };
  }
  return {
    title: file.status === "deleted" ? "An empty file was removed" : "An empty file",
    text: "There are no lines in it.",
  };
}

function DiffList({ file, layout, places }: FileDiffProps) {
  const list = useRef<VListHandle>(null);
  const { lines, tokens } = useDiff(file.patch ?? "", file.path);
  const rows = useMemo(() => (layout === "split" ? splitLines(lines) : []), [lines, layout]);
  const key = `${layout} ${file.path}`;
  useEffect(() => {
    const place = places.get(key) ?? 0;
    if (place > 0) list.current?.scrollTo(place);
  }, [key, places]);
  const onScroll = (offset: number): void => {
    places.set(key, offset);
  };
  const common = {
    ref: list,
    itemSize: 20,
    onScroll,
    tabIndex: 0,
    "aria-label": `Changes of ${file.path}`,
  };
  return layout === "unified" ? (
    <VList key={key} className="diff-list" data={lines} {...common}>
      {(line, index) => (
        <div key={index} className="diff">
          <DiffRow line={line} tokens={tokens(line)} />
        </div>
      )}
    </VList>
  ) : (
    <VList key={key} className="diff-list" data={rows} {...common}>
      {({ left, right }, index) => (
        <div key={index} className="diff two">
          {left?.sort === "hunk" ? (
            <HunkRow line={left} />
          ) : (
            <>
              <HalfRow line={left} side="old" tokens={left === null ? undefined : tokens(left)} />
              <HalfRow
                line={right}
                side="now"
                tokens={right === null ? undefined : tokens(right)}
              />
            </>
          )}
        </div>
      )}
    </VList>
  );
}
