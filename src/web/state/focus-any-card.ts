import { board } from "./board.ts";
import { columns } from "./order.ts";
import { focusCard } from "./selection.ts";

/** Sends the focus to the board when the card it would go back to is gone. */
export function focusAnyCard(): void {
  const { order } = board.getState();
  const column = columns.find((name) => order[name].length > 0);
  const first = column === undefined ? undefined : order[column][0];
  if (column !== undefined && first !== undefined) focusCard(first, column);
}
