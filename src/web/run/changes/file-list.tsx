import { type KeyboardEvent, useEffect, useRef } from "react";
import { VList, type VListHandle } from "virtua";
import type { ChangedFile } from "../../../contract/changes.ts";
import { statusMark } from "../../diff/change-words.ts";
import { AddsDels } from "../../ui/bits.tsx";
import { cx } from "../../ui/cx.ts";
import { type NamedKey, useNamedKeys } from "../../ui/hotkeys.ts";
import { Exact } from "../../ui/text.tsx";

export interface FileListProps {
  readonly files: readonly ChangedFile[];
  readonly selected: string | null;
  readonly onSelect: (path: string) => void;
}

/** Keys of the list with the focus. */
const listKeys: readonly NamedKey[] = [
  { id: "changes.walk", label: "Walk through the files", keys: ["ArrowUp", "ArrowDown"] },
];

/** The changed files. Up and Down move through them while the list has the focus. */
export function FileList({ files, selected, onSelect }: FileListProps) {
  const list = useRef<VListHandle>(null);
  useNamedKeys(listKeys);
  const index = files.findIndex((file) => file.path === selected);
  useEffect(() => {
    if (index >= 0) list.current?.scrollToIndex(index, { align: "nearest" });
  }, [index]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const next = files[index + step];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    onSelect(next.path);
    // The row with the focus must not be left behind when it scrolls out of the list.
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the list takes the arrow keys for its files
    <nav className="files" aria-label="Changed files" onKeyDown={onKeyDown} tabIndex={0}>
      <VList ref={list} data={files} itemSize={28}>
        {(file) => (
          <FileEntry key={file.path} file={file} on={file.path === selected} {...{ onSelect }} />
        )}
      </VList>
    </nav>
  );
}

function FileEntry(props: {
  readonly file: ChangedFile;
  readonly on: boolean;
  readonly onSelect: (path: string) => void;
}) {
  const { file, on, onSelect } = props;
  const { letter, word, ink } = statusMark(file.status);
  const slash = file.path.lastIndexOf("/");
  return (
    <button
      type="button"
      tabIndex={-1}
      className={cx("f1", on && "on")}
      aria-current={on ? "true" : undefined}
      title={file.oldPath === null ? file.path : `${file.oldPath} → ${file.path}`}
      onClick={() => onSelect(file.path)}
    >
      <span className={cx("mark mono", ink)} aria-hidden="true">
        {letter}
      </span>
      <span className="path cut grow">
        <span className="name">
          <Exact>{file.path.slice(slash + 1)}</Exact>
        </span>
        {slash > 0 && (
          <span className="t3 dir">
            <Exact>{file.path.slice(0, slash)}</Exact>
          </span>
        )}
      </span>
      <span className="sr">{word}</span>
      <AddsDels additions={file.additions} deletions={file.deletions} />
    </button>
  );
}
