import { type MouseEvent, type PointerEvent, useRef } from "react";
import { useReaderStore } from "../data/reader.ts";
import { passageOf, type Spot, sideOf } from "../rows/cursor.ts";
import { rowKey, type Side } from "../rows/rows.ts";
import type { Stack } from "../rows/stack.ts";
import type { Commenting } from "./use-comment.ts";

interface Hit {
  readonly spot: Spot;
  /** On the numbers, where a comment begins. */
  readonly gutter: boolean;
}

/** The line under a point of the page. */
function hit(stack: Stack, target: EventTarget | null): Hit | null {
  const element = target instanceof Element ? target : null;
  const drawn = element?.closest<HTMLElement>(".dr");
  const path = drawn?.closest<HTMLElement>(".fs")?.dataset["path"];
  const block = path === undefined ? undefined : stack.index.get(path);
  if (element === null || drawn === null || drawn === undefined || path === undefined) return null;
  const row = stack.blocks[block ?? -1]?.rows[Number(drawn.dataset["row"])];
  if (row === undefined) return null;
  const half = element.closest(".ln");
  const wanted: Side = drawn.matches(".two") && half?.matches(".R") === false ? "old" : "new";
  const side = sideOf(row, wanted);
  if (side === null) return null;
  return { spot: { path, key: rowKey(row), side }, gutter: element.closest("i, u") !== null };
}

/** Speed of the view while a selection is dragged past its edge, in px for each move. */
const edge = 36;
const creep = 18;

/**
 * The pointer over the lines: on the numbers it selects, and where it is let go a comment begins; a
 * click elsewhere puts the cursor there and leaves the text to be selected.
 */
export function usePointer(stack: Stack, comment: Commenting) {
  const store = useReaderStore();
  const latest = useRef(stack);
  latest.current = stack;
  const drag = useRef<Spot | null>(null);

  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const found = event.button === 0 ? hit(stack, event.target) : null;
    if (found === null || !found.gutter) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    const { cursor } = store.getState();
    const extends_ = event.shiftKey && cursor !== null && cursor.at.path === found.spot.path;
    drag.current = extends_ ? (cursor.from ?? cursor.at) : found.spot;
    store.setState({ cursor: { at: found.spot, from: extends_ ? drag.current : null } });
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const from = drag.current;
    if (from === null) return;
    const box = event.currentTarget.getBoundingClientRect();
    if (event.clientY < box.top + edge + 40) event.currentTarget.scrollTop -= creep;
    else if (event.clientY > box.bottom - edge) event.currentTarget.scrollTop += creep;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const found = hit(latest.current, under);
    if (found === null || found.spot.path !== from.path) return;
    const at = { ...found.spot, side: from.side };
    store.setState({ cursor: { at, from: at.key === from.key ? null : from } });
  };
  const onPointerUp = (): void => {
    if (drag.current === null) return;
    drag.current = null;
    const { cursor } = store.getState();
    const block = cursor === null ? undefined : latest.current.index.get(cursor.at.path);
    const file = latest.current.blocks[block ?? -1];
    const passage = cursor === null || file === undefined ? null : passageOf(file, cursor);
    if (cursor !== null && passage !== null) comment.onLines(cursor.at.path, passage);
  };
  const onPointerCancel = (): void => {
    drag.current = null;
  };
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    if (getSelection()?.isCollapsed === false) return;
    const found = hit(stack, event.target);
    if (found !== null && !found.gutter) store.setState({ cursor: { at: found.spot, from: null } });
  };
  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onClick };
}

/** Where the pointer is, for a menu. */
export function spotUnder(stack: Stack, target: EventTarget | null): Spot | null {
  return hit(stack, target)?.spot ?? null;
}
