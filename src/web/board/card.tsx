import { memo, type RefObject, useEffect, useRef } from "react";
import type { Interaction } from "../../contract/interaction.ts";
import type { Task } from "../../contract/task.ts";
import { shortId } from "../../domain/text.ts";
import { hasBadges, LandingBadges } from "../landing/badges.tsx";
import { board, useAsks, useTask } from "../state/board.ts";
import { useConnection } from "../state/connection.ts";
import { waitingSince } from "../state/fold.ts";
import { go, useRoute } from "../state/route.ts";
import { noteFocus, useSelection } from "../state/selection.ts";
import { agentIcon, useAgentName } from "../ui/agents.tsx";
import { AddsDels } from "../ui/bits.tsx";
import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { StateGlyph, type StateName, stateInk, stateWord } from "../ui/state-glyph.tsx";
import { Ago, Elapsed } from "../ui/time.tsx";
import { CardActions } from "./card-actions.tsx";
import { CardBody } from "./card-body.tsx";
import { cardName, cardState, needsTerminal } from "./card-state.ts";
import { folderName } from "./filter.ts";
import { useCardDrag } from "./use-card-drag.ts";

export interface CardProps {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  /** Whether Tab comes to this card of its column. */
  readonly stop: boolean;
}

/** One task on the board. */
export const Card = memo(function Card({ id, index, count, stop }: CardProps) {
  const task = useTask(id);
  const asks = useAsks(id);
  const element = useRef<HTMLElement>(null);
  const open = useRoute((state) => state.task === id);
  const marked = useSelection((state) => state.marked.has(id));
  const current = useSelection((state) => state.focused === id);
  const grabbed = useSelection((state) => state.grab?.id === id);
  const wantsFocus = useSelection((state) => (state.focused === id ? state.focusCount : 0));
  const dragging = useCardDrag(element, id);
  const agent = useAgentName(task?.agent ?? "");

  useCardFocus(element, wantsFocus, current);

  if (task === null) return null;
  const state = cardState(task);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a card are handled by the board, which knows its neighbours
    <article
      ref={element}
      data-card={id}
      className={cx(
        "card",
        open && "is-sel",
        marked && "is-marked",
        grabbed && "is-grabbed",
        dragging && "is-gap",
      )}
      tabIndex={stop ? 0 : -1}
      aria-label={cardName(task, stateWord(state), agent)}
      aria-posinset={index + 1}
      aria-setsize={count}
      aria-current={open ? "true" : undefined}
      onFocus={() => noteFocus(id, task.column)}
      onClick={(event) => {
        if (!isOwnControl(event.target)) go({ task: id });
      }}
    >
      <Head task={task} state={state} asks={asks} agent={agent} />
      <h3>
        <bdi>{task.title}</bdi>
      </h3>
      <CardBody task={task} state={state} asks={asks} current={current} />
      {hasBadges(task) && (
        <div className="badges">
          <LandingBadges task={task} />
        </div>
      )}
      <Foot task={task} state={state} />
      <CardActions task={task} state={state} current={current} />
    </article>
  );
});

/** The last call for the focus that was followed; a card drawn anew must not follow it again. */
let followed = 0;

/** A dialog that closes keeps the page inert for a moment longer: so many frames are waited for. */
const patience = 12;

function takeFocus(card: HTMLElement, frames: number): void {
  card.focus({ preventScroll: true });
  if (document.activeElement === card || frames === 0 || !card.isConnected) return;
  requestAnimationFrame(() => takeFocus(card, frames - 1));
}

function useCardFocus(
  element: RefObject<HTMLElement | null>,
  wanted: number,
  current: boolean,
): void {
  const first = useRef(true);
  useEffect(() => {
    const mounted = first.current;
    first.current = false;
    const card = element.current;
    if (card === null || card.contains(document.activeElement)) return;
    // A card that moved to another column is a new element: it takes the focus it had along.
    const lostIt = mounted && current && document.activeElement === document.body;
    if (wanted > followed || lostIt) takeFocus(card, patience);
    followed = Math.max(followed, wanted);
  }, [element, wanted, current]);
}

function isOwnControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("button, a") !== null;
}

interface HeadProps {
  readonly task: Task;
  readonly state: StateName;
  readonly asks: readonly Interaction[];
  readonly agent: string;
}

/** States whose word the column header does not say already. */
const spoken: ReadonlySet<StateName> = new Set([
  "queued",
  "preparing",
  "failed",
  "orphaned",
  "stopped",
  "stopping",
]);

function Head({ task, state, asks, agent }: HeadProps) {
  const still = useConnection((connection) => connection.kind !== "open");
  return (
    <div className="hd">
      <StateGlyph state={state} still={still} />
      {state === "blocked" ? (
        <Wait task={task} asks={asks} />
      ) : spoken.has(state) ? (
        <span className={cx("word", stateInk(state))}>{stateWord(state)}</span>
      ) : (
        <span className="sr">{stateWord(state)}</span>
      )}
      <span className="id">{shortId(task.id)}</span>
      {task.unread && <span className="unread" title="New since you last looked" />}
      <span className="who">
        <Icon name={agentIcon(task.agentKind, task.agent)} size={12} />
        <span className="cut">{agent}</span>
      </span>
    </div>
  );
}

function Wait({ task, asks }: { readonly task: Task; readonly asks: readonly Interaction[] }) {
  const frozen = useConnection((state) => (state.kind === "open" ? undefined : state.goodAt));
  if (task.phase?.kind !== "blocked") return <span className="sr">Blocked</span>;
  if (needsTerminal(task, asks)) return <span className="word s-blocked">Needs terminal</span>;
  const since = waitingSince(board.getState(), task);
  return (
    <span className="word s-blocked">
      Waiting {since !== null && <Elapsed since={since} until={frozen} />}
    </span>
  );
}

function whyQueued({ queueEdited }: Task): string {
  return queueEdited
    ? "Not sent while a waiting message is edited"
    : "Messages that wait for the agent";
}

function Foot({ task, state }: { readonly task: Task; readonly state: StateName }) {
  const { stats } = task;
  const working = state === "running" || state === "blocked" || state === "stopping";
  return (
    <div className="ft">
      <span className="repo cut" title={task.workdir}>
        {folderName(task.workdir)}
      </span>
      <span className="r">
        {task.queuedMessages > 0 && (
          <span title={whyQueued(task)}>
            +{task.queuedMessages} {task.queueEdited ? "held" : "queued"}
          </span>
        )}
        {state === "queued" && <span>starts at the next free slot</span>}
        {state === "failed" && <Ago at={task.updatedAt} />}
        {stats !== null && working && stats.todosTotal > 0 && (
          <span title="To-dos done">
            {stats.todosDone}/{stats.todosTotal}
          </span>
        )}
        {stats !== null && <AddsDels additions={stats.additions} deletions={stats.deletions} />}
        {stats !== null && working && stats.contextPercent !== null && (
          <span
            className={cx(stats.contextPercent >= 80 && "s-blocked")}
            title={`${Math.round(stats.contextPercent)}% of the context is used`}
          >
            {Math.round(stats.contextPercent)}%
          </span>
        )}
      </span>
    </div>
  );
}
