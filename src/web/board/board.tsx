import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Column as ColumnName } from "../../contract/primitives.ts";
import { columnName, isActive, later, moveTask } from "../state/actions.ts";
import { board, useBoard } from "../state/board.ts";
import { columns, type Order } from "../state/order.ts";
import { setPref, usePref } from "../state/prefs.ts";
import { rankFor } from "../state/rank.ts";
import { useRoute } from "../state/route.ts";
import { selection } from "../state/selection.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { type NamedKey, useHotkeys, useNamedKeys } from "../ui/hotkeys.ts";
import { announce } from "../ui/live-region.tsx";
import { pointAnchor } from "../ui/menu-button.tsx";
import { cardKeys, focusFirst, onBoardKey, putBack, walkKeys } from "./board-keys.ts";
import { openCardMenu } from "./card-menu-state.ts";
import { Column } from "./column.tsx";
import { isFiltering, visibleOrder } from "./filter.ts";
import { FirstSteps } from "./first-steps.tsx";
import { asked, openColumns } from "./fit.ts";
import { dragScroll, type Landing, useDragMonitor } from "./use-card-drag.ts";
import { clearFilter, useFilter } from "./use-filter.ts";
import { useHeir } from "./use-heir.ts";

const noKeys: readonly NamedKey[] = [];

export interface BoardProps {
  /** Whether a panel stands beside it: then columns that do not fit become rails. */
  readonly squeezed: boolean;
}

/** Six columns side by side. */
export function Board({ squeezed }: BoardProps) {
  const filter = useFilter();
  const order = useBoard((state) => state.order);
  const tasks = useBoard((state) => state.tasks);
  const loaded = useBoard((state) => state.loaded);
  const counts = useBoard((state) => state.counts);
  // Tasks change all the time; without a filter their order is all that matters here.
  const watched = isFiltering(filter) ? tasks : null;
  const shown = useStable(
    useMemo(() => visibleOrder(order, watched ?? new Map(), filter), [order, watched, filter]),
  );
  const [width, measure] = useWidth();
  const { open, toggle } = useOpenColumns({ width, squeezed, only: filter.column, shown });
  const grid = useMemo(() => ({ order: shown, open }), [shown, open]);
  const attach = useCallback(
    (board: HTMLDivElement | null) => {
      const stops = [measure(board), board === null ? undefined : dragScroll(board)];
      return () => {
        for (const stop of stops) stop?.();
      };
    },
    [measure],
  );
  useDragMonitor(shown, dropped);
  useFirstArrow(grid);
  useHeir(grid);
  useNamedKeys(tasks.size === 0 ? noKeys : cardKeys);
  useEffect(() => {
    addEventListener("pointerdown", putBack);
    return () => removeEventListener("pointerdown", putBack);
  }, []);

  const empty = loaded && tasks.size === 0;
  const nothingFits =
    loaded && !empty && isFiltering(filter) && columns.every((c) => shown[c].length === 0);
  if (empty) return <FirstSteps />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and menus of the cards inside are handled here, because only the board knows their neighbours
    <div
      ref={attach}
      tabIndex={-1}
      className={cx("board", squeezed && "is-squeezed")}
      onKeyDown={(event) => onBoardKey(event, grid)}
      onContextMenu={(event) => {
        const card = (event.target as Element).closest<HTMLElement>("[data-card]");
        const id = card?.dataset["card"];
        if (id === undefined || card === null) return;
        event.preventDefault();
        const byKey = event.clientX === 0 && event.clientY === 0;
        openCardMenu(id, "all", byKey ? card : pointAnchor(event.clientX, event.clientY));
      }}
    >
      {columns.map((column) => (
        <Column
          key={column}
          column={column}
          ids={shown[column]}
          total={
            isFiltering(filter) ? shown[column].length : (counts?.[column] ?? shown[column].length)
          }
          collapsed={!open.includes(column)}
          onToggle={toggle}
        />
      ))}
      {nothingFits && (
        <div className="board-note">
          <EmptyState
            title="No task fits this filter"
            actions={<Button onClick={clearFilter}>Show all tasks</Button>}
          />
        </div>
      )}
    </div>
  );
}

/** A new order with the same columns is the old one: nothing has to be drawn again. */
function useStable(order: Order): Order {
  const held = useRef(order);
  const before = held.current;
  const next = { ...order };
  for (const column of columns) {
    const [a, b] = [before[column], order[column]];
    if (a.length === b.length && a.every((id, index) => id === b[index])) next[column] = a;
  }
  if (!columns.every((column) => next[column] === before[column])) held.current = next;
  return held.current;
}

/** The width of the board in px, from the moment it is there: an empty board has none. */
function useWidth(): readonly [number, (element: HTMLElement | null) => (() => void) | undefined] {
  const [width, setWidth] = useState(innerWidth);
  const measure = useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [width, measure];
}

interface Space {
  readonly width: number;
  readonly squeezed: boolean;
  readonly only: string | null;
  readonly shown: Order;
}

function useOpenColumns({ width, squeezed, only, shown }: Space) {
  const collapsed = usePref("ui.collapsed");
  // Columns that were opened by hand while space is short, newest first: they stay open longest.
  const [byHand, setByHand] = useState<readonly ColumnName[]>([]);
  const task = useRoute((state) => state.task);
  const ofTask = useBoard((state) =>
    task === null ? null : (state.tasks.get(task)?.column ?? null),
  );
  // Where the task was when a column was last opened: a move since then is newer than that.
  const [known, setKnown] = useState<ColumnName | null>(null);
  const filled = columns.filter((column) => shown[column].length > 0).join(" ");
  const open = useMemo(() => {
    const wanted = asked({ byHand, ofTask, taskIsNewer: ofTask !== known });
    const having = columns.filter((column) => filled.split(" ").includes(column));
    return openColumns({ width, squeezed, only, collapsed, wanted, filled: having });
  }, [width, squeezed, only, collapsed, byHand, ofTask, known, filled]);
  const toggle = useCallback(
    (column: ColumnName, shut: boolean) => {
      setKnown(ofTask);
      setByHand((before) => {
        const rest = before.filter((name) => name !== column);
        return shut ? rest : [column, ...rest];
      });
      const next = shut ? [...collapsed, column] : collapsed.filter((name) => name !== column);
      if (next.length !== collapsed.length) later(setPref("ui.collapsed", next));
      announce(`${columnName(column)} ${shut ? "collapsed" : "opened"}`);
    },
    [collapsed, ofTask],
  );
  return { open, toggle };
}

/** Takes a card where it was let go. */
function dropped(id: string, { column, beforeId }: Landing): void {
  const { tasks, order } = board.getState();
  const task = tasks.get(id);
  if (task === undefined) return;
  const list = order[column];
  const next = list[list.indexOf(id) + 1] ?? null;
  if (column === task.column && (beforeId === id || beforeId === next)) return;
  const starts = column === "running" && task.column !== "running";
  later(moveTask(id, column, rankFor(list, tasks, id, beforeId)));
  announce(
    starts
      ? `Starting ${task.title}`
      : `${task.title} moved to ${columnName(column)}${isActive(task) && column !== task.column ? ", its agent keeps working" : ""}`,
  );
}

/** An arrow key with nothing focused goes to the board. */
function useFirstArrow(grid: { order: Order; open: readonly ColumnName[] }): void {
  const start = (): void => {
    if (document.activeElement?.matches("body, .board") !== true) return;
    const { focused, lastIn } = selection.getState();
    const column = columns.find((name) => focused !== null && lastIn[name] === focused);
    if (focused !== null && column !== undefined && grid.order[column].includes(focused)) {
      selection.setState((state) => ({ focusCount: state.focusCount + 1 }));
    } else focusFirst(grid);
  };
  useHotkeys([
    {
      id: "board.enter",
      label: "Move between the cards",
      keys: ["ArrowDown", "ArrowRight", "j", "l"],
      shown: walkKeys,
      run: start,
    },
  ]);
}
