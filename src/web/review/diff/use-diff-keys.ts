import { type KeyboardEvent, useCallback, useState } from "react";
import { type NamedKey, useHotkeys, useNamedKeys } from "../../ui/hotkeys.ts";
import { useReaderStore } from "../data/reader.ts";
import { passageOf, type Spot } from "../rows/cursor.ts";
import type { LineMenuAt } from "./line-menu.tsx";
import type { Commenting } from "./use-comment.ts";
import { type CursorMoves, useCursor } from "./use-cursor.ts";
import type { Scroller } from "./use-scroller.ts";
import type { Sideways } from "./use-sideways.ts";

/** How far one press moves the lines sideways, in px. */
const sidestep = 60;

/** Keys of the lines with the focus, in words. */
const lineKeys: readonly NamedKey[] = [
  { id: "lines.line", label: "Move over the lines", keys: ["ArrowUp", "ArrowDown", "k", "j"] },
  { id: "lines.select", label: "Select lines", keys: ["Shift+ArrowUp", "Shift+ArrowDown"] },
  { id: "lines.side", label: "Other side, or along the line", keys: ["ArrowLeft", "ArrowRight"] },
  { id: "lines.menu", label: "All that can be done with the line", keys: ["m"] },
];

/** The keys of the lines: a cursor that walks and selects, hunk by hunk, and what begins at it. */
export function useDiffKeys(
  scroller: Scroller,
  sideways: Sideways,
  split: boolean,
  comment: Commenting,
) {
  const store = useReaderStore();
  const moves = useCursor(scroller);
  const [menu, setMenu] = useState<LineMenuAt | null>(null);
  useDiffHotkeys(scroller, moves, comment);
  useNamedKeys(lineKeys);

  const openAtCursor = (target: Element): void => {
    const { cursor } = store.getState();
    const line = target.querySelector(".is-cur");
    if (cursor === null || line === null) return;
    const { left, bottom } = line.getBoundingClientRect();
    setMenu({ spot: cursor.at, x: left + 60, y: bottom });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const others = event.ctrlKey || event.metaKey || event.altKey;
    if (event.target !== event.currentTarget || others) return;
    const asksMenu = event.key === "ContextMenu" || event.key === "m";
    if (asksMenu || (event.key === "F10" && event.shiftKey)) openAtCursor(event.currentTarget);
    else if (!onMoveKey(event, moves, split ? null : sideways)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const openMenu = useCallback(
    (spot: Spot, x: number, y: number): void => {
      store.setState({ cursor: { at: spot, from: null } });
      setMenu({ spot, x, y });
    },
    [store],
  );
  const closeMenu = useCallback(() => setMenu(null), []);
  return { onKeyDown, menu, openMenu, closeMenu };
}

/** Sideways is another half where there are two, else further along the line. */
function onMoveKey(event: KeyboardEvent, moves: CursorMoves, sideways: Sideways | null): boolean {
  switch (event.key) {
    case "ArrowDown":
    case "j":
      moves.walk(1, event.shiftKey);
      return true;
    case "ArrowUp":
    case "k":
      moves.walk(-1, event.shiftKey);
      return true;
    case "ArrowLeft":
      if (sideways === null) moves.toSide("old");
      else sideways.by(-sidestep);
      return true;
    case "ArrowRight":
      if (sideways === null) moves.toSide("new");
      else sideways.by(sidestep);
      return true;
    default:
      return false;
  }
}

function useDiffHotkeys({ stack }: Scroller, moves: CursorMoves, comment: Commenting): void {
  const store = useReaderStore();
  const say = (): void => {
    const { cursor, current } = store.getState();
    const block = stack.blocks[stack.index.get(cursor?.at.path ?? "") ?? -1];
    const passage = cursor === null || block === undefined ? null : passageOf(block, cursor);
    if (cursor !== null && passage !== null) comment.onLines(cursor.at.path, passage);
    else if (current !== null) comment.onFile(current);
  };
  useHotkeys([
    { id: "lines.hunk.next", label: "Next hunk", keys: ["n"], run: () => moves.toHunk(1) },
    {
      id: "lines.hunk.previous",
      label: "Previous hunk",
      keys: ["p"],
      run: () => moves.toHunk(-1),
    },
    { id: "lines.comment", label: "Comment on the lines", keys: ["c"], run: say },
    {
      id: "lines.comment.whole",
      label: "Comment on the whole",
      keys: ["Shift+C"],
      run: () => comment.onWhole(),
    },
  ]);
}
