import type { ChangedFile } from "../../../contract/changes.ts";
import { copyText } from "../../run/copy-button.tsx";
import { later } from "../../state/actions.ts";
import { AddsDels, Badge } from "../../ui/bits.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import type { MenuEntry } from "../../ui/menu.tsx";
import { MenuButton } from "../../ui/menu-button.tsx";
import { Exact } from "../../ui/text.tsx";
import { countsOf } from "../comments/placing.ts";
import { copyPatch, openInEditor, revert, setViewed } from "../data/act.ts";
import { useFacts } from "../data/context.ts";
import { setFold, useReaderStore } from "../data/reader.ts";
import { ViewedBox } from "../viewed-box.tsx";
import { useComment } from "./use-comment.ts";
import { wholePath } from "./use-rows.ts";

export interface FileHeaderProps {
  readonly file: ChangedFile;
  readonly folded: boolean;
}

/** The name of a file and what can be done with all of it. It stays in view while the file is read. */
export function FileHeader({ file, folded }: FileHeaderProps) {
  const { seen, shown, comments } = useFacts();
  const store = useReaderStore();
  if (file.path === wholePath) return <WholeHeader />;
  const state = seen.of(file);
  const held = shown.held.get(file.path);
  const { open, drafts } = countsOf([...comments.values()], file);
  return (
    <header className={cx("fh", folded && "is-folded")}>
      <button
        type="button"
        className="fold"
        aria-expanded={!folded}
        aria-label={`${folded ? "Open" : "Fold"} ${file.path}`}
        onClick={() => setFold(store, file.path, !folded)}
      >
        <Icon name={folded ? "chev-r" : "chev-d"} size={14} />
      </button>
      <FileName file={file} />
      <AddsDels additions={file.additions} deletions={file.deletions} />
      {state === "changed" && <Badge tone="warn">Changed since viewed</Badge>}
      {held !== undefined && <Changed file={file} gone={held.now === null} />}
      {open + drafts > 0 && folded && (
        <span className="cnt s-blocked">
          <Icon name="comment" size={12} />
          {open + drafts}
        </span>
      )}
      <span className="grow" />
      <Actions file={file} />
      <Viewed file={file} checked={state === "yes"} />
    </header>
  );
}

function WholeHeader() {
  return (
    <header className="fh">
      <Icon name="comment" size={14} className="t3" />
      <h2 className="medium">On the whole</h2>
    </header>
  );
}

function FileName({ file }: { readonly file: ChangedFile }) {
  const slash = file.path.lastIndexOf("/") + 1;
  return (
    <h2 className="mono fname" title={file.path}>
      <span className="t3 cut">
        <Exact>{file.path.slice(0, slash)}</Exact>
      </span>
      <span className="cut own">
        <Exact>{file.path.slice(slash)}</Exact>
      </span>
    </h2>
  );
}

/** The reader is in a file that has changed: it changes here when they say so. */
function Changed({ file, gone }: { readonly file: ChangedFile; readonly gone: boolean }) {
  const { shown } = useFacts();
  return (
    <Button size="s" icon="refresh" className="news" onClick={() => shown.release(file.path)}>
      {gone ? "No longer changed, show" : "Changed, show"}
    </Button>
  );
}

function Viewed({ file, checked }: { readonly file: ChangedFile; readonly checked: boolean }) {
  const { task } = useFacts();
  const store = useReaderStore();
  return (
    <ViewedBox
      checked={checked}
      label={`Viewed ${file.path}`}
      word="Viewed"
      onChange={(viewed) => {
        setFold(store, file.path, viewed);
        later(setViewed(task, [file], viewed));
      }}
    />
  );
}

function Actions({ file }: { readonly file: ChangedFile }) {
  const { task, compared, shown } = useFacts();
  const comment = useComment();
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const { scope, run, commit } = compared.query;
  const takeBack = (): Promise<boolean> =>
    revert({
      task,
      body: {
        kind: "files",
        paths: [file.path],
        scope: scope ?? "base",
        ...(run === undefined ? {} : { run }),
        ...(commit === undefined ? {} : { commit }),
      },
      what: name,
      expect: () => shown.expect([file.path]),
    });
  const entries = (): readonly MenuEntry[] => [
    {
      kind: "item",
      label: "Comment on the file",
      icon: "comment",
      onSelect: () => comment.onFile(file.path),
    },
    {
      kind: "item",
      label: "Copy path",
      icon: "copy",
      onSelect: () => later(copyText(file.path, "Path copied")),
    },
    {
      kind: "item",
      label: "Copy patch",
      icon: "copy",
      onSelect: () => later(copyPatch(task, file.path, compared.query)),
    },
  ];
  return (
    <span className="acts">
      <IconButton icon="undo" size="s" label={`Revert ${name}`} onClick={() => later(takeBack())} />
      {file.status !== "deleted" && (
        <IconButton
          icon="open"
          size="s"
          label={`Open ${name} in the editor`}
          onClick={() => later(openInEditor(task, file.path, null))}
        />
      )}
      <MenuButton label={`More for ${name}`} icon="more" size="s" align="end" entries={entries} />
    </span>
  );
}
