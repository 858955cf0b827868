import { memo } from "react";
import type { Interaction } from "../../contract/interaction.ts";
import type { Task } from "../../contract/task.ts";
import { CompactAsk, CompactOver } from "../ask/compact.tsx";
import { counted, later, startTask } from "../state/actions.ts";
import { useJustSettled } from "../state/board.ts";
import { useNow } from "../state/clock.ts";
import { useConnection } from "../state/connection.ts";
import { go } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import type { StateName } from "../ui/state-glyph.tsx";
import { Elapsed } from "../ui/time.tsx";
import { isProse, needsTerminal, preparingLine, silentSince, stepOf } from "./card-state.ts";
import { PulseStrip } from "./pulse-strip.tsx";
import { SetupFailure } from "./setup-failure.tsx";

export interface CardBodyProps {
  readonly task: Task;
  readonly state: StateName;
  readonly asks: readonly Interaction[];
  /** Whether the card has the focus: only then its buttons are stops of the Tab key. */
  readonly current: boolean;
}

/** What a card says between its title and its footer; it depends on the state alone. */
export function CardBody({ task, state, asks, current }: CardBodyProps) {
  switch (state) {
    case "preparing":
      return <Preparing task={task} />;
    case "running":
    case "stopping":
      return <Live task={task} stopping={state === "stopping"} />;
    case "blocked":
      return <Waiting task={task} asks={asks} current={current} />;
    case "failed":
    case "orphaned":
      return <Failure task={task} current={current} />;
    case "review":
      return <Outcome task={task} />;
    default:
      return null;
  }
}

function Preparing({ task }: { readonly task: Task }) {
  const frozen = useFrozen();
  if (task.phase?.kind !== "preparing") return null;
  const { word, index, count } = stepOf(task.phase.step);
  const line = preparingLine(task);
  if (line !== null) {
    return (
      <p className="live">
        <b>{line.verb}</b>
        <Objective text={line.object} verb={line.verb} />
        <span className="live-end">
          <Elapsed since={line.at} until={frozen} />
        </span>
      </p>
    );
  }
  return (
    <p className="live">
      <b>{word}</b>
      <span className="live-end num">
        {index} of {count}
      </span>
    </p>
  );
}

/** The time the page stands still at while the server is away; undefined while it is there. */
function useFrozen(): number | undefined {
  return useConnection((state) => (state.kind === "open" ? undefined : state.goodAt));
}

const Live = memo(function Live(props: { readonly task: Task; readonly stopping: boolean }) {
  const { task, stopping } = props;
  const frozen = useFrozen();
  const now = useNow(10_000);
  const silent = silentSince(task, frozen ?? now);
  const since = task.live?.at ?? task.runStartedAt ?? task.updatedAt;
  const object = task.live?.object ?? "";
  return (
    <>
      <p className="live">
        {stopping ? (
          <b>Stopping</b>
        ) : silent !== null ? (
          <>
            <b className="s-blocked">No output</b>
            {object !== "" && <span className="cut">since {object}</span>}
          </>
        ) : (
          <>
            <b>{task.live?.verb ?? "Starting"}</b>
            {object !== "" && <Objective text={object} verb={task.live?.verb ?? ""} />}
          </>
        )}
        <span className="live-end">
          <Elapsed since={since} until={frozen} />
        </span>
      </p>
      <PulseStrip
        taskId={task.id}
        startedAt={task.runStartedAt ?? task.createdAt}
        lastSign={task.live?.at ?? null}
        silentSince={silent}
        until={frozen}
      />
    </>
  );
});

/** Paths and commands are set in mono and shortened at the left, where they say least. */
function Objective({ text, verb }: { readonly text: string; readonly verb: string }) {
  if (isProse(verb)) return <span className="cut t3">{text}</span>;
  const short = text.includes(" ") ? text : text.split("/").slice(-2).join("/");
  return (
    <span className="mono cut" title={text}>
      {short}
    </span>
  );
}

type WaitingProps = Pick<CardBodyProps, "task" | "asks" | "current">;

function Waiting({ task, asks, current }: WaitingProps) {
  const settled = useJustSettled(task);
  // A card that was put here by hand waits for nothing.
  if (task.phase?.kind !== "blocked") return null;
  const ask = asks[0];
  const open = (tab: string | null): void => go({ task: task.id, tab });
  const tabIndex = current ? 0 : -1;
  if (ask === undefined && settled.length > 0) return <CompactOver asks={settled} />;
  if (ask === undefined) {
    const terminal = needsTerminal(task, asks);
    return (
      <div className="askcard">
        <p className="q">
          {terminal
            ? "The agent shows a prompt only its own terminal can answer."
            : "The agent waits for you."}
        </p>
        <div className="acts">
          <Button
            size="s"
            variant="primary"
            tabIndex={tabIndex}
            {...(terminal ? { icon: "t-shell" } : {})}
            onClick={() => open(terminal ? "terminal" : null)}
          >
            {terminal ? "Look at the terminal" : "Open"}
          </Button>
        </div>
      </div>
    );
  }
  return <CompactAsk ask={ask} more={asks.length - 1} tabIndex={tabIndex} />;
}

function Failure({ task, current }: { readonly task: Task; readonly current: boolean }) {
  if (task.failure === null) return null;
  if (task.failure.code === "setup_failed") {
    return <SetupFailure task={task} tabIndex={current ? 0 : -1} />;
  }
  const { message, hint } = task.failure;
  return (
    <div className="askcard">
      <p className="note clamp3">{message}</p>
      {hint !== null && <p className="note t3 clamp3">{hint}</p>}
      <div className="acts">
        <Button size="s" tabIndex={current ? 0 : -1} onClick={() => later(startTask(task.id))}>
          Start again
        </Button>
      </div>
    </div>
  );
}

function Outcome({ task }: { readonly task: Task }) {
  const { stats } = task;
  if (stats === null) return null;
  const parts = [
    stats.files > 0 ? counted(stats.files, "file") : "No files changed",
    stats.costUsd === null || stats.costUsd === 0 ? null : `$${stats.costUsd.toFixed(2)}`,
  ].filter((part) => part !== null);
  return <p className="note num">{parts.join(", ")}</p>;
}
