import type { Landing } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";

/** What opens as a dialog. */
export type Step = "commit" | "merge" | "rebase" | "push" | "request" | "command" | "back";

export interface StepProps {
  readonly task: Task;
  /** Kept up to date while the dialog is open. */
  readonly landing: Landing;
  readonly onClose: () => void;
  /** Goes on to another step instead. */
  readonly toStep: (step: Step) => void;
}
