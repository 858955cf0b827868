import type { Column } from "../../contract/primitives.ts";
import { columns } from "../state/order.ts";
import type { Grid } from "./board-keys.ts";

export interface Heir {
  readonly id: string;
  readonly column: Column;
}

/**
 * The card nearest to where `id` stood before it went: what took its place in its column, else what
 * stands at its height in the column nearest to it. Null when no card is left to see, or when `id`
 * is still there.
 */
export function heirOf(before: Grid, now: Grid, id: string): Heir | null {
  const at = columns.findIndex((name) => before.order[name].includes(id));
  const lost = columns[at];
  if (lost === undefined || columns.some((name) => now.order[name].includes(id))) return null;
  const height = before.order[lost].indexOf(id);
  const nearest = columns
    .filter((name) => now.open.includes(name) && now.order[name].length > 0)
    .sort((a, b) => Math.abs(columns.indexOf(a) - at) - Math.abs(columns.indexOf(b) - at))[0];
  if (nearest === undefined) return null;
  const list = now.order[nearest];
  const heir = list[Math.min(height, list.length - 1)];
  return heir === undefined ? null : { id: heir, column: nearest };
}
