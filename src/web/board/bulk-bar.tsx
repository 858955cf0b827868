import type { Task } from "../../contract/task.ts";
import {
  archiveTask,
  columnName,
  deleteTask,
  isActive,
  later,
  startTask,
  stopTask,
} from "../state/actions.ts";
import { board } from "../state/board.ts";
import { columns } from "../state/order.ts";
import { markOnly, useSelection } from "../state/selection.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { MenuButton } from "../ui/menu-button.tsx";
import { moveToEnd } from "./card-menu.tsx";

function markedTasks(): readonly Task[] {
  const { tasks } = board.getState();
  return [...markedIds()].flatMap((id) => tasks.get(id) ?? []);
}

let markedIds: () => ReadonlySet<string> = () => new Set();

/** What can be done with all marked cards at once. */
export function BulkBar() {
  const marked = useSelection((state) => state.marked);
  markedIds = () => marked;
  useHotkeys(
    marked.size === 0
      ? []
      : [
          {
            id: "board.unmark",
            label: "Clear the marks",
            keys: ["Escape"],
            run: () => markOnly([]),
          },
        ],
  );
  if (marked.size === 0) return null;
  const each = (fits: (task: Task) => boolean, act: (task: Task) => Promise<void> | void) => () => {
    for (const task of markedTasks().filter(fits)) {
      const work = act(task);
      if (work !== undefined) later(work);
    }
    markOnly([]);
  };
  const idle = (task: Task): boolean => !isActive(task);
  return (
    <section className="bulk" aria-label="Marked tasks">
      <span className="t2 num">{marked.size} marked</span>
      <Button variant="ghost" onClick={each(idle, (task) => startTask(task.id))}>
        Start
      </Button>
      <Button variant="ghost" onClick={each(isActive, (task) => stopTask(task.id))}>
        Stop
      </Button>
      <MenuButton
        label="Move marked tasks"
        icon="board"
        entries={() =>
          columns
            .filter((column) => column !== "running")
            .map((column) => ({
              kind: "item" as const,
              label: columnName(column),
              onSelect: each(
                () => true,
                (task) => moveToEnd(task, column, "bottom"),
              ),
            }))
        }
      >
        Move
      </MenuButton>
      <Button variant="ghost" onClick={each(idle, (task) => archiveTask(task.id, true, "quiet"))}>
        Archive
      </Button>
      <Button
        variant="ghost"
        className="danger"
        onClick={each(idle, (task) => deleteTask(task.id))}
      >
        Delete
      </Button>
      <IconButton
        icon="x"
        size="s"
        label="Clear the marks"
        keys="Escape"
        onClick={() => markOnly([])}
      />
    </section>
  );
}
