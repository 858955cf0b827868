import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** Gutter and padding beside the text of a line, in px. */
const beside = { unified: 36 + 36 + 16 + 16, split: 36 + 16 + 16 } as const;

export interface Metrics {
  /** Characters that fit beside the numbers of a line. */
  readonly columns: number;
  /** Width of a character of the code's font, in px. */
  readonly character: number;
  /** Given to an element with a hundred characters in it. */
  readonly ruler: RefObject<HTMLElement | null>;
}

/** How much of a line fits, now and after every change of the width or the font. */
export function useMetrics(view: RefObject<HTMLElement | null>, split: boolean): Metrics {
  const ruler = useRef<HTMLElement>(null);
  const [size, setSize] = useState({ width: 1000, character: 7.2 });
  useEffect(() => {
    const [lines, letters] = [view.current, ruler.current];
    if (lines === null || letters === null) return;
    const observer = new ResizeObserver(() => {
      const character = letters.getBoundingClientRect().width / 100;
      const width = lines.clientWidth;
      setSize((before) =>
        before.width === width && before.character === character ? before : { width, character },
      );
    });
    observer.observe(lines);
    observer.observe(letters);
    return () => observer.disconnect();
  }, [view]);
  const room = split ? size.width / 2 - beside.split : size.width - beside.unified;
  const columns = Math.max(10, Math.floor(room / size.character));
  return { columns, character: size.character, ruler };
}

export interface Sideways {
  /** How far the longest line reaches beyond what fits, in px; 0 when all of it is seen. */
  readonly over: number;
  readonly bar: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  readonly by: (px: number) => void;
}

/**
 * Long lines move sideways together, under numbers that stay. One bar moves them all, so the files
 * that are not drawn need not be as wide as their lines.
 */
export function useSideways(
  view: RefObject<HTMLElement | null>,
  longest: number,
  metrics: Metrics,
  wrap: boolean,
): Sideways {
  const bar = useRef<HTMLDivElement>(null);
  const over = wrap ? 0 : Math.max(0, Math.ceil((longest - metrics.columns) * metrics.character));
  const onScroll = useCallback(() => shift(view.current, bar.current?.scrollLeft ?? 0), [view]);
  const by = useCallback((px: number) => bar.current?.scrollBy({ left: px }), []);
  useEffect(() => {
    if (over === 0) shift(view.current, 0);
  }, [over, view]);
  useEffect(() => {
    const element = view.current;
    const wheel = (event: WheelEvent): void => {
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (sideways !== 0) bar.current?.scrollBy({ left: sideways });
    };
    element?.addEventListener("wheel", wheel, { passive: true });
    return () => element?.removeEventListener("wheel", wheel);
  }, [view]);
  return { over, bar, onScroll, by };
}

function shift(view: HTMLElement | null, x: number): void {
  view?.style.setProperty("--x", `${-x}px`);
  view?.toggleAttribute("data-shifted", x > 0);
}
