import "../run/prose.css";
import "../code/code.css";
import "../ask/ask.css";
import "../ask/forms.css";
import "./inbox.css";
import { type MouseEvent, useEffect, useRef, useState } from "react";
import type { Task } from "../../contract/task.ts";
import { AskCard } from "../ask/ask-card.tsx";
import { folderName } from "../board/filter.ts";
import { board, useBoard, useBoardShallow, useInteraction, useTask } from "../state/board.ts";
import { formatRoute, go, route } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Icon } from "../ui/icons.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { type Key, keep, openKeys, stepFrom, terminalOf } from "./items.ts";
import { List } from "./list.tsx";
import { NotifyButton } from "./notify-button.tsx";

/** Everything that waits for its person, over all tasks. */
export default function Inbox() {
  const open = useBoardShallow(openKeys);
  const loaded = useBoard((state) => state.loaded);
  const [shown, setShown] = useState<readonly Key[]>(open);
  const [current, setCurrent] = useState<Key | null>(null);
  const docs = useRef<HTMLElement>(null);
  const next = keep(shown, open, (key) => board.getState().settled.has(key));
  if (next !== shown) setShown(next);

  const focus = (key: Key | null): void => {
    const card = key === null ? null : find(docs.current, key);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  };
  useInboxKeys(next, current, focus);
  useFirst(next, focus);
  return (
    <>
      <header className="bar">
        <h1>Needs you</h1>
        <span className="t3 num">{open.length === 0 ? "nothing" : `${open.length}`} waiting</span>
        <span className="grow" />
        {open.length > 0 && (
          <span className="t3 small keys wide-only">
            Move <Kbd keys="J" /> <Kbd keys="K" /> <span className="sep" /> Open the task{" "}
            <Kbd keys="O" />
          </span>
        )}
        <NotifyButton />
      </header>
      {loaded && next.length === 0 ? (
        <Nothing />
      ) : (
        <div className="inbox">
          <List open={open} current={current} onPick={focus} />
          <section
            ref={docs}
            aria-label="Requests"
            className="inbox-docs"
            onFocus={(event) => setCurrent(keyAt(event.target))}
          >
            {next.map((key) => (
              <Doc key={key} id={key} />
            ))}
          </section>
        </div>
      )}
    </>
  );
}

function find(docs: HTMLElement | null, key: Key): HTMLElement | null {
  return docs?.querySelector<HTMLElement>(`[data-ask="${CSS.escape(key)}"]`) ?? null;
}

function keyAt(target: Element): Key | null {
  return target.closest<HTMLElement>("[data-ask]")?.dataset["ask"] ?? null;
}

function useInboxKeys(
  keys: readonly Key[],
  current: Key | null,
  focus: (key: Key | null) => void,
): void {
  useHotkeys([
    {
      id: "inbox.next",
      label: "Next request",
      keys: ["j", "ArrowDown"],
      run: () => focus(stepFrom(keys, current, 1)),
    },
    {
      id: "inbox.previous",
      label: "Previous request",
      keys: ["k", "ArrowUp"],
      run: () => focus(stepFrom(keys, current, -1)),
    },
    {
      id: "inbox.open",
      label: "Open its task",
      keys: ["o"],
      run: () => {
        const taskId = current === null ? null : taskOf(current);
        if (taskId !== null) openTask(taskId);
      },
    },
  ]);
}

function taskOf(key: Key): string | null {
  const { interactions, settled } = board.getState();
  return terminalOf(key) ?? (interactions.get(key) ?? settled.get(key))?.taskId ?? null;
}

function openTask(task: string): void {
  go({ view: null, task, tab: null });
}

/** Who comes here wants to begin with the oldest. The focus is not taken from anything else. */
function useFirst(keys: readonly Key[], focus: (key: Key | null) => void): void {
  const done = useRef(false);
  const first = keys[0] ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the first one is there
  useEffect(() => {
    if (done.current || first === null) return;
    done.current = true;
    const active = document.activeElement;
    if (active === document.body || active?.closest(".rail") !== null) focus(first);
  }, [first]);
}

/** One request with the task it belongs to. */
function Doc({ id }: { readonly id: Key }) {
  const ask = useInteraction(id);
  const inTerminal = terminalOf(id);
  const task = useTask(inTerminal ?? ask?.taskId ?? null);
  if (task === null) return null;
  if (inTerminal !== null) return <TerminalDoc id={id} task={task} />;
  return <AskCard id={id} wide aside={<Whose task={task} />} />;
}

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

function Nothing() {
  const running = useBoard((state) => state.order.running.length);
  return (
    <div className="inbox-empty">
      <EmptyState
        title="Nothing waits for you"
        actions={
          <Button icon="board" onClick={() => go({ view: null })}>
            To the board
          </Button>
        }
      >
        {running === 0
          ? "No agent is working. What one asks for stands here, the oldest first."
          : `${running} ${running === 1 ? "agent is" : "agents are"} working. What they ask for stands here, the oldest first.`}
      </EmptyState>
    </div>
  );
}
