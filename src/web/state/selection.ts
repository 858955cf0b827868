import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Column } from "../../contract/primitives.ts";

/** A card in the hand of the keyboard. */
export interface Grab {
  readonly id: string;
  readonly from: { readonly column: Column; readonly position: string };
  /** Key of the optimistic patch that shows where it is held. */
  readonly patch: string;
}

export interface Selection {
  /** The card the keyboard is on; it keeps the focus when the card moves. */
  readonly focused: string | null;
  /** Grows when the focus has to go there, and not only be remembered. */
  readonly focusCount: number;
  /** Last focused card of each column: where Tab comes in. */
  readonly lastIn: Readonly<Partial<Record<Column, string>>>;
  readonly marked: ReadonlySet<string>;
  readonly grab: Grab | null;
}

export const selection = createStore<Selection>(() => ({
  focused: null,
  focusCount: 0,
  lastIn: {},
  marked: new Set<string>(),
  grab: null,
}));

/** The focus came to a card by itself (Tab, click). */
export function noteFocus(id: string, column: Column): void {
  selection.setState(({ lastIn }) => ({ focused: id, lastIn: { ...lastIn, [column]: id } }));
}

/** Sends the focus to a card, which may have to be scrolled into view first. */
export function focusCard(id: string, column: Column): void {
  selection.setState(({ lastIn, focusCount }) => ({
    focused: id,
    focusCount: focusCount + 1,
    lastIn: { ...lastIn, [column]: id },
  }));
}

export function toggleMark(id: string): void {
  selection.setState(({ marked }) => {
    const next = new Set(marked);
    if (!next.delete(id)) next.add(id);
    return { marked: next };
  });
}

export function markOnly(ids: Iterable<string>): void {
  selection.setState({ marked: new Set(ids) });
}

export function setGrab(grab: Grab | null): void {
  selection.setState({ grab });
}

export function useSelection<T>(select: (state: Selection) => T): T {
  return useStore(selection, select);
}
