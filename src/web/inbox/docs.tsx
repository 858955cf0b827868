import {
  createContext,
  type MouseEvent,
  memo,
  type RefObject,
  useCallback,
  useContext,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import { type CustomItemComponentProps, Virtualizer, type VirtualizerHandle } from "virtua";
import type { Task } from "../../contract/task.ts";
import { AskCard } from "../ask/ask-card.tsx";
import { folderName } from "../board/filter.ts";
import { useInteraction, useTask } from "../state/board.ts";
import { formatRoute, go, route } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { type Key, terminalOf } from "./items.ts";

export interface DocsHandle {
  /** Gives the focus to a request and brings it into view. */
  focus(key: Key): void;
}

export interface DocsProps {
  readonly ref: RefObject<DocsHandle | null>;
  readonly keys: readonly Key[];
  readonly current: Key | null;
  readonly onCurrent: (key: Key | null) => void;
}

/** The height of an approval with its gap: a first guess for requests that were not drawn yet. */
const usualHeight = 220;

/** How far beyond the edges requests are drawn, in px: the next one is there before its key. */
const beyond = 400;

/** The padding over the first request, as in inbox.css. */
const air = 12;

/** The forms, one below the other; it draws only those that can be seen, and the current one. */
export function Docs({ ref, keys, current, onCurrent }: DocsProps) {
  const box = useRef<HTMLElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  /** A request that shall have the focus as soon as it is drawn. */
  const wished = useRef<Key | null>(null);
  const latest = useRef(keys);
  latest.current = keys;
  const onShown = useCallback((index: number): void => {
    const key = latest.current[index];
    if (key === undefined || wished.current !== key) return;
    wished.current = null;
    find(box.current, key)?.focus({ preventScroll: true });
  }, []);
  useImperativeHandle(
    ref,
    () => ({
      focus(key) {
        const card = find(box.current, key);
        card?.focus({ preventScroll: true });
        const has = card !== null && card === document.activeElement;
        wished.current = has ? null : key;
        if (has) card.scrollIntoView({ block: "nearest" });
        else list.current?.scrollToIndex(latest.current.indexOf(key), { align: "nearest" });
      },
    }),
    [],
  );
  const at = current === null ? -1 : keys.indexOf(current);
  return (
    <section
      ref={box}
      aria-label="Requests"
      className="inbox-docs"
      onFocus={(event) => onCurrent(keyAt(event.target))}
    >
      <Shown value={onShown}>
        <Virtualizer
          ref={list}
          item={Slot}
          data={keys}
          itemSize={usualHeight}
          bufferSize={beyond}
          startMargin={air}
          keepMounted={at === -1 ? [] : [at]}
        >
          {(key) => <Doc key={key} id={key} />}
        </Virtualizer>
      </Shown>
    </section>
  );
}

function find(docs: HTMLElement | null, key: Key): HTMLElement | null {
  return docs?.querySelector<HTMLElement>(`[data-ask="${CSS.escape(key)}"]`) ?? null;
}

function keyAt(target: Element): Key | null {
  return target.closest<HTMLElement>("[data-ask]")?.dataset["ask"] ?? null;
}

/** Leaves the inbox for a task. */
export function openTask(task: string): void {
  go({ view: null, task, tab: null });
}

/** Told of every request that can be seen and so can take the focus, by its index. */
const Shown = createContext<(index: number) => void>(() => undefined);

/** The place of a request, with the gap below it. It is hidden until its height is known. */
function Slot({ ref, style, index, children }: CustomItemComponentProps) {
  const onShown = useContext(Shown);
  const hidden = style.visibility === "hidden";
  useLayoutEffect(() => {
    if (!hidden) onShown(index);
  }, [hidden, index, onShown]);
  return (
    <div ref={ref} style={style} className="inbox-doc">
      {children}
    </div>
  );
}

/** One request with the task it belongs to. */
const Doc = memo(function Doc({ id }: { readonly id: Key }) {
  const ask = useInteraction(id);
  const inTerminal = terminalOf(id);
  const task = useTask(inTerminal ?? ask?.taskId ?? null);
  if (task === null) return null;
  if (inTerminal !== null) return <TerminalDoc id={id} task={task} />;
  return <AskCard id={id} wide aside={<Whose task={task} />} />;
});

function Whose({ task }: { readonly task: Task }) {
  const agent = useAgentName(task.agent);
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openTask(task.id);
  };
  const href = formatRoute({ ...route.getState(), view: null, task: task.id, tab: null });
  return (
    <>
      <a className="cut whose" href={href} onClick={follow}>
        {task.title}
      </a>
      <span className="mid" />
      <span className="cut wide-only">
        {agent}, {folderName(task.workdir)}
      </span>
      <span className="mid wide-only" />
    </>
  );
}

function TerminalDoc({ id, task }: { readonly id: Key; readonly task: Task }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: one walks over it as over the others
    <section className="ask wide" data-ask={id} tabIndex={0} aria-label="Needs the terminal">
      <div className="top">
        <Icon name="t-shell" className="s-blocked" />
        <b className="cut">The agent waits in its terminal</b>
        <span className="r">
          <Whose task={task} />
        </span>
      </div>
      <p className="body t2">
        It shows a prompt only its own terminal can answer. The run goes on by itself after that.
      </p>
      <div className="acts">
        <Button
          variant="primary"
          icon="t-shell"
          onClick={() => go({ view: null, task: task.id, tab: "terminal" })}
        >
          Look at the terminal
        </Button>
      </div>
    </section>
  );
}
