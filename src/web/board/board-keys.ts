import type { KeyboardEvent } from "react";
import { ulid } from "ulid";
import type { Column } from "../../contract/primitives.ts";
import { columnName, later, moveTask } from "../state/actions.ts";
import { board, changeBoard } from "../state/board.ts";
import { addPatch, dropPatch } from "../state/fold.ts";
import { columns, type Order } from "../state/order.ts";
import { rankFor } from "../state/rank.ts";
import { openReview } from "../state/review-place.ts";
import { go } from "../state/route.ts";
import { focusCard, type Grab, selection, setGrab, toggleMark } from "../state/selection.ts";
import type { NamedKey } from "../ui/hotkeys.ts";
import { announce } from "../ui/live-region.tsx";
import { removeTask } from "./card-menu.tsx";
import { openCardMenu } from "./card-menu-state.ts";
import { editTask } from "./edit-state.ts";

/** What is shown, for moving over it: the visible order, without collapsed columns. */
export interface Grid {
  readonly order: Order;
  readonly open: readonly Column[];
}

type Direction = "up" | "down" | "left" | "right" | "first" | "last";

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  k: "up",
  j: "down",
  h: "left",
  l: "right",
  Home: "first",
  End: "last",
};

/** What walks over the cards, as a list of keys shows it. */
export const walkKeys = ["ArrowLeft", "ArrowDown", "ArrowUp", "ArrowRight", "h", "j", "k", "l"];

/** The other keys of a card, in words; `onCardKey` is what they do. */
export const cardKeys: readonly NamedKey[] = [
  { id: "board.ends", label: "First or last card of the column", keys: ["Home", "End"] },
  { id: "board.open", label: "Open the task", keys: ["Enter"] },
  { id: "board.review", label: "Review its changes", keys: ["r"] },
  { id: "board.edit", label: "Edit or rename it", keys: ["e"] },
  { id: "board.move", label: "Move it to another column", keys: ["m"] },
  { id: "board.carry", label: "Carry it by arrows, then drop it", keys: ["Space"] },
  { id: "board.mark", label: "Mark it", keys: ["x"] },
  { id: "board.menu", label: "All that can be done with it", keys: ["Shift+F10"] },
  { id: "board.delete", label: "Delete it", keys: ["Delete"] },
];

/** The keys of the board. Cards do not listen themselves: only the board knows neighbours. */
export function onBoardKey(event: KeyboardEvent, grid: Grid): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = cardUnder(event.target);
  if (card === null) return;
  const { id, onCard } = card;
  const { grab } = selection.getState();
  if (grab !== null) {
    if (onGrabKey(event, grid, grab)) event.preventDefault();
    return;
  }
  if (!onCard) {
    // A button of the card has the focus: its own keys are its own, Escape goes back to the card.
    if (event.key === "Escape") focusCard(id, columnOf(id));
    return;
  }
  if (onCardKey(event, grid, id)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function cardUnder(target: EventTarget): { id: string; onCard: boolean } | null {
  if (!(target instanceof Element)) return null;
  const card = target.closest<HTMLElement>("[data-card]");
  const id = card?.dataset["card"];
  return card === null || id === undefined ? null : { id, onCard: card === target };
}

function columnOf(id: string): Column {
  return board.getState().tasks.get(id)?.column ?? "backlog";
}

function onCardKey(event: KeyboardEvent, grid: Grid, id: string): boolean {
  const direction = directions[event.key];
  if (direction !== undefined && !event.shiftKey) {
    const next = neighbour(grid, id, direction);
    if (next !== null) focusCard(next, columnOf(next));
    return true;
  }
  const task = board.getState().tasks.get(id);
  if (task === undefined) return false;
  switch (event.key) {
    case "Enter":
      go({ task: id });
      return true;
    case "r":
    case "R":
      if (task.runId !== null) openReview(id, "board");
      return true;
    case "e":
    case "E":
      editTask(id);
      return true;
    case "m":
    case "M":
      openCardMenu(id, "move", event.target as Element);
      return true;
    case "ContextMenu":
    case "F10":
      if (event.key === "F10" && !event.shiftKey) return false;
      openCardMenu(id, "all", event.target as Element);
      return true;
    case "x":
    case "X":
      toggleMark(id);
      return true;
    case "Delete":
      removeTask(task);
      return true;
    case " ":
      pickUp(id, grid);
      return true;
    default:
      return false;
  }
}

/** The card an arrow leads to. Sideways it is the one at about the same height. */
function neighbour(grid: Grid, id: string, direction: Direction): string | null {
  const column = columnOf(id);
  const list = grid.order[column];
  const index = list.indexOf(id);
  switch (direction) {
    case "up":
      return list[index - 1] ?? null;
    case "down":
      return list[index + 1] ?? null;
    case "first":
      return list[0] ?? null;
    case "last":
      return list.at(-1) ?? null;
    case "left":
    case "right":
      return beside(grid, id, column, direction);
  }
}

function beside(
  grid: Grid,
  id: string,
  column: Column,
  direction: "left" | "right",
): string | null {
  const step = direction === "left" ? -1 : 1;
  for (let at = grid.open.indexOf(column) + step; ; at += step) {
    const next = grid.open[at];
    if (next === undefined) return null;
    const list = grid.order[next];
    if (list.length > 0) return nearestByHeight(id, next) ?? list[0] ?? null;
  }
}

function nearestByHeight(id: string, column: Column): string | null {
  const here = document.querySelector(`[data-card="${CSS.escape(id)}"]`)?.getBoundingClientRect();
  if (here === undefined) return null;
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const card of document.querySelectorAll<HTMLElement>(
    `[data-column="${column}"] [data-card]`,
  )) {
    const distance = Math.abs(card.getBoundingClientRect().top - here.top);
    if (distance < least) {
      least = distance;
      best = card.dataset["card"] ?? null;
    }
  }
  return best;
}

function say(grid: Grid, id: string, column: Column, lead = ""): void {
  const title = board.getState().tasks.get(id)?.title ?? "";
  const list = grid.order[column].filter((other) => other !== id);
  const { tasks } = board.getState();
  const rank = tasks.get(id)?.position ?? "";
  const position = list.filter((other) => (tasks.get(other)?.position ?? "") < rank).length + 1;
  const start = column === "running" ? ", drop to start" : "";
  announce(
    `${lead}${title}, ${columnName(column)}, position ${position} of ${list.length + 1}${start}`,
    "assertive",
  );
}

function pickUp(id: string, grid: Grid): void {
  const task = board.getState().tasks.get(id);
  if (task === undefined) return;
  setGrab({ id, from: { column: task.column, position: task.position }, patch: ulid() });
  say(grid, id, task.column, "Picked up. Arrows move, Enter drops, Escape puts it back. ");
}

function onGrabKey(event: KeyboardEvent, grid: Grid, grab: Grab): boolean {
  const direction = directions[event.key];
  if (direction !== undefined) {
    carry(grid, grab, direction);
    return true;
  }
  if (event.key === "Enter" || event.key === " ") {
    drop(grid, grab);
    return true;
  }
  if (event.key === "Escape" || event.key === "Tab") {
    putBack();
    return event.key === "Escape";
  }
  return true;
}

/** Shows the held card one step further; nothing is sent before it is dropped. */
function carry(grid: Grid, grab: Grab, direction: Direction): void {
  const { tasks, order } = board.getState();
  const task = tasks.get(grab.id);
  if (task === undefined) return;
  const target = targetOf(grid, task.column, grab.id, direction);
  if (target === null) return;
  const position = rankFor(order[target.column], tasks, grab.id, target.beforeId);
  const change = { column: target.column, position };
  changeBoard((before) =>
    addPatch(dropPatch(before, grab.patch), { key: grab.patch, taskId: grab.id, change }),
  );
  focusCard(grab.id, target.column);
  say(grid, grab.id, target.column);
}

function targetOf(
  grid: Grid,
  column: Column,
  id: string,
  direction: Direction,
): { column: Column; beforeId: string | null } | null {
  const others = (name: Column): readonly string[] =>
    grid.order[name].filter((other) => other !== id);
  const index = grid.order[column].indexOf(id);
  if (direction === "left" || direction === "right") {
    const next = grid.open[grid.open.indexOf(column) + (direction === "left" ? -1 : 1)];
    if (next === undefined) return null;
    return { column: next, beforeId: others(next)[index] ?? null };
  }
  const list = others(column);
  const to = { up: index - 1, down: index + 1, first: 0, last: list.length }[direction];
  if (to < 0 || to > list.length) return null;
  return { column, beforeId: list[to] ?? null };
}

function drop(grid: Grid, grab: Grab): void {
  const task = board.getState().tasks.get(grab.id);
  setGrab(null);
  changeBoard((before) => dropPatch(before, grab.patch));
  if (task === undefined) return;
  const moved = task.column !== grab.from.column || task.position !== grab.from.position;
  if (moved) later(moveTask(grab.id, task.column, task.position));
  say(grid, grab.id, task.column, moved ? "Dropped. " : "Left where it was. ");
  focusCard(grab.id, columnOf(grab.id));
}

/** Ends a keyboard move without moving anything. */
export function putBack(): void {
  const { grab } = selection.getState();
  if (grab === null) return;
  setGrab(null);
  changeBoard((before) => dropPatch(before, grab.patch));
  announce(`Back in ${columnName(grab.from.column)}.`, "assertive");
  focusCard(grab.id, grab.from.column);
}

/** The first card of the board, for a first arrow key with nothing focused. */
export function focusFirst(grid: Grid): void {
  for (const column of columns) {
    const id = grid.open.includes(column) ? grid.order[column][0] : undefined;
    if (id !== undefined) {
      focusCard(id, column);
      return;
    }
  }
}
