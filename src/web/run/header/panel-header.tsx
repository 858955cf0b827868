import { lazy, memo, Suspense, useState } from "react";
import type { Run } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import type { UsageItem } from "../../../domain/transcript.ts";
import { cardState, needsTerminal } from "../../board/card-state.ts";
import { isActive, later, stopTask } from "../../state/actions.ts";
import { useAsks } from "../../state/board.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import type { MenuEntry } from "../../ui/menu.tsx";
import { MenuButton } from "../../ui/menu-button.tsx";
import { report } from "../../ui/report.ts";
import { StateGlyph, stateInk, stateWord } from "../../ui/state-glyph.tsx";
import { Elapsed } from "../../ui/time.tsx";
import { call } from "../../wire/client.ts";
import { copyText } from "../copy-button.tsx";
import { copyTranscript } from "../copy-transcript.ts";
import { Facts } from "./facts.tsx";

const Rules = lazy(() => import("../../ask/rules.tsx"));

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
        <h2 className="cut grow">{task.title}</h2>
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
        <MenuButton label="Open and copy" icon="open" align="end" entries={() => places(task)} />
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
          ]}
        />
        {rules && (
          <Suspense fallback={null}>
            <Rules taskId={task.id} onClose={() => setRules(false)} />
          </Suspense>
        )}
        <IconButton icon="x" label="Close" keys="Escape" onClick={onClose} />
      </div>
      <div className="r2">
        <span className={`${stateInk(state)} medium`}>
          {word}
          <RunTime task={task} run={run} />
        </span>
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

function copyEntry(label: string, text: string): MenuEntry {
  return {
    kind: "item",
    label,
    icon: "copy",
    onSelect: () => {
      copyText(text).catch(() => undefined);
    },
  };
}

function places(task: Task): readonly MenuEntry[] {
  const where = task.worktreePath ?? task.workdir;
  const open = (app: "files" | "editor" | "terminal", label: string): MenuEntry => ({
    kind: "item",
    label,
    icon: app === "files" ? "folder" : app === "editor" ? "t-edit" : "t-shell",
    onSelect: () => {
      call("POST /open-path", { body: { taskId: task.id, path: where, app } }).catch(
        (error: unknown) => report(error, { what: "Could not open it" }),
      );
    },
  });
  return [
    { kind: "caption", label: task.worktreePath === null ? "Folder" : "Worktree" },
    open("files", "Open the folder"),
    open("editor", "Open in the editor"),
    open("terminal", "Open in a terminal"),
    { kind: "separator", id: "copy" },
    copyEntry("Copy path", where),
    ...(task.branch === null ? [] : [copyEntry("Copy branch name", task.branch)]),
  ];
}
