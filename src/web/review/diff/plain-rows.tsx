import { useState } from "react";
import type { ChangedFile } from "../../../contract/changes.ts";
import { later } from "../../state/actions.ts";
import { Button } from "../../ui/button.tsx";
import { report } from "../../ui/report.ts";
import { Exact } from "../../ui/text.tsx";
import { openInEditor } from "../data/act.ts";
import { useFacts } from "../data/context.ts";
import { wholeFile } from "../data/queries.ts";
import { useReaderStore } from "../data/reader.ts";
import type { Row } from "../rows/rows.ts";

/** What happened to a file beside its lines. */
export function NotesRow({ notes }: { readonly notes: readonly string[] }) {
  return (
    <p className="fnotes small t2">
      <Exact>{`${notes.join(". ")}.`}</Exact>
    </p>
  );
}

export interface EmptyRowProps {
  readonly file: ChangedFile;
  readonly row: Extract<Row, { kind: "empty" }>;
}

/** A file whose lines are not shown: why, and the way to them. */
export function EmptyRow({ file, row }: EmptyRowProps) {
  const { task } = useFacts();
  const { why, offer } = row;
  const gone = file.status === "deleted";
  return (
    <div className="fempty">
      <p>
        <b className="medium">{why.title}.</b> <span className="t2">{why.text}</span>
      </p>
      {offer === "show" && <ShowButton file={file} />}
      {offer === "load" && <LoadButton file={file} />}
      {offer !== "show" && !gone && file.kind !== "submodule" && (
        <Button
          size="s"
          icon="open"
          variant="ghost"
          onClick={() => later(openInEditor(task, file.path, null))}
        >
          Open in editor
        </Button>
      )}
    </div>
  );
}

function ShowButton({ file }: { readonly file: ChangedFile }) {
  const store = useReaderStore();
  const lines = file.additions + file.deletions;
  return (
    <Button
      size="s"
      onClick={() => store.setState(({ shown }) => ({ shown: new Set(shown).add(file.id) }))}
    >
      {`Show ${lines.toLocaleString()} changed line${lines === 1 ? "" : "s"}`}
    </Button>
  );
}

function LoadButton({ file }: { readonly file: ChangedFile }) {
  const { task, compared } = useFacts();
  const store = useReaderStore();
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      const whole = await wholeFile(task.id, file.path, compared.query);
      store.setState(({ loaded, shown }) => ({
        loaded: new Map(loaded).set(file.id, whole),
        shown: new Set(shown).add(file.id),
      }));
    } catch (error) {
      report(error, { what: "Could not load its lines", retry: () => later(load()) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="s" busy={busy} onClick={() => later(load())}>
      {busy ? "Loading" : "Load its lines"}
    </Button>
  );
}
