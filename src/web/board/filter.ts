import type { Column } from "../../contract/primitives.ts";
import type { Task } from "../../contract/task.ts";
import { shortId } from "../../domain/text.ts";
import { columns, type Order, type Tasks } from "../state/order.ts";

/** What the board shows of all tasks. Every part that is set has to fit. */
export interface Filter {
  readonly q: string;
  readonly agent: string | null;
  readonly project: string | null;
  readonly column: string | null;
}

export function isFiltering(filter: Filter): boolean {
  return filter.q.trim() !== "" || filter.agent !== null || filter.project !== null;
}

/** The last part of a path: how people call a folder. */
export function folderName(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1) || path;
}

/**
 * Makes the test a task has to pass; words are matched anywhere, in any order. Of an id only the start
 * of what a card shows of it counts, or all of it: a few digits are in half of all ids.
 */
export function matcher(filter: Filter): (task: Task) => boolean {
  const words = filter.q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return (task) => {
    if (filter.agent !== null && task.agent !== filter.agent) return false;
    if (filter.project !== null && task.workdir !== filter.project) return false;
    if (words.length === 0) return true;
    const text = [
      task.title,
      task.promptPreview,
      task.branch ?? "",
      task.agent,
      folderName(task.workdir),
    ]
      .join("\n")
      .toLowerCase();
    const [id, short] = [task.id.toLowerCase(), shortId(task.id)];
    return words.every((word) => text.includes(word) || short.startsWith(word) || id === word);
  };
}

/** What of the order is shown; columns that lose nothing keep their array. */
export function visibleOrder(order: Order, tasks: Tasks, filter: Filter): Order {
  if (!isFiltering(filter)) return order;
  const fits = matcher(filter);
  const shown = { ...order };
  for (const column of columns) {
    const ids = order[column].filter((id) => {
      const task = tasks.get(id);
      return task !== undefined && fits(task);
    });
    if (ids.length !== order[column].length) shown[column] = ids;
  }
  return shown;
}

export type FilterToken =
  | { readonly agent: string }
  | { readonly project: string }
  | { readonly column: Column };

/**
 * Takes finished `agent:x`, `project:x` and `column:x` out of typed text. A token counts once a
 * space follows it, so it does not vanish under the fingers.
 */
export function takeTokens(
  text: string,
  known: { readonly agents: readonly string[]; readonly projects: readonly string[] },
): { readonly rest: string; readonly tokens: readonly FilterToken[] } {
  const tokens: FilterToken[] = [];
  const rest = text.replace(
    /(?:^|\s)(agent|project|column):(\S+)\s/g,
    (whole, kind, value: string) => {
      const token = tokenOf(kind, value.toLowerCase(), known);
      if (token === null) return whole;
      tokens.push(token);
      return " ";
    },
  );
  return { rest: tokens.length === 0 ? text : rest.trimStart(), tokens };
}

function tokenOf(
  kind: string,
  value: string,
  known: { readonly agents: readonly string[]; readonly projects: readonly string[] },
): FilterToken | null {
  if (kind === "agent") {
    const agent = known.agents.find((id) => id.toLowerCase().startsWith(value));
    return agent === undefined ? null : { agent };
  }
  if (kind === "project") {
    const project = known.projects.find((path) => folderName(path).toLowerCase().startsWith(value));
    return project === undefined ? null : { project };
  }
  const column = columns.find((name) => name.startsWith(value));
  return column === undefined ? null : { column };
}
