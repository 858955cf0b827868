import type { Run } from "../../../contract/run.ts";
import { formatDuration } from "../../../domain/transcript-words.ts";
import type { MenuEntry } from "../../ui/menu.tsx";
import { MenuButton } from "../../ui/menu-button.tsx";
import { formatClock } from "../../ui/time.tsx";

export interface RunSwitcherProps {
  /** Newest first. */
  readonly runs: readonly Run[];
  /** The run that is being read. */
  readonly current: string | null;
  readonly onPick: (runId: string) => void;
}

/** "Run 2 of 3", and the way to the others. */
export function RunSwitcher({ runs, current, onPick }: RunSwitcherProps) {
  if (runs.length < 2) {
    return runs.length === 0 ? null : <span className="small t2 num nb">Run 1 of 1</span>;
  }
  const number = runNumber(runs, current ?? runs[0]?.id ?? "") ?? runs.length;
  return (
    <MenuButton
      label="Go to a run"
      icon="clock"
      size="s"
      align="end"
      entries={() => runs.map((run) => entry(run, runs, current, onPick))}
    >
      <span className="num">{`Run ${number} of ${runs.length}`}</span>
    </MenuButton>
  );
}

/** Runs are counted from the first; they are listed from the newest. */
export function runNumber(runs: readonly Run[], runId: string): number | null {
  const at = runs.findIndex((run) => run.id === runId);
  return at < 0 ? null : runs.length - at;
}

const words: Readonly<Record<Run["status"], string>> = {
  queued: "waiting",
  running: "running",
  succeeded: "finished",
  failed: "failed",
  cancelled: "stopped",
  orphaned: "lost its agent",
};

function entry(
  run: Run,
  runs: readonly Run[],
  current: string | null,
  onPick: (runId: string) => void,
): MenuEntry {
  const took =
    run.startedAt !== null && run.endedAt !== null
      ? `, ${formatDuration(run.endedAt - run.startedAt)}`
      : "";
  return {
    kind: "item",
    label: `Run ${runNumber(runs, run.id)}, ${formatClock(run.createdAt)}, ${words[run.status]}${took}`,
    checked: run.id === current,
    onSelect: () => onPick(run.id),
  };
}
