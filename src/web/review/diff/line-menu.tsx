import { useMemo, useRef } from "react";
import { copyText } from "../../run/copy-button.tsx";
import { later } from "../../state/actions.ts";
import { usePref } from "../../state/prefs.ts";
import type { MenuEntry } from "../../ui/menu.tsx";
import { LazyMenu, pointAnchor } from "../../ui/menu-button.tsx";
import { openInEditor } from "../data/act.ts";
import { useFacts } from "../data/context.ts";
import { useNavigator } from "../data/navigator.ts";
import { useReaderStore } from "../data/reader.ts";
import { passageOf, placeOf, rangeWords, type Spot, selectedRows } from "../rows/cursor.ts";
import { lineAt, type Row } from "../rows/rows.ts";
import type { Stack } from "../rows/stack.ts";
import { useRevertHunk } from "./hunk-row.tsx";
import { useComment } from "./use-comment.ts";

export interface LineMenuAt {
  readonly spot: Spot;
  readonly x: number;
  readonly y: number;
}

export interface LineMenuProps {
  readonly menu: LineMenuAt;
  readonly stack: Stack;
  readonly onClose: () => void;
}

/** What can be done at a line: the same by the pointer and by the keyboard. */
export function LineMenu({ menu, stack, onClose }: LineMenuProps) {
  const navigator = useNavigator();
  // A comment has a field of its own, which takes the focus.
  const commenting = useRef(false);
  const entries = useEntries(menu.spot, stack, () => {
    commenting.current = true;
  });
  const anchor = useMemo(() => pointAnchor(menu.x, menu.y), [menu]);
  return (
    <LazyMenu
      label="This line"
      entries={entries}
      anchor={anchor}
      elsewhere={() => commenting.current}
      onClose={() => {
        onClose();
        if (!commenting.current) navigator.current?.focus();
      }}
    />
  );
}

function useEntries(spot: Spot, stack: Stack, onComment: () => void): readonly MenuEntry[] {
  const { task } = useFacts();
  const store = useReaderStore();
  const comment = useComment();
  const takeBack = useRevertHunk();
  const ignoring = usePref("ui.diffWhitespace") === "ignore";
  const place = placeOf(stack, spot);
  const block = stack.blocks[place?.block ?? -1];
  const row = block?.rows[place?.row ?? -1];
  if (block === undefined || place === null || row?.kind !== "line") return [];
  const { cursor } = store.getState();
  const chosen = cursor ?? { at: spot, from: null };
  const rows = selectedRows(block, chosen) ?? [place.row, place.row];
  const passage = passageOf(block, chosen);
  const { file } = block;
  const head = headOf(block.rows, row);
  const line = lineAt(row, "new") ?? lineAt(row, "old");
  return [
    {
      kind: "item",
      label: passage === null ? "Comment" : `Comment on ${rangeWords(passage.range)}`,
      icon: "comment",
      keys: "C",
      onSelect: () => {
        onComment();
        if (passage !== null) comment.onLines(file.path, passage);
      },
    },
    {
      kind: "item",
      label: "Open in the editor here",
      icon: "open",
      onSelect: () => later(openInEditor(task, file.path, line?.now ?? line?.old ?? null)),
    },
    {
      kind: "item",
      label: "Copy the lines",
      icon: "copy",
      onSelect: () => later(copyText(textOf(block.rows.slice(rows[0], rows[1] + 1)), "Copied")),
    },
    { kind: "separator", id: "back" },
    {
      kind: "item",
      label: "Revert this hunk",
      icon: "undo",
      blocked: whyNot(head === null, ignoring),
      onSelect: () => {
        if (head !== null) later(takeBack(file, head));
      },
    },
  ];
}

function whyNot(outside: boolean, ignoring: boolean): string | null {
  if (outside) return "This line has not changed";
  return ignoring ? "Not while white space is ignored" : null;
}

/** The row of the hunk a line belongs to. */
function headOf(
  rows: readonly Row[],
  { stretch }: Extract<Row, { kind: "line" }>,
): Extract<Row, { kind: "hunk" }> | null {
  if (stretch.hunk === null) return null;
  for (const row of rows) if (row.kind === "hunk" && row.hunk === stretch.hunk) return row;
  return null;
}

function textOf(rows: readonly Row[]): string {
  return rows
    .map((row) => lineAt(row, "new") ?? lineAt(row, "old"))
    .flatMap((line) => (line === null ? [] : [line.text]))
    .join("\n");
}
