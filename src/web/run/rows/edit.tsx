import { useMemo, useState } from "react";
import type { FileDiff } from "../../../contract/event.ts";
import { diffVerb } from "../../../domain/transcript-words.ts";
import { DiffRow, HunkRow } from "../../diff/diff-lines.tsx";
import { type FlatRow, flatten } from "../../diff/flat.ts";
import { type Inks, useDiff } from "../../diff/use-diff.ts";
import { marksAt } from "../../diff/words.ts";
import { AddsDels } from "../../ui/bits.tsx";
import { useRun } from "../run-context.ts";

/** How many lines of a change are shown in the transcript before the person asks for more. */
const atOnce = 12;
const most = 400;

/** What a tool changed, file by file. */
export function FileDiffs({ files }: { readonly files: readonly FileDiff[] }) {
  return files.map((file) => <FileChange key={file.path} file={file} named={files.length > 1} />);
}

function FileChange({ file, named }: { readonly file: FileDiff; readonly named: boolean }) {
  const { openChange } = useRun();
  const [limit, setLimit] = useState(atOnce);
  const { hunks, inks } = useDiff(file.patch, file.path);
  const rows = useMemo(() => flatten(hunks), [hunks]);
  // The first hunk needs no line of its own; the later ones say that something is left out.
  const body = rows[0]?.sort === "hunk" ? rows.slice(1) : rows;
  const left = body.length - limit;
  return (
    <div className="inset">
      {named && (
        <div className="cap">
          <span>{diffVerb(file)}</span>
          <span className="mono cut grow">{file.path}</span>
          <AddsDels additions={file.additions} deletions={file.deletions} />
        </div>
      )}
      {body.length > 0 && (
        <div className="diff">
          {body.slice(0, limit).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is named by its place
            <Row key={index} row={row} inks={inks} />
          ))}
        </div>
      )}
      <div className="cap b">
        {left > 0 && limit < most ? (
          <button type="button" className="link" onClick={() => setLimit(most)}>
            {`${left} more line${left === 1 ? "" : "s"}`}
          </button>
        ) : (
          <span>{body.length === 0 ? "Nothing to show of it" : ""}</span>
        )}
        <span className="grow" />
        <button type="button" className="link" onClick={() => openChange(file.path)}>
          Open in Changes
        </button>
      </div>
    </div>
  );
}

function Row({ row, inks }: { readonly row: FlatRow; readonly inks: Inks }) {
  if (row.sort === "hunk") return <HunkRow section={row.section} />;
  const line = row.lines[row.index];
  if (line === undefined) return null;
  return <DiffRow line={line} tokens={inks(line)} marks={marksAt(row.lines, row.index)} />;
}
