import type { Task } from "../../contract/task.ts";
import { later, startTask, stopTask } from "../state/actions.ts";
import { openReview } from "../state/review-place.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import type { StateName } from "../ui/state-glyph.tsx";
import { tip } from "../ui/tooltip.tsx";
import { openCardMenu } from "./card-menu-state.ts";

interface Quick {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** The one thing most worth doing with a card in its state. */
function quickAction(task: Task, state: StateName): Quick | null {
  const start = (label: string): Quick => ({
    icon: "play",
    label,
    run: () => later(startTask(task.id)),
  });
  switch (state) {
    case "backlog":
    case "ready":
      return start("Start");
    case "failed":
    case "orphaned":
    case "stopped":
      return start("Start again");
    case "queued":
    case "preparing":
    case "running":
      return { icon: "stop", label: "Stop", run: () => later(stopTask(task.id)) };
    case "review":
    case "done":
      return {
        icon: "st-review",
        label: "Review",
        keys: "R",
        run: () => openReview(task.id, "board"),
      };
    case "blocked":
    case "stopping":
      return null;
  }
}

export interface CardActionsProps {
  readonly task: Task;
  readonly state: StateName;
  readonly current: boolean;
}

/** Two actions that take the agent's place on hover and on focus: the same for both. */
export function CardActions({ task, state, current }: CardActionsProps) {
  const quick = quickAction(task, state);
  const tabIndex = current ? 0 : -1;
  return (
    <span className="more">
      {quick !== null && (
        <button
          type="button"
          className="btn ghost icon s"
          tabIndex={tabIndex}
          aria-label={`${quick.label}: ${task.title}`}
          onClick={quick.run}
          {...tip(quick.label, quick.keys)}
        >
          <Icon name={quick.icon} size={14} />
        </button>
      )}
      <button
        type="button"
        className="btn ghost icon s"
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-label={`More: ${task.title}`}
        onClick={(event) => openCardMenu(task.id, "all", event.currentTarget)}
        {...tip("More", "Shift+F10")}
      >
        <Icon name="more" size={14} />
      </button>
    </span>
  );
}
