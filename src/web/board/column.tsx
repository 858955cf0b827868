import { memo, type RefObject, useCallback, useEffect, useRef } from "react";
import { VList, type VListHandle } from "virtua";
import type { Column as ColumnName } from "../../contract/primitives.ts";
import { archiveTask, columnName, later } from "../state/actions.ts";
import { board, useTask } from "../state/board.ts";
import { go } from "../state/route.ts";
import { markOnly, useSelection } from "../state/selection.ts";
import { IconButton } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import type { MenuEntry } from "../ui/menu.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { StateGlyph } from "../ui/state-glyph.tsx";
import { Card } from "./card.tsx";
import { cardState } from "./card-state.ts";
import { dragScroll, useColumnDrop, useDrag } from "./use-card-drag.ts";

export interface ColumnProps {
  readonly column: ColumnName;
  readonly ids: readonly string[];
  /** How many there are in all, before every page is loaded. */
  readonly total: number;
  readonly collapsed: boolean;
  readonly onToggle: (column: ColumnName, collapsed: boolean) => void;
}

/** One column; it draws only the cards that can be seen. */
export const Column = memo(function Column(props: ColumnProps) {
  return props.collapsed ? <Shut {...props} /> : <Open {...props} />;
});

/**
 * The height of a plain card with its gap: a first guess for cards that were not drawn yet. No
 * `ssrCount` beside it: until somebody scrolls virtua draws that many and no card that comes later.
 */
const usualHeight = 96;

function Open({ column, ids, total, onToggle }: ColumnProps) {
  const section = useRef<HTMLElement>(null);
  const list = useRef<VListHandle>(null);
  const over = useDrag((state) => state.over?.column === column);
  const starts = useDrag(
    (state) => column === "running" && over && state.id !== null && !ids.includes(state.id),
  );
  useColumnDrop(section, column, null);
  const stop = useStop(column, ids);
  useFollowFocus(list, column, ids);
  useListScroll(section, ids.length > 0);
  return (
    <section
      ref={section}
      className={cx("col", over && "drop")}
      aria-label={`${columnName(column)}, ${total} ${total === 1 ? "task" : "tasks"}`}
      data-column={column}
    >
      <header>
        <StateGlyph state={column} still />
        <h2>{columnName(column)}</h2>
        <span className="n">{total}</span>
        <ColumnButtons column={column} ids={ids} onToggle={onToggle} />
      </header>
      {ids.length === 0 ? (
        <div className="list">{over && <DropLine starts={starts} first />}</div>
      ) : (
        <VList
          ref={list}
          className="list"
          data={ids}
          itemSize={usualHeight}
          keepMounted={stop === -1 ? [] : [stop]}
        >
          {(id, index) => (
            <Slot
              key={id}
              id={id}
              index={index}
              count={ids.length}
              stop={index === stop}
              starts={starts}
            />
          )}
        </VList>
      )}
    </section>
  );
}

/** Scrolls the cards while one is dragged to an edge; the scroller comes and goes with the cards. */
function useListScroll(section: RefObject<HTMLElement | null>, filled: boolean): void {
  useEffect(() => {
    const list = filled ? section.current?.querySelector<HTMLElement>(".list") : null;
    return list == null ? undefined : dragScroll(list);
  }, [section, filled]);
}

interface SlotProps {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  readonly stop: boolean;
  readonly starts: boolean;
}

/** A card with the gap below it, and the line that says where a dragged card lands. */
const Slot = memo(function Slot({ id, index, count, stop, starts }: SlotProps) {
  const before = useDrag((state) => state.over?.beforeId === id);
  const after = useDrag(
    (state) =>
      index === count - 1 &&
      state.over !== null &&
      state.over.beforeId === null &&
      board.getState().tasks.get(id)?.column === state.over.column,
  );
  return (
    <div className="slot">
      {before && <DropLine starts={starts} first={index === 0} />}
      <Card id={id} index={index} count={count} stop={stop} />
      {after && <DropLine starts={starts} last />}
    </div>
  );
});

interface DropLineProps {
  readonly starts: boolean;
  readonly first?: boolean;
  readonly last?: boolean;
}

function DropLine({ starts, first = false, last = false }: DropLineProps) {
  return (
    <div className={cx("dropline", first && "first", last && "last")} aria-hidden="true">
      {starts && <span className="hint">Start now</span>}
    </div>
  );
}

/** Tab enters a column at the card that had the focus last, else at its first. */
function useStop(column: ColumnName, ids: readonly string[]): number {
  const last = useSelection((state) => state.lastIn[column]);
  const index = last === undefined ? -1 : ids.indexOf(last);
  return index !== -1 ? index : ids.length === 0 ? -1 : 0;
}

/** Brings the focused card into view when the keyboard moved there. */
function useFollowFocus(
  list: RefObject<VListHandle | null>,
  column: ColumnName,
  ids: readonly string[],
): void {
  const count = useSelection((state) =>
    state.focused !== null && state.lastIn[column] === state.focused ? state.focusCount : 0,
  );
  const focused = useSelection((state) => state.focused);
  const seen = useRef(count);
  useEffect(() => {
    if (count === 0 || count === seen.current) return;
    seen.current = count;
    const index = focused === null ? -1 : ids.indexOf(focused);
    if (index !== -1) list.current?.scrollToIndex(index, { align: "nearest" });
  }, [count, focused, ids, list]);
}

type ButtonsProps = Pick<ColumnProps, "column" | "ids" | "onToggle">;

function ColumnButtons({ column, ids, onToggle }: ButtonsProps) {
  const name = columnName(column);
  const entries = useCallback((): readonly MenuEntry[] => {
    const common: MenuEntry[] = [
      { kind: "item", label: "Collapse", icon: "panel", onSelect: () => onToggle(column, true) },
      {
        kind: "item",
        label: "Mark all",
        icon: "check",
        blocked: ids.length === 0 ? "No cards here" : null,
        onSelect: () => markOnly(ids),
      },
    ];
    if (column !== "done") return common;
    return [
      ...common,
      {
        kind: "item",
        label: `Archive all ${ids.length}`,
        icon: "archive",
        blocked: ids.length === 0 ? "No cards here" : null,
        onSelect: () => {
          for (const id of ids) later(archiveTask(id, true, "quiet"));
        },
      },
    ];
  }, [column, ids, onToggle]);
  return (
    <>
      {column === "backlog" && (
        <IconButton icon="plus" size="s" label="New task" onClick={() => go({ dialog: "new" })} />
      )}
      <MenuButton label={`${name} column`} icon="more" size="s" align="end" entries={entries} />
    </>
  );
}

/** How many glyphs a collapsed column may draw; more do not fit on any screen. */
const mostGlyphs = 60;

function Shut({ column, ids, total, onToggle }: ColumnProps) {
  const section = useRef<HTMLElement>(null);
  const over = useDrag((state) => state.over?.column === column);
  const open = useCallback(() => onToggle(column, false), [column, onToggle]);
  useColumnDrop(section, column, open);
  return (
    <section ref={section} className={cx("col shut", over && "drop")} data-column={column}>
      <button type="button" aria-expanded={false} onClick={open}>
        <span className="sr">Open </span>
        <StateGlyph state={column} still />
        <span className="n">{total} </span>
        <span className="name">{columnName(column)}</span>
        <span className="ticks" aria-hidden="true">
          {ids.slice(0, mostGlyphs).map((id) => (
            <Tick key={id} id={id} />
          ))}
        </span>
      </button>
    </section>
  );
}

function Tick({ id }: { readonly id: string }) {
  const task = useTask(id);
  if (task === null) return null;
  return (
    <span title={task.title}>
      <StateGlyph state={cardState(task)} size={12} still />
    </span>
  );
}
