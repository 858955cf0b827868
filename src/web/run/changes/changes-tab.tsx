import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ChangedFile } from "../../../contract/changes.ts";
import type { Task } from "../../../contract/task.ts";
import { counted } from "../../../domain/transcript-words.ts";
import { statusMark } from "../../diff/change-words.ts";
import { isActive, later, startTask } from "../../state/actions.ts";
import { changesQuery, useLiveChanges } from "../../state/changes.ts";
import { cameBack, openReview } from "../../state/review-place.ts";
import { AddsDels, EmptyState } from "../../ui/bits.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { useHotkeys } from "../../ui/hotkeys.ts";
import { announce } from "../../ui/live-region.tsx";
import { inOneLine } from "../../ui/report.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { Exact } from "../../ui/text.tsx";
import { tip } from "../../ui/tooltip.tsx";
import { CopyButton } from "../copy-button.tsx";
import { FileDiff, type Layout } from "./file-diff.tsx";
import { FileList } from "./file-list.tsx";

export interface ChangesTabProps {
  readonly task: Task;
  readonly file: string | null;
  readonly onFile: (path: string) => void;
}

/** What the agent changed since the base: files on the left, one diff beside them. */
export default function ChangesTab({ task, file, onFile }: ChangesTabProps) {
  const { data: changes, error, isPending, refetch } = useQuery(changesQuery(task.id));
  useLiveChanges(task);
  useHotkeys([
    {
      id: "changes.review",
      label: "Review the changes",
      keys: ["Shift+R"],
      run: () => openReview(task.id, "panel", file ?? undefined),
    },
  ]);
  if (changes === undefined) {
    return isPending ? (
      <div className="chg" aria-busy="true" />
    ) : (
      <Unreadable error={error} onRetry={() => later(refetch())} />
    );
  }
  if (changes.files.length === 0) return <Nothing task={task} />;
  return (
    <Files
      taskId={task.id}
      files={changes.files}
      truncated={changes.truncated}
      {...{ file, onFile }}
    />
  );
}

function Unreadable({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <EmptyState
      title="The changes cannot be read"
      actions={
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {inOneLine(error)}
    </EmptyState>
  );
}

function Nothing({ task }: { readonly task: Task }) {
  if (task.runId === null) {
    return (
      <EmptyState
        title="Nothing has run yet"
        actions={
          <Button variant="primary" icon="play" onClick={() => later(startTask(task.id))}>
            Start
          </Button>
        }
      >
        What the agent changes will stand here, file by file.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No file has changed">
      {isActive(task)
        ? "Changes show here as soon as the agent makes one."
        : "The agent left every file as it was at the base."}
    </EmptyState>
  );
}

interface FilesProps {
  readonly taskId: string;
  readonly files: readonly ChangedFile[];
  readonly truncated: boolean;
  readonly file: string | null;
  readonly onFile: (path: string) => void;
}

function Files({ taskId, files, truncated, file, onFile }: FilesProps) {
  const [layout, setLayout] = useState<Layout>("unified");
  const places = useRef(new Map<string, number>());
  const found = files.findIndex((one) => one.path === file);
  const index = Math.max(0, found);
  const current = files[index];
  const last = useRef(index);
  last.current = index;
  const step = (by: number): void => {
    const next = files[last.current + by];
    if (next === undefined) return;
    onFile(next.path);
    announce(`${next.path}, ${statusMark(next.status).word}`);
  };
  useHotkeys([
    { id: "changes.next", label: "Next file", keys: ["]"], run: () => step(1) },
    { id: "changes.previous", label: "Previous file", keys: ["["], run: () => step(-1) },
  ]);
  // The link says which file is open, also before the person has picked one.
  useEffect(() => {
    if (file === null && current !== undefined) onFile(current.path);
  }, [file, current, onFile]);
  if (current === undefined) return null;
  return (
    <div className="chg">
      <div className="side">
        <p className="sum small t2 num">
          {counted(files.length, "file")}
          <AddsDels
            additions={files.reduce((sum, one) => sum + one.additions, 0)}
            deletions={files.reduce((sum, one) => sum + one.deletions, 0)}
          />
        </p>
        <FileList files={files} selected={current.path} onSelect={onFile} />
        {truncated && <p className="small t3 note-end">More files changed than are listed.</p>}
      </div>
      <div className="main-diff">
        <div className="cap">
          <span className="mono cut grow">
            {current.oldPath !== null && (
              <span className="t3">
                <Exact>{`${current.oldPath} → `}</Exact>
              </span>
            )}
            <Exact>{current.path}</Exact>
          </span>
          <CopyButton text={() => current.path} label="Copy path" />
          <IconButton
            icon="chev-r"
            size="s"
            className="flip"
            label="Previous file"
            keys="["
            disabled={index === 0}
            onClick={() => step(-1)}
          />
          <span className="small t3 num nb">{`${index + 1} of ${files.length}`}</span>
          <IconButton
            icon="chev-r"
            size="s"
            label="Next file"
            keys="]"
            disabled={index === files.length - 1}
            onClick={() => step(1)}
          />
          <Segmented
            label="Layout"
            value={layout}
            options={[
              { value: "unified", label: "Unified" },
              { value: "split", label: "Split" },
            ]}
            onChange={setLayout}
          />
          <ReviewButton taskId={taskId} file={current.path} />
        </div>
        <FileDiff key={current.path} file={current} layout={layout} places={places.current} />
      </div>
    </div>
  );
}

/** The way to the whole width, and back to it with the focus. */
function ReviewButton({ taskId, file }: { readonly taskId: string; readonly file: string }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (cameBack(taskId)) button.current?.focus();
  }, [taskId]);
  return (
    <Button
      ref={button}
      size="s"
      icon="st-review"
      {...tip("Review at full width", "Shift+R")}
      onClick={() => openReview(taskId, "panel", file)}
    >
      Review
    </Button>
  );
}
