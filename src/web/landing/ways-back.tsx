import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Checkpoint } from "../../contract/changes.ts";
import type { Task } from "../../contract/task.ts";
import { counted } from "../../domain/transcript-words.ts";
import { isActive, later } from "../state/actions.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { Dialog } from "../ui/dialog.tsx";
import { inWords } from "../ui/report.ts";
import { Exact } from "../ui/text.tsx";
import { Ago } from "../ui/time.tsx";
import { restoreTo } from "./act.ts";
import { checkpointsQuery } from "./data.ts";
import { TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { useDoing } from "./use-doing.ts";

/** Every state that was kept before something changed it, newest first. */
export function WaysBack({ task, onClose }: StepProps) {
  const { data, error, isFetching, refetch } = useQuery(checkpointsQuery(task.id));
  const [asking, setAsking] = useState<string | null>(null);
  const start = useRef<HTMLDivElement>(null);
  return (
    <Dialog
      title="Ways back"
      aside={<span className="t3 small">kept for 30 days</span>}
      initialFocus={start}
      onClose={onClose}
      className="land-sheet"
    >
      <div className="sheet-body" ref={start} tabIndex={-1} aria-busy={data === undefined}>
        {data === undefined ? (
          error !== null && (
            <Unread error={error} busy={isFetching} retry={() => later(refetch())} />
          )
        ) : data.length === 0 ? (
          <EmptyState title="Nothing to go back to yet">
            Before anything here is reverted, committed, rebased or merged, how it stood is kept.
            Each of those stands here then.
          </EmptyState>
        ) : (
          <ul className="ways">
            {data.map((one) => (
              <Way
                key={one.id}
                task={task}
                to={one}
                asking={asking === one.id}
                onAsk={setAsking}
                onDone={onClose}
              />
            ))}
          </ul>
        )}
      </div>
      <footer>
        <span className="t3 small grow">Going back can be gone back from, too.</span>
        <Button onClick={onClose}>Close</Button>
      </footer>
    </Dialog>
  );
}

interface WayProps {
  readonly task: Task;
  readonly to: Checkpoint;
  readonly asking: boolean;
  readonly onAsk: (id: string | null) => void;
  readonly onDone: () => void;
}

function Way({ task, to, asking, onAsk, onDone }: WayProps) {
  const doing = useDoing(task.id);
  const sure = useRef<HTMLButtonElement>(null);
  const ask = useRef<HTMLButtonElement>(null);
  const was = useRef(asking);
  useEffect(() => {
    if (asking) sure.current?.focus();
    else if (was.current) ask.current?.focus();
    was.current = asking;
  }, [asking]);
  const busy = isActive(task);
  const goBack = (): void =>
    doing.run(async (key) => {
      await restoreTo(task, to, key);
      onDone();
    });
  return (
    <li className={cx(asking && "is-asking")}>
      <div className="way">
        <span className="grow what">
          <span className="medium">
            <Exact>{to.label}</Exact>
          </span>
          <span className="t3 small num">
            <Ago at={to.at} />
            {`, ${holds(to)}`}
          </span>
        </span>
        {!asking && (
          <Button
            ref={ask}
            size="s"
            icon="undo"
            disabled={busy}
            aria-label={`Go back: ${to.label}`}
            onClick={() => onAsk(to.id)}
          >
            Go back
          </Button>
        )}
      </div>
      {asking && (
        <div className="way-sure">
          <p className="t2 small">{`${becomes(to)} What stands there now is kept as a way back first.`}</p>
          <span className="acts">
            <Button size="s" onClick={() => onAsk(null)}>
              Stay
            </Button>
            <Button ref={sure} size="s" variant="primary" busy={doing.busy} onClick={goBack}>
              Go back to this
            </Button>
          </span>
        </div>
      )}
      {doing.trouble !== null && <TroubleNote trouble={doing.trouble} />}
    </li>
  );
}

function holds({ headSha, dirtyFiles }: Checkpoint): string {
  const at = headSha === null ? "no commit" : headSha.slice(0, 7);
  return dirtyFiles === 0 ? at : `${at} and ${counted(dirtyFiles, "uncommitted file")}`;
}

function becomes({ branch, headSha, baseBranch }: Checkpoint): string {
  const moved = [
    branch === null || headSha === null ? null : `the branch to ${headSha.slice(0, 7)}`,
    baseBranch === null ? null : `${baseBranch} to where it was, if nobody moved it since`,
  ].filter((part) => part !== null);
  return moved.length === 0
    ? "The files go back to how they were."
    : `The files go back to how they were, ${moved.join(", and ")}.`;
}

interface UnreadProps {
  readonly error: Error;
  readonly busy: boolean;
  readonly retry: () => void;
}

function Unread({ error, busy, retry }: UnreadProps) {
  const { text, hint } = inWords(error);
  return (
    <EmptyState
      title="The ways back could not be read"
      actions={
        <Button icon="refresh" busy={busy} onClick={retry}>
          Try again
        </Button>
      }
    >
      {text} {hint} They are refs of the repository and stay there.
    </EmptyState>
  );
}
