import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { ListHandle } from "../list/virtual-list.tsx";

/** Nearer to the end than this counts as being there, in px. */
const near = 24;

export interface Stick {
  /** Whether the list stays at its end; the same, as it is right now. */
  readonly following: boolean;
  readonly follows: () => boolean;
  /** Whether the reader is away from the end, so that it can be offered. */
  readonly away: boolean;
  /** The list was scrolled, or has changed; `byReader` when it was not the list that scrolled. */
  readonly look: (byReader: boolean) => void;
  readonly toEnd: () => void;
  /** Stop following: the reader does something where they are. */
  readonly release: () => void;
}

/**
 * Has a list stay at its end while it grows, until the reader scrolls up: by wheel, key, touch or
 * scrollbar. Sizes that change by themselves never let go, and following never starts again by itself.
 */
export function useStick(
  list: RefObject<ListHandle | null>,
  box: RefObject<HTMLElement | null>,
  /** Whether the list begins at its end. */
  begins: boolean,
): Stick {
  const sticks = useRef(begins);
  const last = useRef(0);
  const [following, setFollowing] = useState(begins);
  const [away, setAway] = useState(false);

  const set = useCallback((on: boolean) => {
    sticks.current = on;
    setFollowing(on);
  }, []);
  const release = useCallback(() => set(false), [set]);
  const toEnd = useCallback(() => {
    set(true);
    setAway(false);
    list.current?.toEnd();
  }, [list, set]);
  const look = useCallback(
    (byReader: boolean) => {
      const at = list.current;
      if (at === null) return;
      const left = at.total - at.offset - at.height;
      if (byReader && at.offset < last.current && left > 1) set(false);
      if (byReader && at.offset > last.current && left <= near) set(true);
      last.current = at.offset;
      setAway(!sticks.current && left > near);
    },
    [list, set],
  );

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    // The wheel turns before the list hears that it was scrolled, and what is written meanwhile must
    // not pull the reader back.
    const wheel = (event: WheelEvent): void => {
      const at = list.current;
      const scrolls = at !== null && at.total > at.height + 1;
      if (event.deltaY < 0 && scrolls && at.offset > 0) release();
    };
    // What is selected stays where it is, and is there to be copied.
    const selected = (): void => {
      const selection = getSelection();
      if (selection?.isCollapsed === false && element.contains(selection.anchorNode)) release();
    };
    element.addEventListener("wheel", wheel, { passive: true });
    document.addEventListener("selectionchange", selected);
    return () => {
      element.removeEventListener("wheel", wheel);
      document.removeEventListener("selectionchange", selected);
    };
  }, [box, list, release]);

  const follows = useCallback(() => sticks.current, []);
  return { following, follows, away, look, toEnd, release };
}
