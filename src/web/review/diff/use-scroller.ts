import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { type FileRows, findRow, rowKey } from "../rows/rows.ts";
import {
  type Anchor,
  anchorAt,
  headerHeight,
  Measured,
  type Slice,
  type Stack,
  sliceOf,
  stack as stackUp,
  yOf,
} from "../rows/stack.ts";

/** Drawn above and below what is seen, in px. */
const overscan = 400;
/** What is drawn changes only when the reader has moved by this, in px. */
const grain = 200;

/** What is brought into view does not stick to the edge, in px. */
const margin = 40;

export interface Scroller {
  readonly view: RefObject<HTMLDivElement | null>;
  readonly stack: Stack;
  readonly slices: readonly Slice[];
  /** Of everything, as a length of CSS. */
  readonly height: string;
  readonly onScroll: () => void;
  /** Given to what is as high as it wants to be, with `data-path` and `data-key`. */
  readonly measure: (element: HTMLElement | null) => (() => void) | undefined;
  /** Goes there; what is above may still turn out to be higher than thought, and is made up for. */
  readonly goTo: (anchor: Anchor) => void;
  /** What comes in before a row pushes it down instead of what stands above it up. */
  readonly holdAbove: (path: string, key: string) => void;
  /** Scrolls as little as it takes to have a stretch in view, in px from the top of all. */
  readonly reveal: (from: number, to: number) => void;
}

/**
 * A list of files of which only what is seen is drawn. Its place is an anchor, a row and how far
 * below its top: whatever grows or shrinks above it, the row the reader looks at stays where it is.
 */
export function useScroller(files: readonly FileRows[], columns: number | null): Scroller {
  const view = useRef<HTMLDivElement>(null);
  const [measured] = useState(() => new Measured());
  const [version, setVersion] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that a height has changed
  const stack = useMemo(
    () => stackUp(files, measured, { columns }),
    [files, measured, columns, version],
  );
  const { range, look } = useWindow(view);
  const place = useAnchored(view, stack, look);
  const measure = useMeasure(measured, setVersion);
  const slices = useMemo(() => sliceOf(stack, range.from, range.to), [stack, range]);
  const last = stack.blocks.at(-1)?.height ?? 0;
  const total = stack.tops[stack.blocks.length] ?? 0;
  // Room for the last file to come to the top; with one file there is nothing to come from.
  const height =
    stack.blocks.length < 2 ? `${total}px` : `calc(${total}px + max(0px, 100% - ${last}px))`;
  return { view, stack, slices, height, measure, ...place };
}

type View = RefObject<HTMLDivElement | null>;

/** What is drawn, in px from the top of all: what is seen and a little more. */
function useWindow(view: View) {
  const [range, setRange] = useState({ from: 0, to: 1400 });
  const look = useCallback(() => {
    const element = view.current;
    if (element === null) return;
    const bottom = element.scrollTop + element.clientHeight;
    const from = Math.floor((element.scrollTop - overscan) / grain) * grain;
    const to = Math.ceil((bottom + overscan) / grain) * grain;
    setRange((before) => (before.from === from && before.to === to ? before : { from, to }));
  }, [view]);
  useEffect(() => {
    const element = view.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [view, look]);
  return { range, look };
}

/** Keeps the row at the top where it is, and goes to others. */
function useAnchored(view: View, stack: Stack, look: () => void) {
  const latest = useRef(stack);
  latest.current = stack;
  const anchor = useRef<Anchor | null>(null);
  const onScroll = useCallback(() => {
    const element = view.current;
    if (element === null) return;
    anchor.current = anchorAt(latest.current, element.scrollTop + headerHeight);
    look();
  }, [view, look]);
  useLayoutEffect(() => {
    const at = anchor.current;
    const y = at === null ? null : yOf(stack, at);
    if (view.current !== null && y !== null) scrollTo(view.current, y - headerHeight);
    look();
  }, [view, stack, look]);
  const goTo = useCallback(
    (to: Anchor) => {
      // What is not there yet is gone to once it is.
      anchor.current = to;
      const y = yOf(latest.current, to);
      if (view.current === null || y === null) return;
      scrollTo(view.current, y - headerHeight);
      look();
    },
    [view, look],
  );
  const reveal = useCallback(
    (from: number, to: number) => {
      const element = view.current;
      if (element === null) return;
      const { scrollTop, clientHeight } = element;
      const highest = from - headerHeight;
      if (highest < scrollTop) scrollTo(element, highest - margin);
      else if (to > scrollTop + clientHeight) {
        scrollTo(element, Math.min(highest, to - clientHeight + margin));
      }
      onScroll();
    },
    [view, onScroll],
  );
  const holdAbove = useCallback(
    (path: string, key: string) => {
      const stack = latest.current;
      const block = stack.blocks[stack.index.get(path) ?? -1];
      if (view.current === null || block === undefined) return;
      const above = block.rows[findRow(block.rows, key) - 1];
      const top = { path, key: above === undefined ? null : rowKey(above), offset: 0 };
      const y = view.current.scrollTop + headerHeight;
      anchor.current = { ...top, offset: y - (yOf(stack, top) ?? y) };
    },
    [view],
  );
  return { onScroll, goTo, reveal, holdAbove };
}

/** Half a pixel is no reason to scroll. */
function scrollTo(element: HTMLElement, top: number): void {
  const wanted = Math.max(0, top);
  if (Math.abs(element.scrollTop - wanted) >= 1) element.scrollTop = wanted;
}

/** Learns the heights of rows before they are painted. */
function useMeasure(
  measured: Measured,
  setVersion: (change: (count: number) => number) => void,
): Scroller["measure"] {
  const observer = useRef<ResizeObserver | null>(null);
  useEffect(() => () => observer.current?.disconnect(), []);
  return useCallback(
    (element) => {
      if (element === null) return;
      observer.current ??= new ResizeObserver((entries) => {
        let news = false;
        for (const { target, borderBoxSize } of entries) {
          const { path, key } = (target as HTMLElement).dataset;
          const height = borderBoxSize[0]?.blockSize ?? 0;
          if (path === undefined || key === undefined || height === 0) continue;
          news = measured.set(path, key, height) || news;
        }
        // This runs between layout and paint: nobody sees the guess.
        if (news) flushSync(() => setVersion((count) => count + 1));
      });
      const own = observer.current;
      own.observe(element);
      return () => own.unobserve(element);
    },
    [measured, setVersion],
  );
}
