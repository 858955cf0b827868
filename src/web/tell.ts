import type { News } from "./state/news.ts";
import { openReview } from "./state/review-place.ts";
import { go, route } from "./state/route.ts";
import { announce } from "./ui/live-region.tsx";
import { toast } from "./ui/toast.ts";

/** Tells of a task that ended or waits, unless it is open and so tells of itself. */
export function tell({ kind, task }: News): void {
  if (route.getState().task === task.id) return;
  const open = { label: "Open", run: () => go({ task: task.id, tab: null }) };
  switch (kind) {
    case "needs-you":
      // Its card goes first in Blocked and is counted in the bar; a toast would say it thrice.
      announce(`${task.title} needs you`);
      break;
    case "review":
      toast({
        text: `${task.title} is ready for review`,
        icon: "st-review",
        action: { label: "Review", run: () => openReview(task.id, "board") },
      });
      break;
    case "failed":
      toast({
        text: `${task.title} did not get through`,
        detail: task.failure?.message ?? null,
        tone: "bad",
        action: open,
      });
      break;
  }
}
