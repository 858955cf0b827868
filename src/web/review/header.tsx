import type { Task } from "../../contract/task.ts";
import { cardState } from "../board/card-state.ts";
import { later } from "../state/actions.ts";
import { closeReview } from "../state/review-place.ts";
import { go } from "../state/route.ts";
import { Meter } from "../ui/bits.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { StateGlyph, stateWord } from "../ui/state-glyph.tsx";
import { tip } from "../ui/tooltip.tsx";
import { markReviewed } from "./data/act.ts";

export interface HeaderProps {
  readonly task: Task;
  /** Null while there is nothing to look at. */
  readonly progress: { readonly viewed: number; readonly of: number } | null;
  /** Drafts, and what is still being typed. */
  readonly drafts: number;
  readonly onSend: () => void;
}

/** Whose changes these are, how far the reader is, and the way on. */
export function Header({ task, progress, drafts, onSend }: HeaderProps) {
  const state = cardState(task);
  const base = task.baseSha === null ? "" : `@${task.baseSha.slice(0, 7)}`;
  return (
    <header className="bar rv-bar">
      <IconButton icon="x" size="s" label="Back" keys="Escape" onClick={closeReview} />
      <StateGlyph state={state} />
      <h1 className="cut">
        <bdi>{task.title}</bdi>
        <span className="sr">, {stateWord(state)}</span>
      </h1>
      {task.branch !== null && <span className="t3 small mono cut branch">{task.branch}</span>}
      {task.baseRef !== null && (
        <span className="t3 small cut onto">{`onto ${task.baseRef}${base}`}</span>
      )}
      <span className="grow" />
      {progress !== null && (
        <span className="slots progress">
          <Meter
            percent={(100 * progress.viewed) / Math.max(1, progress.of)}
            label="Files viewed"
          />
          <span className="num">{`${progress.viewed} of ${progress.of} viewed`}</span>
        </span>
      )}
      {progress !== null && (
        <Button
          variant="ghost"
          size="s"
          onClick={() => later(markReviewed(task))}
          {...tip("From then on “Since my review” shows only what changes after it")}
        >
          Mark as reviewed
        </Button>
      )}
      <Button variant="ghost" size="s" onClick={() => go({ view: null, tab: null })}>
        Open run
      </Button>
      <Button
        {...(drafts === 0 ? {} : { keys: "$mod+Enter" })}
        disabled={drafts === 0}
        onClick={onSend}
        {...(drafts === 0 ? tip("Write a comment on a line first: C, or the + beside it") : {})}
      >
        {drafts === 0 ? "Send comments" : `Send ${drafts} comment${drafts === 1 ? "" : "s"}`}
      </Button>
    </header>
  );
}
