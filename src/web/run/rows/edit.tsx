import { useState } from "react";
import type { FileDiff } from "../../../contract/event.ts";
import { diffVerb } from "../../../domain/transcript-words.ts";
import { AddsDels } from "../../ui/bits.tsx";
import { DiffRow } from "../diff/diff-lines.tsx";
import { useDiff } from "../diff/use-diff.ts";
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
  const { lines, tokens } = useDiff(file.patch, file.path);
  // The first hunk needs no line of its own; the later ones say that something is left out.
  const body = lines[0]?.sort === "hunk" ? lines.slice(1) : lines;
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
          {body.slice(0, limit).map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is named by its place
            <DiffRow key={index} line={line} tokens={tokens(line)} />
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
