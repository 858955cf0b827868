import { useRef, useState } from "react";
import type { Harness } from "../../../contract/harness.ts";
import { counted, later } from "../../state/actions.ts";
import { useBoard } from "../../state/board.ts";
import { go } from "../../state/route.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icons.tsx";
import { inWords } from "../../ui/report.ts";
import { toast } from "../../ui/toast.ts";
import { ApiError, call } from "../../wire/client.ts";
import { harnessesChanged } from "./queries.ts";

export interface DeleteHarnessProps {
  readonly harness: Harness;
  readonly onClose: () => void;
}

interface Refused {
  readonly text: string;
  /** The tasks that use it; empty when it was refused for something else. */
  readonly taskIds: readonly string[];
}

/** Deletes an account, or says which tasks stand in the way. */
export function DeleteHarness({ harness, onClose }: DeleteHarnessProps) {
  const keep = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const params = { id: harness.id };

  const act = async (work: () => Promise<unknown>, told: string): Promise<void> => {
    setBusy(true);
    try {
      await work();
      await harnessesChanged();
      onClose();
      toast({ text: told });
    } catch (error) {
      setRefused(refusal(error));
      setBusy(false);
    }
  };
  const remove = (): void =>
    later(
      act(async () => {
        await call("DELETE /harnesses/:id", { params });
        go({ section: "accounts" }, "replace");
      }, `Deleted ${harness.label}. Its config home is put aside for 30 days.`),
    );
  const off = (): void =>
    later(
      act(
        () => call("PATCH /harnesses/:id", { params, body: { enabled: false } }),
        `${harness.label} is switched off. Its tasks can start again when it is on.`,
      ),
    );
  return (
    <Dialog
      title={refused === null ? `Delete ${harness.label}?` : `${harness.label} is in use`}
      className="ask-sheet"
      modal="alert"
      initialFocus={keep}
      onClose={onClose}
    >
      <div className="sheet-body">
        {refused === null ? (
          <p className="t2">
            No new task can choose it. A config home of its own, with login and history, is put
            aside for 30 days.
          </p>
        ) : (
          <Users refused={refused} onClose={onClose} />
        )}
      </div>
      <footer>
        <span className="grow" />
        <Button ref={keep} onClick={onClose}>
          Keep
        </Button>
        {refused === null ? (
          <Button variant="danger" busy={busy} onClick={remove}>
            Delete account
          </Button>
        ) : (
          harness.enabled && (
            <Button busy={busy} onClick={off}>
              Switch it off instead
            </Button>
          )
        )}
      </footer>
    </Dialog>
  );
}

function refusal(error: unknown): Refused {
  const { text, hint } = inWords(error);
  const found = error instanceof ApiError ? error.details?.["taskIds"] : undefined;
  const taskIds = Array.isArray(found) ? found.filter((id) => typeof id === "string") : [];
  return { text: taskIds.length > 0 || hint === null ? text : `${text} ${hint}`, taskIds };
}

/** So many of them are named; the rest is counted. */
const named = 6;

function Users({ refused, onClose }: { readonly refused: Refused; readonly onClose: () => void }) {
  const tasks = useBoard((state) => state.tasks);
  const { taskIds } = refused;
  if (taskIds.length === 0) {
    return (
      <p className="fault" role="alert">
        <Icon name="st-failed" size={14} />
        {refused.text}
      </p>
    );
  }
  const here = taskIds.flatMap((id) => tasks.get(id) ?? []);
  const rest = taskIds.length - Math.min(named, here.length);
  return (
    <>
      <p className="t2" role="alert">
        {taskIds.length === 1
          ? "1 task would be left without its agent: it could no longer be started or answered. Delete it first, or switch the account off."
          : `${taskIds.length} tasks would be left without their agent: they could no longer be started or answered. Delete them first, or switch the account off.`}
      </p>
      <ul className="lost">
        {here.slice(0, named).map((task) => (
          <li key={task.id} className="user">
            <button
              type="button"
              className="link cut"
              onClick={() => {
                onClose();
                go({ view: null, task: task.id, tab: null });
              }}
            >
              <bdi>{task.title}</bdi>
            </button>
          </li>
        ))}
        {rest > 0 && (
          <li className="user t3">
            {counted(rest, here.length === 0 ? "task" : "more task")}, on the board or archived
          </li>
        )}
      </ul>
    </>
  );
}
