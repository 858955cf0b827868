import {
  memo,
  type ReactNode,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import type { Keyed } from "./heights.ts";
import { ListWindow } from "./window.ts";

/** What others may ask of a list. Heights and places in px, from the top of all rows. */
export interface ListHandle {
  readonly offset: number;
  /** Of what is seen. */
  readonly height: number;
  readonly total: number;
  /** The row at a place. */
  rowAt(y: number): number;
  topOf(index: number): number;
  /** Goes to a row, `below` px below its top. */
  goTo(index: number, below?: number): void;
  toEnd(): void;
}

export interface VirtualListProps<T extends Keyed> {
  readonly rows: readonly T[];
  /** Draws one row; `before` is the one above it. */
  readonly children: (row: T, before: T | undefined) => ReactNode;
  /** How high a row is until it was drawn, in px. */
  readonly guess: number;
  /** Whether the list is at its end and stays there. */
  readonly follows: () => boolean;
  /** The list was scrolled, or has changed; `byReader` when it was not the list that scrolled. */
  readonly onView: (byReader: boolean) => void;
  readonly list: RefObject<ListHandle | null>;
  readonly label: string;
}

/**
 * A list of which only what is seen is drawn. What is drawn stands in the normal flow, so that one
 * layout places it (docs/decisions/0023).
 */
export function VirtualList<T extends Keyed>(props: VirtualListProps<T>) {
  const { rows, children, guess, follows, onView, list, label } = props;
  const element = useRef<HTMLDivElement>(null);
  const [view] = useState(() => new ListWindow(guess));
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const before = useRef<readonly T[]>([]);
  view.take(rows, before.current);
  before.current = rows;
  const { first, end } = view.draw(follows());
  const tell = useRef(onView);
  tell.current = onView;
  const [place] = useState(() => ({
    /** Puts the view where the reader is; true when more has to be drawn. */
    settle(): boolean {
      const more = view.settle(follows());
      tell.current(false);
      return more;
    },
    /** The view was scrolled. A reader who leaves the end is let go before anything is drawn. */
    scrolled(): void {
      tell.current(view.scrolled());
    },
    redraw,
  }));
  const items = useItems(element, view, place);

  useLayoutEffect(() => {
    view.attach(element.current);
    items.measure();
    if (place.settle()) redraw();
  });
  useScrolling(element, view, place);
  useImperativeHandle(
    list,
    () => ({
      get offset() {
        return view.offset;
      },
      get height() {
        return view.height;
      },
      get total() {
        return view.heights.total;
      },
      rowAt: (y) => view.heights.at(y),
      topOf: (index) => view.heights.top(index),
      goTo(index, below = 0) {
        view.goTo(index, below);
        redraw();
      },
      toEnd: redraw,
    }),
    [view],
  );
  const style = {
    paddingTop: view.heights.top(first),
    paddingBottom: view.heights.total - view.heights.top(end),
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: it only gives what scrolls its name
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <div ref={element} className="scroll" role="group" tabIndex={0} aria-label={label}>
      <div style={style}>
        {rows.slice(first, end).map((row, index) => (
          <Item key={row.key} name={row.key} watch={items.watch}>
            {children(row, rows[first + index - 1])}
          </Item>
        ))}
      </div>
    </div>
  );
}

type Watch = (name: string, element: HTMLElement) => () => void;

interface ItemProps {
  readonly name: string;
  readonly watch: Watch;
  readonly children: ReactNode;
}

const Item = memo(function Item({ name, watch, children }: ItemProps) {
  const ref = useCallback(
    (element: HTMLElement | null) => (element === null ? undefined : watch(name, element)),
    [name, watch],
  );
  return (
    <div ref={ref} className="item">
      {children}
    </div>
  );
});

interface Items {
  readonly watch: Watch;
  /** Measures what was drawn for the first time. */
  measure(): void;
}

/** How parts of the list have it moved and drawn. */
interface Place {
  settle(): boolean;
  scrolled(): void;
  redraw(): void;
}

/** Learns how high rows are: at once when they are drawn, and when they change by themselves. */
function useItems(scroller: RefObject<HTMLElement | null>, view: ListWindow, place: Place): Items {
  const [items] = useState(() => {
    const names = new WeakMap<Element, string>();
    const fresh = new Map<HTMLElement, string>();
    const take = (name: string, height: number): boolean =>
      height > 0 && view.measure(name, height);
    // It is told between layout and paint: nobody sees the guess.
    const observer = new ResizeObserver((entries) => {
      view.hold();
      let news = false;
      for (const { target, borderBoxSize } of entries) {
        const name = names.get(target);
        if (name !== undefined) news = take(name, borderBoxSize[0]?.blockSize ?? 0) || news;
      }
      if (news && place.settle()) flushSync(place.redraw);
    });
    return {
      watch(name: string, element: HTMLElement) {
        names.set(element, name);
        fresh.set(element, name);
        observer.observe(element);
        return () => {
          // Who had the focus in a row that goes is still in the list.
          if (element.contains(document.activeElement)) {
            scroller.current?.focus({ preventScroll: true });
          }
          fresh.delete(element);
          observer.unobserve(element);
        };
      },
      measure() {
        for (const [element, name] of fresh) take(name, element.getBoundingClientRect().height);
        fresh.clear();
      },
    };
  });
  return items;
}

/** Draws what comes into view while the reader scrolls or the panel changes its size. */
function useScrolling(
  element: RefObject<HTMLElement | null>,
  view: ListWindow,
  place: Place,
): void {
  useLayoutEffect(() => {
    const scroller = element.current;
    if (scroller === null) return;
    const off = new AbortController();
    const scrolled = (): void => {
      place.scrolled();
      const enough = view.enough();
      if (enough === "no") flushSync(place.redraw);
      else if (enough === "soon") place.redraw();
    };
    scroller.addEventListener("scroll", scrolled, { signal: off.signal, passive: true });
    const observer = new ResizeObserver(() => {
      view.hold();
      view.attach(scroller);
      if (place.settle() || view.enough() !== "yes") flushSync(place.redraw);
    });
    observer.observe(scroller);
    return () => {
      off.abort();
      observer.disconnect();
      view.attach(null);
    };
  }, [element, view, place]);
}
