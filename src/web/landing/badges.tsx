import type { Task } from "../../contract/task.ts";
import { useBoard } from "../state/board.ts";
import { Badge, type BadgeProps } from "../ui/bits.tsx";
import { tip } from "../ui/tooltip.tsx";
import { conflictWords, lowerFirst, requestLine, requestWords, type Tone } from "./words.ts";

const looks: Readonly<Record<Tone, NonNullable<BadgeProps["tone"]>>> = {
  bad: "bad",
  warn: "warn",
  good: "good",
  plain: "plain",
};

/** Whether a task has anything to say of its landing. */
export function hasBadges(task: Task): boolean {
  const { pullRequest, conflicts } = task;
  return (
    pullRequest !== null || (conflicts !== null && (conflicts.base || conflicts.tasks.length > 0))
  );
}

/** What somebody should know before a task lands: with what it conflicts, and its pull request. */
export function LandingBadges({ task }: { readonly task: Task }) {
  const { pullRequest } = task;
  const conflict = useBoard(({ tasks }) =>
    conflictWords(task, (id) => tasks.get(id)?.title ?? null),
  );
  return (
    <>
      {conflict !== null && (
        <span className="badge" {...tip(conflict)}>
          <Badge tone={task.conflicts?.base === true ? "bad" : "warn"} icon="st-failed">
            <span className="cut">{conflict}</span>
          </Badge>
        </span>
      )}
      {pullRequest !== null && <RequestBadge request={pullRequest} />}
    </>
  );
}

function RequestBadge({ request }: { readonly request: NonNullable<Task["pullRequest"]> }) {
  const { tone, state, checks, review } = requestWords(request);
  const all = `Pull request ${requestLine(request)}`;
  // Where there is little room, what somebody has to act on goes before what is well.
  const said = tone === "bad" ? checks : (review ?? checks);
  return (
    <span className="badge" {...tip(all)}>
      <Badge tone={looks[tone]} icon="link">
        <span className="sr">{all}</span>
        <span className="cut" aria-hidden="true">
          {said === null ? state : `${state}, ${lowerFirst(said)}`}
        </span>
      </Badge>
    </span>
  );
}
