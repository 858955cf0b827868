import { useState } from "react";
import type { ChangedFile } from "../../../contract/changes.ts";
import { onlyHunk } from "../../diff/patch.ts";
import { later } from "../../state/actions.ts";
import { usePref } from "../../state/prefs.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";
import { tip } from "../../ui/tooltip.tsx";
import { revert } from "../data/act.ts";
import { useFacts } from "../data/context.ts";
import { type Gap, type GapPart, partsOf, spanOf } from "../rows/gaps.ts";
import type { Row } from "../rows/rows.ts";
import { useExpand } from "./use-expand.ts";
import { hunksOf } from "./use-rows.ts";

export interface HunkRowProps {
  readonly file: ChangedFile;
  readonly row: Extract<Row, { kind: "hunk" }>;
  readonly index: number;
}

/** What is left out before a hunk, where the hunk stands, and the way to take it back. */
export function HunkHeader({ file, row, index }: HunkRowProps) {
  const { hunk, gap, first } = row;
  const span = hunk === null ? null : spanOf(hunk);
  return (
    <div className="hunk" data-row={index}>
      <span className={cx("opens", gap !== null && partsOf(gap, first).length === 2 && "both")}>
        {gap !== null &&
          partsOf(gap, first).map((part) => <Open key={part} {...{ file, row, part }} />)}
      </span>
      {span !== null && <span className="num nb">{`@@ ${whereWords(span)}`}</span>}
      {hunk !== null && hunk.section !== "" && (
        <span className="cut">
          <Exact>{hunk.section}</Exact>
        </span>
      )}
      <span className="grow" />
      {hunk !== null && <RevertHunk file={file} row={row} />}
      {gap !== null && <span className="num nb left-out">{hiddenWords(gap)}</span>}
    </div>
  );
}

/** The lines of a hunk on the new side; on the old one where nothing is left of them. */
function whereWords({ oldFrom, oldTo, nowFrom, nowTo }: ReturnType<typeof spanOf>): string {
  const [from, to] = nowTo < nowFrom ? [oldFrom, oldTo] : [nowFrom, nowTo];
  return from === to ? `${from}` : `${from}–${to}`;
}

function hiddenWords({ from, to }: Gap): string {
  if (to === null) return "to the end of the file";
  const count = to - from + 1;
  return `${count.toLocaleString()} line${count === 1 ? "" : "s"} hidden`;
}

const looks: Readonly<Record<GapPart, { icon: IconName; label: string }>> = {
  all: { icon: "chev-ud", label: "Show the hidden lines" },
  top: { icon: "more-below", label: "Show more below" },
  bottom: { icon: "more-above", label: "Show more above" },
};

interface OpenProps {
  readonly file: ChangedFile;
  readonly row: HunkRowProps["row"];
  readonly part: GapPart;
}

function Open({ file, row, part }: OpenProps) {
  const expand = useExpand();
  const [busy, setBusy] = useState(false);
  const { icon, label } = looks[part];
  return (
    <button
      type="button"
      className="open"
      aria-label={label}
      aria-busy={busy || undefined}
      {...tip(label)}
      onClick={() => {
        if (busy) return;
        setBusy(true);
        later(expand(file, row, part).finally(() => setBusy(false)));
      }}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}

function RevertHunk({
  file,
  row,
}: {
  readonly file: ChangedFile;
  readonly row: HunkRowProps["row"];
}) {
  const [busy, setBusy] = useState(false);
  const takeBack = useRevertHunk();
  const ignoring = usePref("ui.diffWhitespace") === "ignore";
  return (
    <Button
      variant="ghost"
      size="s"
      className="act"
      busy={busy}
      disabled={ignoring}
      {...(ignoring ? tip("Not while white space is ignored") : {})}
      onClick={() => {
        setBusy(true);
        later(takeBack(file, row).finally(() => setBusy(false)));
      }}
    >
      Revert hunk
    </Button>
  );
}

/** Takes one hunk back, as it is seen. */
export function useRevertHunk() {
  const { task, shown } = useFacts();
  return async (file: ChangedFile, row: HunkRowProps["row"]): Promise<void> => {
    if (row.hunk === null || file.patch === null) return;
    const name = file.path.slice(file.path.lastIndexOf("/") + 1);
    const patch = onlyHunk(file.patch, hunksOf(file), row.hunk);
    await revert({
      task,
      body: { kind: "hunks", path: file.path, patch },
      what: `a hunk of ${name}`,
      expect: () => shown.expect([file.path]),
    });
  };
}
