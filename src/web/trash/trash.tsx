import "./trash.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { shortId } from "../../domain/text.ts";
import { folderName } from "../board/filter.ts";
import { columnName, later, restoreTask } from "../state/actions.ts";
import { useBoard } from "../state/board.ts";
import { useNow } from "../state/clock.ts";
import { queries, trashQuery } from "../state/queries.ts";
import { go } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { EmptyState } from "../ui/bits.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { inWords } from "../ui/report.ts";
import { Exact } from "../ui/text.tsx";
import { Ago } from "../ui/time.tsx";
import { toast } from "../ui/toast.ts";
import type { TrashedTask } from "../wire/calls.ts";
import { DeleteForGood } from "./delete-for-good.tsx";
import { keptWords, leftWords } from "./words.ts";

/** What was deleted in the last 30 days, and what was kept of it. */
export default function TrashPage() {
  const { data, error, isFetching, refetch } = useQuery(trashQuery);
  const [ending, setEnding] = useState<TrashedTask | null>(null);
  useFresh();
  return (
    <>
      <header className="bar">
        <PageTitle>Trash</PageTitle>
        <span className="t3">
          {data === undefined ? "" : `${data.length} deleted, each kept for 30 days`}
        </span>
      </header>
      {data === undefined ? (
        <Missing error={error} busy={isFetching} retry={() => later(refetch())} />
      ) : data.length === 0 ? (
        <Nothing />
      ) : (
        <ul className="trash" aria-label="Deleted tasks">
          {data.map((task) => (
            <Row key={task.id} task={task} onDelete={() => setEnding(task)} />
          ))}
        </ul>
      )}
      {ending !== null && <DeleteForGood task={ending} onClose={() => setEnding(null)} />}
    </>
  );
}

/** The list is read again when a task was deleted or brought back, here or elsewhere. */
function useFresh(): void {
  const gone = useBoard((state) => state.gone);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `gone` is the sign, not an input
  useEffect(() => {
    if (!first.current) later(queries.invalidateQueries({ queryKey: trashQuery.queryKey }));
    first.current = false;
  }, [gone]);
}

interface RowProps {
  readonly task: TrashedTask;
  readonly onDelete: () => void;
}

function Row({ task, onDelete }: RowProps) {
  const [busy, setBusy] = useState(false);
  const agent = useAgentName(task.agent);
  const now = useNow(60_000);
  const restore = async (): Promise<void> => {
    setBusy(true);
    const back = await restoreTask(task.id);
    setBusy(false);
    if (back === null) return;
    await queries.invalidateQueries({ queryKey: trashQuery.queryKey });
    toast({
      text: `“${back.title}” is back in ${columnName(back.column)}`,
      icon: "undo",
      action: { label: "Open", run: () => go({ view: null, task: back.id, tab: null }) },
    });
  };
  return (
    <li className="trashed">
      <div className="what-was">
        <h2>
          <bdi>{task.title}</bdi>
        </h2>
        <p className="t2 small">
          <span className="mono t3">{shortId(task.id)}</span>
          <span title={task.workdir}>{folderName(task.workdir)}</span>
          <span>{agent}</span>
        </p>
      </div>
      <div className="kept">
        <p>{keptWords(task.trash)}</p>
        {task.trash !== null && (
          <p className="mono micro t3 cut" title={`${task.trash.ref} ${task.trash.sha}`}>
            <Exact>{task.trash.ref}</Exact>
          </p>
        )}
      </div>
      <p className="when small t2">
        <span>
          Deleted <Ago at={task.deletedAt} />
        </span>
        <span className="t3 num">{leftWords(task.deletedAt, now)}</span>
      </p>
      <div className="acts">
        <Button size="s" icon="undo" busy={busy} onClick={() => later(restore())}>
          Restore
        </Button>
        <IconButton
          size="s"
          icon="trash"
          variant="danger"
          label={`Delete for good: ${task.title}`}
          disabled={busy}
          onClick={onDelete}
        />
      </div>
    </li>
  );
}

interface MissingProps {
  readonly error: Error | null;
  readonly busy: boolean;
  readonly retry: () => void;
}

function Missing({ error, busy, retry }: MissingProps) {
  if (error === null) return <div className="trash-empty" aria-busy="true" />;
  const { text, hint } = inWords(error);
  return (
    <div className="trash-empty">
      <EmptyState
        title="The trash could not be read"
        actions={
          <Button icon="refresh" busy={busy} onClick={retry}>
            Try again
          </Button>
        }
      >
        {text} {hint} What is in it stays there.
      </EmptyState>
    </div>
  );
}

function Nothing() {
  return (
    <div className="trash-empty">
      <EmptyState
        title="The trash is empty"
        actions={
          <Button icon="board" onClick={() => go({ view: null })}>
            To the board
          </Button>
        }
      >
        A deleted task stays here for 30 days, with its commits and its uncommitted files.
      </EmptyState>
    </div>
  );
}
