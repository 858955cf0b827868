import "../run/prose.css";
import "../code/code.css";
import "../ask/ask.css";
import "../ask/forms.css";
import "./inbox.css";
import { useCallback, useEffect, useRef, useState } from "react";
import { board, useBoard, useBoardShallow } from "../state/board.ts";
import { go } from "../state/route.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Kbd } from "../ui/kbd.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Docs, type DocsHandle, openTask } from "./docs.tsx";
import { type Key, keep, openKeys, stepFrom, terminalOf } from "./items.ts";
import { List } from "./list.tsx";
import { NotifyButton } from "./notify-button.tsx";

/** Everything that waits for its person, over all tasks. */
export default function Inbox() {
  const open = useBoardShallow(openKeys);
  const loaded = useBoard((state) => state.loaded);
  const [shown, setShown] = useState<readonly Key[]>(open);
  const [current, setCurrent] = useState<Key | null>(null);
  const docs = useRef<DocsHandle>(null);
  // While it loads the order is not known yet: what comes later may be older.
  const next = loaded ? keep(shown, open, (key) => board.getState().settled.has(key)) : open;
  if (next !== shown) setShown(next);

  const focus = useCallback((key: Key | null): void => {
    if (key !== null) docs.current?.focus(key);
  }, []);
  useInboxKeys(next, current, focus);
  useFirst(next, focus);
  return (
    <>
      <header className="bar">
        <PageTitle>Needs you</PageTitle>
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
          <Docs ref={docs} keys={next} current={current} onCurrent={setCurrent} />
        </div>
      )}
    </>
  );
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

/** Who comes here wants to begin with the oldest. The focus is not taken from anything else. */
function useFirst(keys: readonly Key[], focus: (key: Key | null) => void): void {
  const done = useRef(false);
  const first = keys[0] ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the first one is there
  useEffect(() => {
    if (done.current || first === null) return;
    done.current = true;
    const active = document.activeElement;
    const free = active === document.body || active?.matches(".rail *, h1") === true;
    if (free) focus(first);
  }, [first]);
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
