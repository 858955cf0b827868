import { useMemo } from "react";
import type { Column } from "../../contract/primitives.ts";
import type { Task } from "../../contract/task.ts";
import { requestWords } from "../landing/words.ts";
import {
  archiveTask,
  columnName,
  deleteTask,
  isActive,
  later,
  moveTask,
  startTask,
  stopTask,
} from "../state/actions.ts";
import { board, useTask } from "../state/board.ts";
import { columns } from "../state/order.ts";
import { rankFor } from "../state/rank.ts";
import { openReview } from "../state/review-place.ts";
import { go } from "../state/route.ts";
import { toggleMark } from "../state/selection.ts";
import type { MenuEntry } from "../ui/menu.tsx";
import { LazyMenu } from "../ui/menu-button.tsx";
import { closeCardMenu, useCardMenu } from "./card-menu-state.ts";
import { confirmDelete } from "./confirm-state.ts";
import { editTask } from "./edit-state.ts";

/** Moves a card to the end of another column, or to an end of its own. */
export function moveToEnd(task: Task, column: Column, end: "top" | "bottom"): void {
  const { order, tasks } = board.getState();
  const list = order[column].filter((id) => id !== task.id);
  const before = end === "top" ? (list[0] ?? null) : null;
  later(moveTask(task.id, column, rankFor(order[column], tasks, task.id, before)));
}

/** Where a card can go; the same list for `M`, for the context menu and for a screen reader. */
export function moveEntries(task: Task): readonly MenuEntry[] {
  const targets = columns.map(
    (column): MenuEntry => ({
      kind: "item",
      label: column === "running" && column !== task.column ? "Running: start" : columnName(column),
      icon: `st-${column}`,
      checked: column === task.column,
      blocked: column === task.column ? "It is here" : null,
      onSelect: () => moveToEnd(task, column, "top"),
    }),
  );
  return [
    ...targets,
    { kind: "separator", id: "ends" },
    {
      kind: "item",
      label: `Top of ${columnName(task.column)}`,
      onSelect: () => moveToEnd(task, task.column, "top"),
    },
    {
      kind: "item",
      label: `Bottom of ${columnName(task.column)}`,
      onSelect: () => moveToEnd(task, task.column, "bottom"),
    },
  ];
}

/** Deletes at once where nothing runs; a working agent is asked about first. */
export function removeTask(task: Task): void {
  if (isActive(task)) confirmDelete(task.id);
  else later(deleteTask(task.id));
}

/** The pull request at its forge, in a tab of its own. */
function requestEntry({ pullRequest }: Task): readonly MenuEntry[] {
  if (pullRequest?.url.startsWith("https://") !== true) return [];
  return [
    {
      kind: "item",
      label: `Pull request ${requestWords(pullRequest).state}`,
      icon: "link",
      onSelect: () => open(pullRequest.url, "_blank", "noopener,noreferrer"),
    },
  ];
}

/** Every command of a card. */
export function cardEntries(task: Task): readonly MenuEntry[] {
  const active = isActive(task);
  return [
    {
      kind: "item",
      label: "Open",
      icon: "panel",
      keys: "Enter",
      onSelect: () => go({ task: task.id }),
    },
    {
      kind: "item",
      label: "Review the changes",
      icon: "st-review",
      keys: "R",
      blocked: task.runId === null ? "It has not run yet" : null,
      onSelect: () => openReview(task.id, "board"),
    },
    ...requestEntry(task),
    active
      ? { kind: "item", label: "Stop", icon: "stop", onSelect: () => later(stopTask(task.id)) }
      : {
          kind: "item",
          label: task.runId === null ? "Start" : "Start again",
          icon: "play",
          onSelect: () => later(startTask(task.id)),
        },
    {
      kind: "item",
      label: task.runId === null ? "Edit" : "Rename",
      icon: "t-edit",
      keys: "E",
      onSelect: () => editTask(task.id),
    },
    { kind: "sub", label: "Move to", icon: "board", keys: "M", entries: moveEntries(task) },
    { kind: "item", label: "Mark", icon: "check", keys: "X", onSelect: () => toggleMark(task.id) },
    { kind: "separator", id: "away" },
    {
      kind: "item",
      label: "Archive",
      icon: "archive",
      blocked: active ? "Stop it first" : null,
      onSelect: () => later(archiveTask(task.id)),
    },
    {
      kind: "item",
      label: "Delete",
      icon: "trash",
      danger: true,
      onSelect: () => removeTask(task),
    },
  ];
}

/** The menu of whichever card asked for it. */
export function CardMenu() {
  const open = useCardMenu();
  const task = useTask(open?.taskId ?? null);
  const part = open?.part;
  const entries = useMemo(
    () => (task === null ? [] : part === "move" ? moveEntries(task) : cardEntries(task)),
    [task, part],
  );
  if (open === null || task === null) return null;
  const card = document.querySelector<HTMLElement>(`[data-card="${CSS.escape(task.id)}"]`);
  return (
    <LazyMenu
      key={`${open.taskId}-${open.part}`}
      label={open.part === "move" ? `Move ${task.title} to` : task.title}
      entries={entries}
      anchor={open.anchor}
      returnTo={card}
      onClose={closeCardMenu}
    />
  );
}
