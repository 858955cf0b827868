import { useState } from "react";
import type { FileDiff } from "../../contract/event.ts";
import { type FlatRow, flatten } from "../diff/flat.ts";
import { parsePatch } from "../diff/patch.ts";
import { AddsDels } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { Exact } from "../ui/text.tsx";
import type { Approval, Subject } from "./words.ts";

/** Beyond this a text is cut, and says so; nothing is left out without a word. */
const shownAtFirst = 12_000;
const linesAtFirst = 400;

/** Exactly what would be done: the command, the address, the changes, or the whole input. */
export function SubjectView({
  ask,
  subject,
}: {
  readonly ask: Approval;
  readonly subject: Subject;
}) {
  const diff = ask.diff ?? [];
  if (diff.length > 0) {
    return (
      <div className="ask-diffs">
        {diff.map((file) => (
          <FileChange key={file.path} file={file} />
        ))}
      </div>
    );
  }
  return <Verbatim text={subject.text} label={labels[subject.kind]} />;
}

const labels = {
  command: "The command",
  url: "The address",
  input: "The whole input",
} as const;

/** A text as it is, character for character. */
export function Verbatim({ text, label }: { readonly text: string; readonly label: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > shownAtFirst;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a <fieldset> is no place for a command */}
      <pre className="cmd" role="group" aria-label={label} {...scrolls}>
        <Exact>{cut ? text.slice(0, shownAtFirst) : text}</Exact>
      </pre>
      {cut && (
        <p className="small s-blocked">
          {`${text.length - shownAtFirst} more characters are not shown yet. `}
          <Button size="s" onClick={() => setWhole(true)}>
            Show all
          </Button>
        </p>
      )}
    </>
  );
}

/** What scrolls has to be reached by keys, too. */
const scrolls = { tabIndex: 0 } as const;

function FileChange({ file }: { readonly file: FileDiff }) {
  const [whole, setWhole] = useState(false);
  const lines = flatten(parsePatch(file.patch));
  const shown = whole ? lines : lines.slice(0, linesAtFirst);
  return (
    <div className="ask-file">
      <p className="cap">
        <span className="mono cut grow">
          <Exact>{file.path}</Exact>
        </span>
        <span className="t3">{kinds[file.kind]}</span>
        <AddsDels additions={file.additions} deletions={file.deletions} />
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a <fieldset> is no place for a diff */}
      <div className="diff" role="group" aria-label={`Changes of ${file.path}`} {...scrolls}>
        {shown.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line of a patch is named by its place
          <ExactRow key={index} row={row} />
        ))}
      </div>
      {shown.length < lines.length && (
        <p className="small s-blocked">
          {`${lines.length - shown.length} more lines are not shown yet. `}
          <Button size="s" onClick={() => setWhole(true)}>
            Show all
          </Button>
        </p>
      )}
    </div>
  );
}

/** Nothing of it is coloured or compared: every character counts. */
function ExactRow({ row }: { readonly row: FlatRow }) {
  const line = row.sort === "line" ? row.lines[row.index] : undefined;
  const sort = line?.sort ?? "hunk";
  const section = row.sort === "hunk" ? row.section || "⋯" : "";
  return (
    <div className={cx("ln", looks[sort])}>
      <i>{line?.now ?? line?.old}</i>
      <u>{signs[sort]}</u>
      <s>
        <Exact>{line?.text ?? section}</Exact>
      </s>
    </div>
  );
}

const kinds = { add: "new", update: "", delete: "deleted", move: "moved" } as const;
const signs = { same: " ", add: "+", del: "−", hunk: "", note: "" } as const;
const looks = { same: "", add: "a", del: "d", hunk: "hk", note: "v" } as const;
