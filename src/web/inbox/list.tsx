import { createContext, memo, useContext, useRef } from "react";
import {
  type CustomContainerComponentProps,
  type CustomItemComponentProps,
  Virtualizer,
} from "virtua";
import { AskGlyph } from "../ask/ask-glyph.tsx";
import { headline, summary } from "../ask/words.ts";
import { useBoardShallow, useInteraction, useTask } from "../state/board.ts";
import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import { Elapsed, formatClock } from "../ui/time.tsx";
import { type Key, terminalOf } from "./items.ts";

export interface ListProps {
  readonly open: readonly Key[];
  readonly current: Key | null;
  readonly onPick: (key: Key) => void;
}

const lately = 12;

/** The height of an entry with its gap, and the padding over the first, as in inbox.css. */
const entryHeight = 47;
const air = 8;

/** How many wait in all: only some of them are drawn. */
const Count = createContext(0);

function Waiting({ ref, style, children }: CustomContainerComponentProps) {
  return (
    <ol ref={ref} style={style} aria-label="Waiting">
      {children}
    </ol>
  );
}

function Item({ ref, style, index, children }: CustomItemComponentProps) {
  return (
    <li ref={ref} style={style} aria-posinset={index + 1} aria-setsize={useContext(Count)}>
      {children}
    </li>
  );
}

/** What waits, as a list beside the forms; and below, what was answered since the page is open. */
export function List({ open, current, onPick }: ListProps) {
  const over = useBoardShallow((state) =>
    [...state.settled.values()]
      .slice(-lately)
      .reverse()
      .map((ask) => ask.id),
  );
  const box = useRef<HTMLDivElement>(null);
  return (
    <div ref={box} className="inbox-list">
      <Count value={open.length}>
        <Virtualizer
          as={Waiting}
          item={Item}
          data={open}
          scrollRef={box}
          itemSize={entryHeight}
          startMargin={air}
        >
          {(key) => <Entry key={key} id={key} on={key === current} onPick={onPick} />}
        </Virtualizer>
      </Count>
      {over.length > 0 && (
        <>
          <h2>Answered lately</h2>
          <ol aria-label="Answered lately">
            {over.map((id) => (
              <li key={id}>
                <Past id={id} />
              </li>
            ))}
          </ol>
        </>
      )}
      <p className="foot small t3">
        Keys act only on the request that has the ring, and only once it has been on screen for 0.4
        s.
      </p>
    </div>
  );
}

interface EntryProps {
  readonly id: Key;
  readonly on: boolean;
  readonly onPick: (key: Key) => void;
}

const Entry = memo(function Entry({ id, on, onPick }: EntryProps) {
  const ask = useInteraction(id);
  const taskId = terminalOf(id) ?? ask?.taskId ?? null;
  const task = useTask(taskId);
  if (task === null) return null;
  const line = ask === null ? "Waits in its terminal" : summary(ask) || headline(ask);
  return (
    <button
      type="button"
      className={cx("li", on && "on")}
      aria-current={on ? "true" : undefined}
      onClick={() => onPick(id)}
    >
      {ask === null ? (
        <Icon name="t-shell" className="s-blocked" />
      ) : (
        <AskGlyph ask={ask} className="s-blocked" />
      )}
      <span className="tx">
        <span className="cut medium">{task.title}</span>
        <span className="cut small t2">
          <Exact>{line.slice(0, 160)}</Exact>
        </span>
      </span>
      <span className="small t3">
        <Elapsed since={ask?.createdAt ?? task.live?.at ?? task.updatedAt} />
      </span>
    </button>
  );
});

function Past({ id }: { readonly id: string }) {
  const ask = useInteraction(id);
  const task = useTask(ask?.taskId ?? null);
  if (ask === null) return null;
  return (
    <div className="li gone">
      <AskGlyph ask={ask} />
      <span className="tx">
        <span className="cut">{task?.title ?? "A task that is gone"}</span>
        <span className="cut small t3">
          <Exact>{(ask.outcome ?? "Settled").slice(0, 160)}</Exact>
        </span>
      </span>
      {ask.resolvedAt !== null && (
        <span className="small t3 num">{formatClock(ask.resolvedAt)}</span>
      )}
    </div>
  );
}
