import type { DraftFrame } from "../../../contract/event.ts";
import type { BackgroundTask, Run } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import { isProse, preparingLine, silentSince, stepOf } from "../../board/card-state.ts";
import { useNow } from "../../state/clock.ts";
import { useConnection } from "../../state/connection.ts";
import { Icon } from "../../ui/icons.tsx";
import { StateGlyph } from "../../ui/state-glyph.tsx";
import { Exact } from "../../ui/text.tsx";
import { Elapsed } from "../../ui/time.tsx";
import { stripAnsi } from "../ansi/ansi.ts";
import { Markdown } from "../markdown/markdown.tsx";

/** Text the agent is writing now. */
export function DraftRow({ draft }: { readonly draft: DraftFrame }) {
  const text = draft.text ?? "";
  if (draft.kind === "text") {
    return (
      <div className="row">
        <div className="said">
          <Markdown text={text} growing />
        </div>
      </div>
    );
  }
  const thinks = draft.kind === "thinking";
  const last = stripAnsi(text).trimEnd().split("\n").at(-1) ?? "";
  return (
    <div className="row work">
      <div className="tool">
        <Icon name={thinks ? "t-think" : "t-shell"} size={14} />
        <b>{thinks ? "Thinking" : "Working"}</b>
        <span className={thinks ? "obj cut words" : "obj cut"}>{last}</span>
      </div>
    </div>
  );
}

export interface TailProps {
  readonly task: Task;
  readonly run: Run | null;
  /** What it does stands in the transcript already: that is sign enough. */
  readonly writing: boolean;
}

/** The last row: what the agent does now, and what still runs behind it. */
export function Tail({ task, run, writing }: TailProps) {
  const lost = useConnection((state) => state.kind === "lost");
  return (
    <div className="row tail">
      {!(writing && task.phase?.kind === "working") && <Now task={task} still={lost} />}
      {run !== null && run.background.length > 0 && <Background tasks={run.background} />}
    </div>
  );
}

function Now({ task, still }: { readonly task: Task; readonly still: boolean }) {
  const { phase } = task;
  switch (phase?.kind) {
    case "queued":
      return (
        <p className="now">
          <StateGlyph state="queued" size={14} />
          Waiting for a free slot. It starts by itself.
        </p>
      );
    case "preparing": {
      const { word, index, count } = stepOf(phase.step);
      const line = preparingLine(task);
      if (line !== null && isProse(line.verb)) {
        return (
          <p className="now">
            <StateGlyph state="preparing" size={14} still={still} />
            {`${line.verb} ${line.object}`}
            <span className="t3">
              <Elapsed since={line.at} />
            </span>
          </p>
        );
      }
      return (
        <p className="now">
          <StateGlyph state="preparing" size={14} still={still} />
          {word}
          <span className="t3 num">{`step ${index} of ${count}`}</span>
        </p>
      );
    }
    case "working":
      return <Working task={task} still={still} />;
    case "cancelling":
      return (
        <p className="now">
          <StateGlyph state="stopping" size={14} />
          Stopping
          <span className="t3">
            <Elapsed since={phase.since} />
          </span>
        </p>
      );
    case "blocked":
      return (
        <p className="now s-blocked">
          <StateGlyph state="blocked" size={14} />
          {phase.on.includes("terminal") ? "Waiting in its terminal" : "Waiting for you"}
        </p>
      );
    default:
      return null;
  }
}

/** The card has room for what is done; here it is enough that something is, or what is waited for. */
function doing({ live }: Task): string {
  if (live?.verb === "Waiting") return `Waiting ${live.object}`;
  return live?.verb === "Thinking" ? "Thinking" : "Working";
}

function Working({ task, still }: { readonly task: Task; readonly still: boolean }) {
  const now = useNow(10_000);
  const silent = still ? null : silentSince(task, now);
  return silent === null ? (
    <p className="now">
      <StateGlyph state="running" size={14} still={still} />
      {doing(task)}
    </p>
  ) : (
    <p className="now s-blocked">
      <Icon name="clock" size={14} />
      No output for
      <Elapsed since={silent} />
    </p>
  );
}

function Background({ tasks }: { readonly tasks: readonly BackgroundTask[] }) {
  return (
    <p className="now">
      <Icon name="clock" size={14} className="t3" />
      Waiting for
      <span className="cut">
        {tasks.map((task, index) => (
          <span key={task.id}>
            {index > 0 && ", "}
            <span className="mono">
              <Exact>{task.label}</Exact>
            </span>
          </span>
        ))}
      </span>
    </p>
  );
}
