import { type KeyboardEvent, memo, useEffect, useId, useMemo, useRef, useState } from "react";
import { VList, type VListHandle } from "virtua";
import { statusMark } from "../../diff/change-words.ts";
import { later } from "../../state/actions.ts";
import { AddsDels } from "../../ui/bits.tsx";
import { cx } from "../../ui/cx.ts";
import { type NamedKey, useNamedKeys } from "../../ui/hotkeys.ts";
import { Icon } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";
import { type Counts, countsOf } from "../comments/placing.ts";
import { setViewed } from "../data/act.ts";
import { useFacts } from "../data/context.ts";
import { useNavigator } from "../data/navigator.ts";
import { setFold, useReader, useReaderStore } from "../data/reader.ts";
import type { Seen } from "../data/viewed.ts";
import { ViewedBox } from "../viewed-box.tsx";
import { filterFiles, type TreeAct, type TreeRow, treeKey, treeRows } from "./tree.ts";

export interface TreeProps {
  readonly filter: string;
  /** A file was picked: a drawer can close. */
  readonly onPick: () => void;
}

/** Keys of the tree with the focus; `treeKey` is what they do. */
const treeKeys: readonly NamedKey[] = [
  {
    id: "files.walk",
    label: "Walk through the tree of files",
    keys: ["ArrowUp", "ArrowDown"],
  },
  { id: "files.fold", label: "Fold or open a folder", keys: ["ArrowLeft", "ArrowRight"] },
  { id: "files.mark", label: "Mark the file in the tree", keys: ["Space"] },
];

/** The changed files as a tree. Up and Down go through it, Left and Right fold, Space marks. */
export function Tree({ filter, onPick }: TreeProps) {
  const { shown, seen, comments } = useFacts();
  const navigator = useNavigator();
  useNamedKeys(treeKeys);
  const current = useReader((reader) => reader.current);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<VListHandle>(null);
  const id = useId();
  const rows = useMemo(
    () => treeRows(filterFiles(shown.files, filter), filter === "" ? closed : new Set()),
    [shown.files, filter, closed],
  );
  const [at, setAt] = useState<string | null>(null);
  // The tree follows the reader; the keyboard may be on a folder meanwhile.
  const key = at ?? (current === null ? null : `f${current}`);
  const index = rows.findIndex((row) => keyOf(row) === key);
  useEffect(() => {
    if (current !== null) setAt(null);
  }, [current]);
  useEffect(() => {
    if (index >= 0) list.current?.scrollToIndex(index, { align: "nearest" });
  }, [index]);

  const said = useMemo(() => {
    const all = [...comments.values()];
    return new Map(shown.files.map((file) => [file.path, countsOf(all, file)]));
  }, [comments, shown.files]);
  const toggle = (path: string, shut: boolean): void => {
    const next = new Set(closed);
    if (shut) next.add(path);
    else next.delete(path);
    setClosed(next);
  };
  const go = (row: TreeRow): void => {
    setAt(keyOf(row));
    if (row.kind === "file") navigator.current?.toFile(row.path);
  };
  const mark = useMarkViewed();
  const act = (wanted: TreeAct): void => {
    switch (wanted.kind) {
      case "go":
        go(wanted.row);
        break;
      case "fold":
        toggle(wanted.path, wanted.shut);
        break;
      case "mark":
        mark(wanted.row);
        break;
      case "read":
        onPick();
        navigator.current?.focus();
        break;
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = treeKey(rows, index, event.key);
    if (wanted === null) return;
    event.preventDefault();
    event.stopPropagation();
    act(wanted);
  };
  if (rows.length === 0) return <p className="tree-none small t2">No file has that in its path.</p>;
  return (
    <div
      className="tree-rows"
      role="tree"
      aria-label="Changed files"
      tabIndex={0}
      aria-activedescendant={index < 0 ? undefined : `${id}-${index}`}
      onKeyDown={onKeyDown}
    >
      <VList ref={list} data={rows} itemSize={28} {...(index < 0 ? {} : { keepMounted: [index] })}>
        {(row, place) => (
          <Entry
            key={keyOf(row)}
            id={`${id}-${place}`}
            row={row}
            on={place === index}
            seen={row.kind === "file" ? seen.of(row.file) : "no"}
            said={said.get(row.path)}
            onPick={() => {
              if (row.kind === "folder") toggle(row.path, row.open);
              else {
                go(row);
                onPick();
              }
            }}
            onMark={() => mark(row)}
          />
        )}
      </VList>
    </div>
  );
}

function keyOf(row: TreeRow): string {
  return `${row.kind === "file" ? "f" : "d"}${row.path}`;
}

function useMarkViewed(): (row: TreeRow) => void {
  const { task, seen } = useFacts();
  const store = useReaderStore();
  return (row) => {
    if (row.kind !== "file") return;
    const viewed = seen.of(row.file) !== "yes";
    setFold(store, row.path, viewed);
    later(setViewed(task, [row.file], viewed));
  };
}

interface EntryProps {
  readonly id: string;
  readonly row: TreeRow;
  readonly on: boolean;
  readonly seen: Seen;
  readonly said: Counts | undefined;
  readonly onPick: () => void;
  readonly onMark: () => void;
}

/** Steps of the tree, in px. */
const step = 14;

const Entry = memo(function Entry({ id, row, on, seen, said, onPick, onMark }: EntryProps) {
  const folder = row.kind === "folder";
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names the row it is on
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for its rows
    <div
      id={id}
      role="treeitem"
      className={cx("tr", folder && "dir", on && "cur", seen === "yes" && "seen")}
      style={{ paddingLeft: 8 + row.depth * step }}
      aria-level={row.depth + 1}
      aria-selected={on}
      aria-expanded={folder ? row.open : undefined}
      aria-checked={folder ? undefined : seen === "yes"}
      title={row.path}
      onClick={onPick}
    >
      {folder ? (
        <Icon name={row.open ? "chev-d" : "chev-r"} size={12} />
      ) : (
        // The row says itself whether it was viewed, and Space marks it.
        <span aria-hidden="true" onClick={(event) => event.stopPropagation()}>
          <ViewedBox checked={seen === "yes"} label="Viewed" skip onChange={onMark} />
        </span>
      )}
      <span className="cut name">
        <Exact>{row.name}</Exact>
      </span>
      {row.kind === "file" && <Facts row={row} seen={seen} said={said} />}
    </div>
  );
});

interface FactsProps {
  readonly row: Extract<TreeRow, { kind: "file" }>;
  readonly seen: Seen;
  readonly said: Counts | undefined;
}

/** What is to be known of a file before it is opened. */
function Facts({ row, seen, said }: FactsProps) {
  const { letter, word, ink } = statusMark(row.file.status);
  const count = (said?.open ?? 0) + (said?.drafts ?? 0);
  return (
    <>
      {count > 0 && (
        <span className="cnt s-blocked num">
          <Icon name="comment" size={12} />
          {count}
          <span className="sr">{count === 1 ? " comment" : " comments"}</span>
        </span>
      )}
      {seen === "changed" && (
        <span className="s-blocked" title="Changed since you viewed it">
          <Icon name="refresh" size={12} />
          <span className="sr">changed since you viewed it</span>
        </span>
      )}
      <span className="grow" />
      <span className="pm">
        <AddsDels additions={row.file.additions} deletions={row.file.deletions} />
      </span>
      <span className={cx("mk mono", ink)} title={word}>
        <span aria-hidden="true">{row.file.status === "modified" ? "" : letter}</span>
        <span className="sr">{word}</span>
      </span>
    </>
  );
}
