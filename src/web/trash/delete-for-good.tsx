import { type FormEvent, useRef, useState } from "react";
import { shortId } from "../../domain/text.ts";
import { later } from "../state/actions.ts";
import { queries, trashQuery } from "../state/queries.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { FaultLine } from "../ui/fault-line.tsx";
import { inOneLine } from "../ui/report.ts";
import { toast } from "../ui/toast.ts";
import { TypedWord } from "../ui/typed-word.tsx";
import type { TrashedTask } from "../wire/calls.ts";
import { call } from "../wire/client.ts";
import { lostParts } from "./words.ts";

export interface DeleteForGoodProps {
  readonly task: TrashedTask;
  readonly onClose: () => void;
}

/** No way back from here: what holds work wants its id typed. */
export function DeleteForGood({ task, onClose }: DeleteForGoodProps) {
  const keep = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const lost = task.trash === null ? [] : lostParts(task.trash);
  const id = shortId(task.id);
  const sure = lost.length === 0 || typed.trim().toLowerCase() === id;

  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("DELETE /trash/:id", { params: { id: task.id } });
      await queries.invalidateQueries({ queryKey: trashQuery.queryKey });
      onClose();
      toast({ text: `Deleted “${task.title}” for good.`, icon: "trash" });
    } catch (cause) {
      setError(inOneLine(cause));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (sure && !busy) later(remove());
  };
  return (
    <Dialog
      title="Delete for good?"
      className="ask-sheet"
      modal="alert"
      initialFocus={lost.length === 0 ? keep : field}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <div className="sheet-body">
          <p className="medium">
            <bdi>{task.title}</bdi>
          </p>
          <p className="t2">
            {lost.length === 0
              ? "It holds no work that is not elsewhere. Its conversation goes with it."
              : "Nothing else holds this work. It goes with the conversation, and no undo brings it back."}
          </p>
          {lost.length > 0 && (
            <ul className="lost">
              {lost.map(({ count, what }) => (
                <li key={what}>
                  <code>{count}</code>
                  <span className="t2">{what}</span>
                </li>
              ))}
            </ul>
          )}
          {lost.length > 0 && (
            <TypedWord
              label={`the task id ${id}`}
              field={field}
              value={typed}
              onChange={setTyped}
            />
          )}
          {error !== null && <FaultLine>{error}</FaultLine>}
        </div>
        <footer>
          <span className="grow" />
          <Button ref={keep} onClick={onClose}>
            Keep
          </Button>
          <Button type="submit" variant="danger" busy={busy} disabled={!sure}>
            Delete for good
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
