import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { setCustomNativeDragPreview } from "@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview";
import { autoScrollForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import { type RefObject, useEffect } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Column } from "../../contract/primitives.ts";
import type { Order } from "../state/order.ts";

/** Where a dragged card would land; `beforeId` null = last. */
export interface Landing {
  readonly column: Column;
  readonly beforeId: string | null;
}

interface Drag {
  readonly id: string | null;
  readonly over: Landing | null;
}

/**
 * Everything that knows how cards are dragged with the pointer. The keyboard and the Move-to menu
 * do the same without it, so another adapter can take its place where HTML drag and drop is weak.
 */
const drag = createStore<Drag>(() => ({ id: null, over: null }));

export function useDrag<T>(select: (state: Drag) => T): T {
  return useStore(drag, select);
}

/** Makes a card draggable; true while it is in the hand. */
export function useCardDrag(element: RefObject<HTMLElement | null>, id: string): boolean {
  useEffect(() => {
    const card = element.current;
    if (card === null) return;
    return draggable({
      element: card,
      getInitialData: () => ({ card: id }),
      onGenerateDragPreview: ({ nativeSetDragImage, location }) => {
        setCustomNativeDragPreview({
          nativeSetDragImage,
          getOffset: () => grip(card, location.current.input),
          render: ({ container }) => container.append(inHand(card)),
        });
      },
    });
  }, [element, id]);
  return useStore(drag, (state) => state.id === id);
}

/** Where in the card the pointer is, so it does not jump when it is lifted. */
function grip(card: HTMLElement, input: { clientX: number; clientY: number }) {
  const { left, top } = card.getBoundingClientRect();
  return { x: input.clientX - left, y: input.clientY - top };
}

/** A picture of the card as it looks in the hand: raised, as wide as it was. */
function inHand(card: HTMLElement): HTMLElement {
  const copy = card.cloneNode(true) as HTMLElement;
  copy.className = "card is-drag";
  copy.style.width = `${card.offsetWidth}px`;
  return copy;
}

const openAfter = 500;

/** Makes a column a place to drop; `open` is called when a card rests on it while it is collapsed. */
export function useColumnDrop(
  element: RefObject<HTMLElement | null>,
  column: Column,
  open: (() => void) | null,
): void {
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    return dropTargetForElements({
      element: target,
      canDrop: ({ source }) => typeof source.data["card"] === "string",
      getData: () => ({ column }),
      onDragEnter: () => {
        if (open !== null) timer = setTimeout(open, openAfter);
      },
      onDragLeave: () => clearTimeout(timer),
      onDrop: () => clearTimeout(timer),
    });
  }, [element, column, open]);
}

/** Scrolls a list, or the board, while a card is held at its edge; the answer ends it. */
export function dragScroll(element: HTMLElement): () => void {
  return autoScrollForElements({ element });
}

/** Follows the drag over the whole board and says where the card was let go. */
export function useDragMonitor(order: Order, dropped: (id: string, at: Landing) => void): void {
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => typeof source.data["card"] === "string",
        onDragStart: ({ source }) => drag.setState({ id: source.data["card"] as string }),
        onDrag: ({ location, source }) => {
          const next = landingAt(location.current, source.data["card"] as string, order);
          const { over } = drag.getState();
          if (over?.column !== next?.column || over?.beforeId !== next?.beforeId) {
            drag.setState({ over: next });
          }
        },
        onDrop: ({ source, location }) => {
          const id = source.data["card"] as string;
          // A quick hand lets go before the last move was told.
          const landing = landingAt(location.current, id, order);
          drag.setState({ id: null, over: null });
          if (landing !== null) dropped(id, landing);
        },
      }),
    [order, dropped],
  );
}

interface Place {
  readonly dropTargets: readonly { element: Element; data: Record<string | symbol, unknown> }[];
  readonly input: { readonly clientY: number };
}

function landingAt({ dropTargets, input }: Place, id: string, order: Order): Landing | null {
  const target = dropTargets[0];
  if (target === undefined) return null;
  return landingIn(target.element, target.data["column"] as Column, id, order, input.clientY);
}

/** The first card whose middle is below the pointer is the one the dragged card goes before. */
function landingIn(
  element: Element,
  column: Column,
  dragged: string,
  order: Order,
  y: number,
): Landing {
  const cards = [...element.querySelectorAll<HTMLElement>("[data-card]")];
  let lastSeen: string | null = null;
  for (const card of cards) {
    const id = card.dataset["card"] ?? "";
    if (id === dragged) continue;
    const { top, height } = card.getBoundingClientRect();
    if (y < top + height / 2) return { column, beforeId: id };
    lastSeen = id;
  }
  // Below the last card that is drawn there may be more that are not.
  const list = order[column].filter((id) => id !== dragged);
  const index = lastSeen === null ? -1 : list.indexOf(lastSeen);
  return { column, beforeId: (lastSeen === null ? null : list[index + 1]) ?? null };
}
