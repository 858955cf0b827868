import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { ListHandle } from "../list/virtual-list.tsx";

/** Nearer to the end than this counts as being there, in px. */
const near = 24;
/** A press, a wheel or a key explains scrolling for this long, in ms. */
const handFor = 600;

export interface Stick {
  /** Whether the reader is away from the end, so that it can be offered. */
  readonly away: boolean;
  readonly onScroll: (offset: number) => void;
  readonly toEnd: () => void;
  /** Stop following: the reader does something where they are. */
  readonly release: () => void;
  readonly follows: () => boolean;
}

/**
 * Has a list stay at its end while it grows, until the reader scrolls up. Only the reader's own hand
 * lets go: sizes that change by themselves never do, and following never starts again by itself.
 */
export function useStick(
  list: RefObject<ListHandle | null>,
  box: RefObject<HTMLElement | null>,
): Stick {
  const sticks = useRef(true);
  const hand = useRef(0);
  const last = useRef(0);
  const [away, setAway] = useState(false);

  const release = useCallback(() => {
    sticks.current = false;
  }, []);
  const toEnd = useCallback(() => {
    sticks.current = true;
    setAway(false);
    list.current?.toEnd();
  }, [list]);
  const onScroll = useCallback(
    (offset: number) => {
      const at = list.current;
      if (at === null) return;
      const left = at.total - offset - at.height;
      const up = offset < last.current - 0.5;
      const down = offset > last.current + 0.5;
      last.current = offset;
      const byHand = performance.now() - hand.current < handFor;
      if (up && byHand && left > 1) release();
      if (down && byHand && left <= near) sticks.current = true;
      setAway(!sticks.current && left > near);
    },
    [list, release],
  );

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const off = new AbortController();
    const options = { signal: off.signal, passive: true } as const;
    const touch = (): void => {
      hand.current = performance.now();
    };
    const wheel = (event: WheelEvent): void => {
      touch();
      const at = list.current;
      const scrolls = at !== null && at.total > at.height + 1;
      if (event.deltaY < 0 && scrolls && at.offset > 0) release();
    };
    element.addEventListener("wheel", wheel, options);
    for (const type of ["pointerdown", "pointermove", "touchmove", "keydown"]) {
      element.addEventListener(type, touch, options);
    }
    return () => off.abort();
  }, [box, list, release]);

  const follows = useCallback(() => sticks.current, []);
  return { away, onScroll, toEnd, release, follows };
}
