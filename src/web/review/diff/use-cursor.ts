import { announce } from "../../ui/live-region.tsx";
import { useReaderStore } from "../data/reader.ts";
import { hunkFrom, placeOf, type Spot, step } from "../rows/cursor.ts";
import { lineAt, type Side } from "../rows/rows.ts";
import { firstSeen, type Seen, spoken, startOfSearch, yOfRow } from "./seen.ts";
import type { Scroller } from "./use-scroller.ts";

export interface CursorMoves {
  /** By lines; with `select` from where the selection began. */
  walk(by: number, select: boolean): void;
  /** To the other half, where it has a line. */
  toSide(side: Side): void;
  toHunk(by: 1 | -1): void;
}

/** A cursor on the lines of all files. Wherever it goes is in view, and said. */
export function useCursor({ view, stack, reveal }: Scroller): CursorMoves {
  const store = useReaderStore();
  const seen = (): Seen => ({
    top: view.current?.scrollTop ?? 0,
    height: view.current?.clientHeight ?? 0,
  });
  const move = (at: Spot, from: Spot | null = null): void => {
    const place = placeOf(stack, at);
    if (place === null) return;
    store.setState({ cursor: { at, from }, current: at.path });
    reveal(yOfRow(stack, place), yOfRow(stack, { ...place, row: place.row + 1 }));
    announce(spoken(stack, at));
  };
  return {
    walk(by, select) {
      const { cursor } = store.getState();
      const at = cursor === null || placeOf(stack, cursor.at) === null ? null : cursor.at;
      if (at === null) {
        const first = firstSeen(stack, seen());
        if (first !== null) move(first);
        return;
      }
      const next = step(stack, at, by, select);
      const from = select ? (cursor?.from ?? at) : null;
      move(next, from !== null && from.key === next.key ? null : from);
    },
    toSide(side) {
      const { cursor } = store.getState();
      const place = cursor === null ? null : placeOf(stack, cursor.at);
      const row = place === null ? undefined : stack.blocks[place.block]?.rows[place.row];
      if (cursor === null || row === undefined || lineAt(row, side) === null) return;
      move({ ...cursor.at, side });
    },
    toHunk(by) {
      const { cursor } = store.getState();
      const from = startOfSearch(stack, seen(), cursor?.at ?? null, by);
      const spot = from === null ? null : hunkFrom(stack, from, by, cursor?.at.side ?? "new");
      if (spot === null) announce(by === 1 ? "No further hunk" : "No hunk before this");
      else move(spot);
      view.current?.focus({ preventScroll: true });
    },
  };
}
