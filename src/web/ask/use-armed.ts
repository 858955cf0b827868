import { type RefObject, useEffect, useState } from "react";

/** Long enough that a key or a click meant for something else has passed. */
export const armAfter = 400;

/**
 * Whether a request may be answered now: `seen` once it has been on the screen for a moment, which
 * a click needs, and `armed` once it also had the focus for as long, which a key needs.
 */
export interface Guard {
  readonly seen: boolean;
  readonly armed: boolean;
}

export function useArmed(card: RefObject<HTMLElement | null>, live: boolean): Guard {
  const visible = useVisible(card, live);
  const focused = useFocused(card, live);
  const seen = useHeld(visible);
  const armed = useHeld(visible && focused);
  return { seen: seen && live, armed: armed && live };
}

/** True once `now` has been true for the whole moment. */
function useHeld(now: boolean): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!now) return;
    const timer = setTimeout(() => setHeld(true), armAfter);
    return () => {
      clearTimeout(timer);
      setHeld(false);
    };
  }, [now]);
  return held && now;
}

function useVisible(card: RefObject<HTMLElement | null>, live: boolean): boolean {
  const [inView, setInView] = useState(false);
  const [awake, setAwake] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const element = card.current;
    if (element === null || !live) return;
    // Half of it, or as much as fits: a long one is never on the screen as a whole.
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry === undefined) return;
        const room = entry.rootBounds?.height ?? innerHeight;
        const share = entry.intersectionRect.height / room;
        setInView(entry.intersectionRatio >= 0.5 || share >= 0.4);
      },
      { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] },
    );
    observer.observe(element);
    const wake = (): void => setAwake(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", wake);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", wake);
    };
  }, [card, live]);
  return inView && awake;
}

function useFocused(card: RefObject<HTMLElement | null>, live: boolean): boolean {
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    const element = card.current;
    if (element === null || !live) return;
    const look = (): void => {
      setFocused(element.contains(document.activeElement) && document.hasFocus());
    };
    // From one of its controls to another the focus does not leave the card.
    const leave = (event: FocusEvent): void => {
      setFocused(event.relatedTarget instanceof Node && element.contains(event.relatedTarget));
    };
    look();
    element.addEventListener("focusin", look);
    element.addEventListener("focusout", leave);
    addEventListener("focus", look);
    addEventListener("blur", look);
    return () => {
      element.removeEventListener("focusin", look);
      element.removeEventListener("focusout", leave);
      removeEventListener("focus", look);
      removeEventListener("blur", look);
    };
  }, [card, live]);
  return focused;
}
