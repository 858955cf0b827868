import { useLayoutEffect, useRef } from "react";
import { columns } from "../state/order.ts";
import { focusCard, selection } from "../state/selection.ts";
import type { Grid } from "./board-keys.ts";
import { heirOf } from "./heir.ts";

/** When the card with the focus goes, the nearest one takes it over; without one, the board. */
export function useHeir(grid: Grid): void {
  const before = useRef(grid);
  // Read while the card still stands: afterwards nothing tells where the focus was.
  const held = heldCard();
  useLayoutEffect(() => {
    const was = before.current;
    before.current = grid;
    if (held === null || was === grid) return;
    if (columns.some((name) => grid.order[name].includes(held))) return;
    const heir = heirOf(was, grid, held);
    if (heir !== null) focusCard(heir.id, heir.column);
    else document.querySelector<HTMLElement>(".board, .board-empty")?.focus();
  });
}

/** The card that has the focus, also when a menu or a question about it has it meanwhile. */
function heldCard(): string | null {
  const active = document.activeElement;
  const card = active?.closest<HTMLElement>("[data-card]")?.dataset["card"];
  if (card !== undefined) return card;
  const about = active?.closest("[role=menu], [role=alertdialog]") ?? null;
  return about === null ? null : selection.getState().focused;
}
