import { type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useHotkeys } from "../../ui/hotkeys.ts";
import { Icon } from "../../ui/icons.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { useFacts } from "../data/context.ts";
import { Tree } from "./tree.tsx";

export interface FilesPaneProps {
  /** It lies over the diff: then Escape puts it away. */
  readonly drawer: boolean;
  readonly onPick: () => void;
  readonly onClose: () => void;
  /** Called when the filter is asked for while the pane is away. */
  readonly onOpen: () => void;
}

/** The changed files beside the diff. */
export function FilesPane({ drawer, onPick, onOpen, onClose }: FilesPaneProps) {
  const { changes } = useFacts();
  const pane = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [filter, setFilter] = useState("");
  useHotkeys([
    {
      id: "files.filter",
      label: "Filter files",
      keys: ["t"],
      run: () => {
        // A drawer has to be there before it can have the focus.
        flushSync(onOpen);
        field.current?.select();
      },
    },
  ]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.preventDefault();
      if (filter !== "") setFilter("");
      else toTree();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      toTree();
    }
  };
  const toTree = (): void => {
    pane.current?.querySelector<HTMLElement>("[role=tree]")?.focus();
  };
  const close = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented || !drawer) return;
    event.preventDefault();
    onClose();
  };
  return (
    <nav ref={pane} className="rv-tree" aria-label="Files" onKeyDown={close}>
      <search className="field">
        <Icon name="t-search" size={14} />
        <input
          ref={field}
          value={filter}
          aria-label="Filter files"
          placeholder="Filter files"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {filter === "" ? (
          <Kbd keys="T" />
        ) : (
          <button
            type="button"
            className="chip-x"
            aria-label="Clear the filter"
            onClick={() => setFilter("")}
          >
            <Icon name="x" size={12} />
          </button>
        )}
      </search>
      <Tree filter={filter} onPick={onPick} />
      {changes.truncated && (
        <p className="small t2 more-files">More files changed than are listed.</p>
      )}
      <p className="tips small t3">
        File <Kbd keys="[" /> <Kbd keys="]" />
        <span className="mid" />
        Hunk <Kbd keys="N" /> <Kbd keys="P" />
        <span className="mid" />
        Viewed <Kbd keys="V" />
      </p>
    </nav>
  );
}
