import type { ReactNode } from "react";
import type { ChangeScope } from "../../contract/changes.ts";
import type { Task } from "../../contract/task.ts";
import { isActive, later, startTask } from "../state/actions.ts";
import { closeReview } from "../state/review-place.ts";
import { go } from "../state/route.ts";
import { Banner, EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { inOneLine } from "../ui/report.ts";
import { formatClock } from "../ui/time.tsx";
import { markReviewed } from "./data/act.ts";
import { compare } from "./data/scope.ts";

/** The shape of what is coming, quietly. */
export function Loading() {
  const rows = [62, 48, 70, 30, 55, 80, 44, 66, 38, 58, 72, 50];
  return (
    <div className="rv-body is-loading" aria-busy="true">
      <div className="rv-tree" aria-hidden="true">
        {rows.slice(0, 8).map((width) => (
          <i key={width} className="shade" style={{ width: `${width}%` }} />
        ))}
      </div>
      <div className="rv-main" aria-hidden="true">
        {rows.map((width) => (
          <i key={width} className="shade" style={{ width: `${width}%` }} />
        ))}
      </div>
      <span className="sr">Reading the changes</span>
    </div>
  );
}

export function Unreadable({
  error,
  retry,
}: {
  readonly error: unknown;
  readonly retry: () => void;
}) {
  return (
    <Middle>
      <EmptyState
        title="The changes cannot be read"
        actions={
          <>
            <Button variant="primary" icon="refresh" onClick={retry}>
              Try again
            </Button>
            <Button onClick={closeReview}>Back</Button>
          </>
        }
      >
        {inOneLine(error)} Nothing in the worktree was touched.
      </EmptyState>
    </Middle>
  );
}

/** What is shown could not be read again: how old it is, and how to try once more. */
export function Stale({ at, retry }: { readonly at: number; readonly retry: () => void }) {
  return (
    <Banner
      actions={
        <Button variant="ghost" size="s" onClick={retry}>
          Try again
        </Button>
      }
    >
      {`The changes could not be read again. This is how they were at ${formatClock(at, true)}.`}
    </Banner>
  );
}

export function NotOnTheBoard() {
  useHotkeys([
    { id: "review.close", label: "Back to the board", keys: ["Escape"], run: closeReview },
  ]);
  return (
    <Middle>
      <EmptyState
        title="This task is not on the board"
        actions={
          <Button keys="Escape" onClick={closeReview}>
            Back to the board
          </Button>
        }
      >
        It was archived or deleted. Deleted tasks stay in the trash for 30 days.
      </EmptyState>
    </Middle>
  );
}

export interface NothingProps {
  readonly task: Task;
  readonly scope: ChangeScope;
  readonly reviewedAt: number | null;
}

/** Nothing differs: why, and where to look instead. */
export function Nothing({ task, scope, reviewedAt }: NothingProps) {
  const { title, text } = whyNothing(task, scope, reviewedAt);
  const sinceBase = (
    <Button variant="primary" onClick={() => compare("base")}>
      Since base
    </Button>
  );
  const openRun = <Button onClick={() => go({ view: null, tab: null })}>Open run</Button>;
  const start = (
    <Button variant="primary" icon="play" onClick={() => later(startTask(task.id))}>
      Start
    </Button>
  );
  return (
    <Middle>
      <EmptyState
        title={title}
        actions={
          task.runId === null ? (
            start
          ) : (
            <>
              {scope !== "base" && sinceBase}
              {scope === "review" && reviewedAt === null && (
                <Button onClick={() => later(markReviewed(task))}>Mark as reviewed</Button>
              )}
              {openRun}
            </>
          )
        }
      >
        {text}
      </EmptyState>
    </Middle>
  );
}

function whyNothing(
  task: Task,
  scope: ChangeScope,
  reviewedAt: number | null,
): { title: string; text: string } {
  if (task.runId === null) {
    return {
      title: "Nothing has run yet",
      text: "What the agent changes will stand here, file by file.",
    };
  }
  switch (scope) {
    case "base":
      return {
        title: "No file has changed",
        text: isActive(task)
          ? "Changes show here as soon as the agent makes one."
          : "The agent left every file as it was at the base.",
      };
    case "uncommitted":
      return { title: "Everything is committed", text: "The worktree is as its last commit." };
    case "turn":
      return { title: "The last turn changed no file", text: "Earlier turns may have." };
    case "review":
      return reviewedAt === null
        ? {
            title: "You have not marked it as reviewed yet",
            text: "Once you do, this shows only what has changed since.",
          }
        : {
            title: `Nothing changed since you looked at ${formatClock(reviewedAt)}`,
            text: "What comes after shows here.",
          };
    case "commit":
      return { title: "This commit changed no file", text: "Another one can be picked above." };
  }
}

function Middle({ children }: { readonly children: ReactNode }) {
  return <div className="rv-none">{children}</div>;
}
