import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Task } from "../../contract/task.ts";
import { isActive, later, startTask } from "../state/actions.ts";
import { promptQuery } from "../state/queries.ts";
import { retryTranscript, type Transcript } from "../state/transcript.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { inOneLine } from "../ui/report.ts";

export interface BodyProps {
  readonly task: Task;
  readonly transcript: Transcript | null;
  readonly children: (transcript: Transcript) => ReactNode;
}

/** The transcript, or what stands in its place until there is one. */
export function Body({ task, transcript, children }: BodyProps) {
  if (transcript?.status === "failed") {
    return (
      <div className="wrap">
        <EmptyState
          title="The transcript could not be loaded"
          actions={
            <Button icon="refresh" onClick={() => retryTranscript(task.id)}>
              Try again
            </Button>
          }
        >
          {inOneLine(transcript.error)}
        </EmptyState>
      </div>
    );
  }
  if (transcript === null || transcript.status === "loading") return <Loading />;
  if (transcript.events.length === 0 && !isActive(task)) return <NotStarted task={task} />;
  return children(transcript);
}

/** The shape of what is coming, quietly: it is there within a few frames as a rule. */
function Loading() {
  return (
    <div className="wrap" aria-busy="true">
      <div className="ghosts" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </div>
      <span className="sr">Loading the transcript</span>
    </div>
  );
}

/** What will be asked, before it has been. */
function NotStarted({ task }: { readonly task: Task }) {
  const { data } = useQuery(promptQuery(task));
  return (
    <div className="wrap start">
      <div className="quote">
        <div className="by">
          <span>The prompt</span>
        </div>
        <p className="typed">{data ?? task.promptPreview}</p>
      </div>
      <p className="t2">
        {task.isolation === "worktree"
          ? "It has not run yet. It will get a branch and a worktree of its own."
          : "It has not run yet. The agent will work in the folder itself."}
      </p>
      <div>
        <Button variant="primary" icon="play" onClick={() => later(startTask(task.id))}>
          Start
        </Button>
      </div>
    </div>
  );
}
