import { useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { go, useRoute } from "../../state/route.ts";
import { useNavigator } from "../data/navigator.ts";
import { useReader, useReaderStore } from "../data/reader.ts";
import type { Row } from "../rows/rows.ts";
import { headerHeight } from "../rows/stack.ts";
import type { Scroller } from "./use-scroller.ts";

/** The address follows the reader once they rest, in ms: browsers count how often it changes. */
const rest = 250;

/** Keeps the address and the place in the diff together, and leads others to places in it. */
export function usePlace(scroller: Scroller): void {
  const { view, stack, goTo, reveal, holdAbove } = scroller;
  const store = useReaderStore();
  const current = useReader((reader) => reader.current);
  const wish = useReader((reader) => reader.wish);
  const named = useRoute((state) => state.file);
  const told = useRef<string | null>(null);

  // A link says which file is meant; so does the browser's way back.
  const there = named !== null && stack.index.has(named);
  useLayoutEffect(() => {
    if (!there || named === null || named === told.current) return;
    told.current = named;
    goTo({ path: named, key: null, offset: headerHeight });
    store.setState({ current: named });
  }, [there, named, goTo, store]);

  useEffect(() => {
    if (current === null || current === named) return;
    const timer = setTimeout(() => {
      told.current = current;
      go({ file: current }, "replace");
    }, rest);
    return () => clearTimeout(timer);
  }, [current, named]);

  // A comment or a field that was asked for is shown once its row is there; it takes the focus itself.
  useEffect(() => {
    if (wish === null) return;
    for (const [at, block] of stack.blocks.entries()) {
      const row = block.rows.findIndex((one) => holds(one, wish));
      if (row < 0) continue;
      const top = stack.tops[at] ?? 0;
      reveal(top + (block.offsets[row] ?? 0), top + (block.offsets[row + 1] ?? 0));
      return;
    }
  }, [wish, stack, reveal]);

  useImperativeHandle(useNavigator(), () => ({
    toFile(path) {
      goTo({ path, key: null, offset: headerHeight });
      store.setState({ current: path, cursor: null });
    },
    holdAbove,
    focus: () => view.current?.focus({ preventScroll: true }),
  }));
}

function holds(row: Row, id: string): boolean {
  return row.kind === "thread" && row.placed.some((one) => one.id === id);
}
