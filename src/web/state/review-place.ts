import { board } from "./board.ts";
import { focusAnyCard } from "./focus-any-card.ts";
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
  const column = task === null ? undefined : board.getState().tasks.get(task)?.column;
  // Of a task that is gone the panel would only say so once more.
  if (tab !== null && column !== undefined) {
    leftPanel = task;
    go({ view: null });
    return;
  }
  go({ view: null, task: null, tab: null });
  if (task !== null && column !== undefined) focusCard(task, column);
  else focusAnyCard();
}

/** Whether the person just came back to this panel from the review; says so once. */
export function cameBack(taskId: string): boolean {
  const came = leftPanel === taskId;
  leftPanel = null;
  return came;
}
