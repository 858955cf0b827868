import { board } from "./board.ts";
import { go, route } from "./route.ts";
import { focusCard } from "./selection.ts";

/** The task whose panel was left for the review, until the panel took the focus back. */
let leftPanel: string | null = null;

/** Opens the review of a task; from its panel, the way back leads to the panel. */
export function openReview(taskId: string, from: "board" | "panel", file?: string): void {
  const tab = from === "panel" ? "changes" : null;
  go({ task: taskId, view: "review", tab, file: file ?? null, dialog: null });
}

/** Goes back to where the review was opened from, with the focus where it was. */
export function closeReview(): void {
  const { task, tab } = route.getState();
  if (tab !== null) {
    leftPanel = task;
    go({ view: null });
    return;
  }
  const column = task === null ? undefined : board.getState().tasks.get(task)?.column;
  go({ view: null, task: null });
  if (task !== null && column !== undefined) focusCard(task, column);
}

/** Whether the person just came back to this panel from the review; says so once. */
export function cameBack(taskId: string): boolean {
  const came = leftPanel === taskId;
  leftPanel = null;
  return came;
}
