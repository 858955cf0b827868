import type { ChangedFile, ChangeQuery, RevertBody } from "../../../contract/changes.ts";
import type { Task } from "../../../contract/task.ts";
import { later } from "../../state/actions.ts";
import { refreshChanges } from "../../state/changes.ts";
import { announce } from "../../ui/live-region.tsx";
import { report } from "../../ui/report.ts";
import { hasHidden } from "../../ui/text.tsx";
import { toast } from "../../ui/toast.ts";
import { call } from "../../wire/client.ts";
import { changeReview, patchText } from "./queries.ts";

/** Everything a person does with changes. Failures tell of themselves. */

const undoFor = 12_000;

/** Marks files as looked at, by the change that was seen; shows at once, and is taken back on failure. */
export async function setViewed(
  task: Task,
  files: readonly ChangedFile[],
  viewed: boolean,
): Promise<void> {
  const marks = files.map(({ path, id }) => ({ path, id: viewed ? id : null }));
  const paths = new Set(files.map(({ path }) => path));
  changeReview(task.id, (before) => ({
    ...before,
    viewed: [
      ...before.viewed.filter(({ path }) => !paths.has(path)),
      ...(viewed ? files.map(({ path, id }) => ({ path, id, at: Date.now() })) : []),
    ],
  }));
  try {
    const answer = await call("PUT /tasks/:id/viewed", {
      params: { id: task.id },
      body: { files: marks },
    });
    changeReview(task.id, (before) => ({ ...before, viewed: [...answer.viewed] }));
  } catch (error) {
    refreshChanges(task.id);
    report(error, {
      what: viewed ? "Could not mark it as viewed" : "Could not take the mark away",
    });
  }
}

/** All that is here has been looked at: from now on "Since my review" begins here. */
export async function markReviewed(task: Task): Promise<void> {
  try {
    const { reviewedAt } = await call("POST /tasks/:id/reviewed", {
      params: { id: task.id },
      body: {},
    });
    changeReview(task.id, (before) => ({ ...before, reviewedAt }));
    refreshChanges(task.id);
    toast({
      text: "Marked as reviewed.",
      detail: "“Since my review” shows what changes from now on.",
      icon: "check",
      tone: "good",
    });
  } catch (error) {
    report(error, {
      what: "Could not mark it as reviewed",
      retry: () => later(markReviewed(task)),
    });
  }
}

export interface Reverted {
  readonly task: Task;
  readonly body: RevertBody;
  /** What was taken back, as the person would say it: "the hunk of create.ts". */
  readonly what: string;
  /** The screen is to show these files at once, when they come. */
  readonly expect: () => void;
}

/** Takes changes back, without asking, and offers the way back. True when it was done. */
export async function revert({ task, body, what, expect }: Reverted): Promise<boolean> {
  try {
    const { checkpoint } = await call("POST /tasks/:id/changes/revert", {
      params: { id: task.id },
      body,
    });
    expect();
    refreshChanges(task.id);
    toast({
      text: `Reverted ${what}.`,
      icon: "undo",
      timeout: undoFor,
      countdown: true,
      action: {
        label: "Undo",
        icon: "undo",
        run: () => later(undoRevert(task, checkpoint.id, what, expect)),
      },
    });
    return true;
  } catch (error) {
    report(error, { what: `Could not revert ${what}`, kept: "No file was touched." });
    return false;
  }
}

async function undoRevert(
  task: Task,
  checkpointId: string,
  what: string,
  expect: () => void,
): Promise<void> {
  try {
    await call("POST /tasks/:id/checkpoints/:checkpointId/restore", {
      params: { id: task.id, checkpointId },
      body: {},
    });
    expect();
    refreshChanges(task.id);
    announce(`Brought back ${what}`);
  } catch (error) {
    report(error, {
      what: `Could not bring back ${what}`,
      kept: "It is kept as a checkpoint of this task.",
      retry: () => later(undoRevert(task, checkpointId, what, expect)),
    });
  }
}

/** Opens a file of the worktree in the person's editor. */
export async function openInEditor(task: Task, path: string, line: number | null): Promise<void> {
  const root = task.worktreePath ?? task.workdir;
  try {
    await call("POST /open-path", {
      body: {
        taskId: task.id,
        path: `${root}/${path}`,
        app: "editor",
        ...(line === null ? {} : { line }),
      },
    });
    announce(`Opened ${path} in the editor`);
  } catch (error) {
    report(error, { what: "Could not open it in the editor" });
  }
}

/** Puts a patch on the clipboard as it is: `git apply` needs every character of it. */
export async function copyPatch(
  task: Task,
  path: string | null,
  query: ChangeQuery,
): Promise<void> {
  try {
    const text = await patchText(task.id, path, query);
    await navigator.clipboard.writeText(text);
    const visible = text.replaceAll("\r\n", "\n");
    if (hasHidden(visible)) {
      toast({ text: "Copied the patch.", detail: "It has characters in it that cannot be seen." });
    } else announce("Copied the patch");
  } catch (error) {
    report(error, { what: "Could not copy the patch" });
  }
}
