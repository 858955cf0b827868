import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import type { Run } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import type { UsageItem } from "../../../domain/transcript.ts";
import { cardState, needsTerminal } from "../../board/card-state.ts";
import { LandingBadges } from "../../landing/badges.tsx";
import { isActive, later, stopTask } from "../../state/actions.ts";
import { useAsks } from "../../state/board.ts";
import { worktreeQuery } from "../../state/queries.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { MenuButton } from "../../ui/menu-button.tsx";
import { part } from "../../ui/part.tsx";
import { StateGlyph, stateInk, stateWord } from "../../ui/state-glyph.tsx";
import { Elapsed } from "../../ui/time.tsx";
import { copyTranscript } from "../copy-transcript.ts";
import { Facts } from "./facts.tsx";
import { copyEntry, places, setupEntries } from "./places.ts";

const Rules = part(() => import("../../ask/rules.tsx"));

export interface PanelHeaderProps {
  readonly task: Task;
  readonly run: Run | null;
  /** What the agent said last of its model, its tokens and its context. */
  readonly said: UsageItem | null;
  readonly onClose: () => void;
}

/** What is open, how it stands, and what can be done with it as a whole. */
export const PanelHeader = memo(function PanelHeader(props: PanelHeaderProps) {
  const { task, run, said, onClose } = props;
  const state = cardState(task);
  const asks = useAsks(task.id);
  const [rules, setRules] = useState(false);
  const { data: worktree } = useQuery(worktreeQuery(task));
  const stopping = task.phase?.kind === "cancelling";
  const word = needsTerminal(task, asks)
    ? "Needs the terminal"
    : state === "blocked"
      ? "Waiting for you"
      : stateWord(state);
  return (
    <header className="hd">
      <div className="r1">
        <StateGlyph state={state} />
        <h2 className="cut grow" dir="auto">
          {task.title}
        </h2>
        {isActive(task) && (
          <Button
            size="s"
            icon="stop"
            variant="danger"
            keys="$mod+."
            disabled={stopping}
            onClick={() => later(stopTask(task.id))}
          >
            {stopping ? "Stopping" : "Stop"}
          </Button>
        )}
        <MenuButton
          label="Open and copy"
          icon="open"
          align="end"
          entries={() => places(task, worktree)}
        />
        <MenuButton
          label="More"
          icon="more"
          align="end"
          entries={() => [
            {
              kind: "item",
              label: "Copy transcript as Markdown",
              icon: "copy",
              onSelect: () => copyTranscript(task),
            },
            copyEntry("Copy task id", task.id),
            {
              kind: "item",
              label: "What is always allowed",
              icon: "shield",
              onSelect: () => setRules(true),
            },
            ...setupEntries(task),
          ]}
        />
        {rules && <Rules taskId={task.id} onClose={() => setRules(false)} />}
        <IconButton icon="x" label="Close" keys="Escape" onClick={onClose} />
      </div>
      <div className="r2">
        <span className={`${stateInk(state)} medium`}>
          {word}
          <RunTime task={task} run={run} />
        </span>
        <LandingBadges task={task} />
        <Facts task={task} run={run} said={said} />
      </div>
    </header>
  );
});

/** Ticks while the run goes on; stands still at its length after. */
function RunTime({ task, run }: { readonly task: Task; readonly run: Run | null }) {
  if (run === null || run.id !== task.runId || run.startedAt === null) return null;
  const until = run.endedAt ?? undefined;
  return (
    <span className={cx("num", until !== undefined && "t3")}>
      <Elapsed since={run.startedAt} until={until} />
    </span>
  );
}
