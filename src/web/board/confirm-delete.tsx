import { useRef } from "react";
import { counted, deleteTask, later } from "../state/actions.ts";
import { useTask } from "../state/board.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { closeConfirm } from "./confirm-state.ts";

/** Deleting ends a session no undo brings back; its work is kept all the same. */
export default function ConfirmDelete({ taskId }: { readonly taskId: string }) {
  const task = useTask(taskId);
  const keep = useRef<HTMLButtonElement>(null);
  if (task === null) return null;
  const files = task.stats?.files ?? 0;
  return (
    <Dialog
      title={`Delete “${task.title}”?`}
      className="ask-sheet"
      modal="alert"
      initialFocus={keep}
      onClose={closeConfirm}
    >
      <div className="sheet-body">
        <p className="t2">
          Its agent is working. It is stopped and its session ends; the worktree and the branch are
          removed.
        </p>
        <p className="t2">
          {files > 0 ? `${counted(files, "changed file")} and all commits stay` : "Its work stays"}{" "}
          in the trash for 30 days.
        </p>
      </div>
      <footer>
        <span className="grow" />
        <Button ref={keep} onClick={closeConfirm}>
          Keep
        </Button>
        <Button
          variant="danger"
          onClick={() => {
            closeConfirm();
            later(deleteTask(taskId));
          }}
        >
          Delete task
        </Button>
      </footer>
    </Dialog>
  );
}
