import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { VListHandle } from "virtua";

/** Nearer to the end than this counts as being there, in px. */
const near = 24;
/** A press, a wheel or a key explains scrolling for this long, in ms. */
const handFor = 600;

export interface Stick {
  /** Whether the reader is away from the end, so that it can be offered. */
  readonly away: boolean;
  readonly onScroll: (offset: number) => void;
  /** Call after the list has changed, before it is painted. */
  readonly settle: () => void;
  readonly toEnd: () => void;
  /** Stop following: the reader does something where they are. */
  readonly release: () => void;
  readonly follows: () => boolean;
}

/**
 * Keeps a list at its end while it grows, until the reader scrolls up. Only the reader's own hand
 * lets go: sizes that change by themselves never do, and following never starts again by itself.
 */
export function useStick(
  list: RefObject<VListHandle | null>,
  box: RefObject<HTMLElement | null>,
  count: number,
): Stick {
  const sticks = useRef(true);
  const hand = useRef(0);
  const last = useRef(0);
  const size = useRef(count);
  size.current = count;
  const [away, setAway] = useState(false);

  const release = useCallback(() => {
    sticks.current = false;
  }, []);
  const settle = useCallback(() => {
    if (sticks.current && size.current > 0) {
      list.current?.scrollToIndex(size.current - 1, { align: "end" });
    }
  }, [list]);
  const toEnd = useCallback(() => {
    sticks.current = true;
    setAway(false);
    settle();
  }, [settle]);
  const onScroll = useCallback(
    (offset: number) => {
      const at = list.current;
      if (at === null) return;
      const left = at.scrollSize - offset - at.viewportSize;
      const up = offset < last.current - 0.5;
      const down = offset > last.current + 0.5;
      last.current = offset;
      const byHand = performance.now() - hand.current < handFor;
      if (up && byHand && left > 1) sticks.current = false;
      if (down && left <= near) sticks.current = true;
      setAway(!sticks.current && left > near);
    },
    [list],
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
      const scrolls = at !== null && at.scrollSize > at.viewportSize + 1;
      if (event.deltaY < 0 && scrolls && at.scrollOffset > 0) sticks.current = false;
    };
    element.addEventListener("wheel", wheel, options);
    for (const type of ["pointerdown", "pointermove", "touchmove", "keydown"]) {
      element.addEventListener(type, touch, options);
    }
    return () => off.abort();
  }, [box, list]);

  const follows = useCallback(() => sticks.current, []);
  return { away, onScroll, settle, toEnd, release, follows };
}
