import "./ask.css";
import "./forms.css";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Task } from "../../contract/task.ts";
import { useAsks, useBoard } from "../state/board.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { useFate } from "./answer.ts";
import { AskCard } from "./ask-card.tsx";
import { takeFocusWish } from "./focus-wish.ts";

/** How long this tab's own answer stands over the composer once it has arrived. */
const goesAfter = 4_000;

/** What the open task waits for, above the composer: the oldest first, one at a time. */
export function AskDock({ task }: { readonly task: Task }) {
  const asks = useAsks(task.id);
  const first = asks[0] ?? null;
  const dock = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<string | null>(null);
  // The last one stays until the next comes: who was about to answer it sees what became of it.
  if (first !== null && shown !== first.id) setShown(first.id);
  const focus = (): void => {
    dock.current?.querySelector<HTMLElement>("[data-ask]")?.focus();
  };
  const id = first?.id ?? shown;
  useHotkeys(
    id === null
      ? []
      : [{ id: "ask.focus", label: "Go to what the agent asks", keys: ["q"], run: focus }],
  );
  useEffect(() => {
    if (first !== null && takeFocusWish(task.id)) {
      dock.current?.querySelector<HTMLElement>("[data-ask]")?.focus();
    }
  }, [first, task.id]);
  useKeptFocus(dock, id);
  if (id === null) return null;
  return (
    <div ref={dock} className="dock">
      <AskCard key={id} id={id} onDismiss={() => setShown(null)} />
      {first === null && <Leaving id={id} leave={() => setShown(null)} />}
      {asks.length > 1 && <p className="micro t3 more">{`${asks.length - 1} more after this`}</p>}
    </div>
  );
}

/** The next request takes over the focus of the one before; its keys wait their moment again. */
function useKeptFocus(dock: RefObject<HTMLElement | null>, id: string | null): void {
  const before = useRef(id);
  const moved = before.current !== null && before.current !== id;
  // Read while the old card still stands: afterwards nothing tells where the focus was.
  const held = moved && dock.current?.contains(document.activeElement) === true;
  useLayoutEffect(() => {
    before.current = id;
    if (held) dock.current?.querySelector<HTMLElement>("[data-ask]")?.focus();
  }, [dock, id, held]);
}

/** One's own answer needs no dismissing: the transcript tells of it from now on. */
function Leaving({ id, leave }: { readonly id: string; readonly leave: () => void }) {
  const fate = useFate(id);
  const over = useBoard((state) => state.settled.has(id));
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    if (!over || fate !== "given") return;
    const timer = setTimeout(() => {
      const card = document.querySelector(`[data-ask="${CSS.escape(id)}"]`);
      const held = card?.contains(document.activeElement) === true;
      const panel = card?.closest<HTMLElement>(".panel");
      latest.current();
      if (held) panel?.focus({ preventScroll: true });
    }, goesAfter);
    return () => clearTimeout(timer);
  }, [over, fate, id]);
  return null;
}
