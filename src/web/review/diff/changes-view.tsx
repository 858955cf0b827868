import { useCallback, useEffect, useMemo, useState } from "react";
import { usePref } from "../../state/prefs.ts";
import { cx } from "../../ui/cx.ts";
import { useReader, useReaderStore } from "../data/reader.ts";
import { blockAt } from "../rows/stack.ts";
import { FileSection } from "./file-section.tsx";
import { LineMenu } from "./line-menu.tsx";
import { useComment } from "./use-comment.ts";
import { useDiffKeys } from "./use-diff-keys.ts";
import { usePlace } from "./use-place.ts";
import { spotUnder, usePointer } from "./use-pointer.ts";
import { useRows } from "./use-rows.ts";
import { useScroller } from "./use-scroller.ts";
import { useMetrics, useSideways } from "./use-sideways.ts";

/** All changed files, one below the other in one scroll. */
export function ChangesView() {
  const split = usePref("ui.diffLayout") === "split";
  const wrap = usePref("ui.diffWrap");
  const store = useReaderStore();
  const files = useRows(split);
  const cursor = useReader((reader) => reader.cursor);
  const [columns, setColumns] = useState<number | null>(null);
  const scroller = useScroller(files, wrap ? columns : null);
  const { view, stack, slices } = scroller;
  const metrics = useMetrics(view, split);
  useEffect(() => setColumns(metrics.columns), [metrics.columns]);
  const longest = useMemo(() => Math.max(0, ...files.map((file) => file.columns)), [files]);
  const sideways = useSideways(view, longest, metrics, wrap);
  const comment = useComment();
  const pointer = usePointer(stack, comment);
  usePlace(scroller);
  const { onKeyDown, menu, openMenu, closeMenu } = useDiffKeys(scroller, sideways, split, comment);

  const onScroll = useCallback(() => {
    scroller.onScroll();
    const element = view.current;
    if (element === null) return;
    // A little below the top: a file of which one pixel is left is not the one that is read.
    const path = stack.blocks[blockAt(stack, element.scrollTop + 8)]?.file.path;
    if (path !== undefined && path !== "" && path !== store.getState().current) {
      store.setState({ current: path });
    }
  }, [scroller.onScroll, view, stack, store]);
  const leave = useCallback(() => view.current?.focus({ preventScroll: true }), [view]);

  return (
    <div className="rv-main">
      {/* biome-ignore lint/a11y/useSemanticElements: the one place with all lines, which takes the arrow keys */}
      <div
        ref={view}
        className={cx("rv-scroll", wrap && "wraps", split ? "is-split" : "is-unified")}
        role="region"
        aria-label="Changes"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys, and the line cursor lives here
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onContextMenu={(event) => {
          const spot = spotUnder(stack, event.target);
          if (spot === null || getSelection()?.isCollapsed === false) return;
          event.preventDefault();
          openMenu(spot, event.clientX, event.clientY);
        }}
        {...pointer}
      >
        <div className="rv-all" style={{ height: scroller.height }}>
          {slices.map(({ block, first, last }) => {
            const file = stack.blocks[block];
            if (file === undefined) return null;
            return (
              <FileSection
                key={file.file.path}
                block={file}
                top={stack.tops[block] ?? 0}
                first={first}
                last={last}
                split={split}
                columns={wrap ? columns : null}
                fits={metrics.columns}
                cursor={cursor?.at.path === file.file.path ? cursor : null}
                measure={scroller.measure}
                leave={leave}
              />
            );
          })}
        </div>
      </div>
      <span ref={metrics.ruler} className="rv-ruler mono" aria-hidden="true">
        {"0".repeat(100)}
      </span>
      {sideways.over > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a scroll bar of its own, for all lines at once
        <div
          ref={sideways.bar}
          className="rv-x"
          role="group"
          aria-label="Scroll the lines sideways"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
          tabIndex={0}
          onScroll={sideways.onScroll}
        >
          <i style={{ width: `calc(100% + ${sideways.over}px)` }} />
        </div>
      )}
      {menu !== null && <LineMenu menu={menu} stack={stack} onClose={closeMenu} />}
    </div>
  );
}
