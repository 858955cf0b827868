import "./run.css";
import "./transcript.css";
import "./prose.css";
import "../code/code.css";
import "./changes.css";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Run } from "../../contract/run.ts";
import type { Task } from "../../contract/task.ts";
import type { Detail, Row } from "../../domain/transcript-rows.ts";
import { AskDock } from "../ask/dock.tsx";
import { needsTerminal } from "../board/card-state.ts";
import { isActive } from "../state/actions.ts";
import { useAsks, useBoard, useTask } from "../state/board.ts";
import { usePref } from "../state/prefs.ts";
import { go } from "../state/route.ts";
import { EmptyState } from "../ui/bits.tsx";
import { IconButton } from "../ui/button.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { part } from "../ui/part.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { type TabSpec, Tabs } from "../ui/tabs.tsx";
import { Body } from "./body.tsx";
import { Composer } from "./composer/composer.tsx";
import { PanelHeader } from "./header/panel-header.tsx";
import { RunSwitcher } from "./header/run-switcher.tsx";
import {
  ChangeCount,
  hasTerminal,
  keepArrows,
  setDetail,
  type TabName,
  useAnnouncements,
  useContextOf,
  useFirstFocus,
  usePanelKeys,
  useTab,
} from "./panel-parts.tsx";
import { RunContextProvider } from "./run-context.ts";
import { NeedsTerminal } from "./terminal/needs-terminal.tsx";
import { TerminalTab } from "./terminal/terminal-tab.tsx";
import { PlanStrip } from "./transcript/plan-strip.tsx";
import {
  type ListControl,
  type ReadingPlace,
  TranscriptList,
  type TranscriptListProps,
} from "./transcript/transcript.tsx";
import { useFrame, useOpenTranscript } from "./transcript/use-frame.ts";

const ChangesTab = part(
  () => import("./changes/changes-tab.tsx"),
  <div className="chg" aria-busy="true" />,
);

const noRuns: readonly Run[] = [];

export interface RunPanelProps {
  readonly taskId: string;
  readonly onClose: () => void;
}

/** One task beside the board. */
export default function RunPanel({ taskId, onClose }: RunPanelProps) {
  const task = useTask(taskId);
  const loaded = useBoard((state) => state.loaded);
  if (task !== null) return <Panel key={taskId} task={task} onClose={onClose} />;
  return <Gone loaded={loaded} onClose={onClose} />;
}

/** The task is not there: not yet, or no more. */
function Gone({ loaded, onClose }: { readonly loaded: boolean; readonly onClose: () => void }) {
  const panel = useRef<HTMLElement>(null);
  useHotkeys([{ id: "run.close", label: "Close the panel", keys: ["Escape"], run: onClose }]);
  useFirstFocus(panel);
  return (
    <section ref={panel} className="panel" aria-label="Task" tabIndex={-1}>
      <div className="hd">
        <div className="r1">
          <h2 className="cut grow">{loaded ? "This task is not on the board" : ""}</h2>
          <IconButton icon="x" label="Close" keys="Escape" onClick={onClose} />
        </div>
      </div>
      {loaded && (
        <EmptyState title="It was archived or deleted">
          Deleted tasks stay in the trash for 30 days.
        </EmptyState>
      )}
    </section>
  );
}

function Panel({ task, onClose }: { readonly task: Task; readonly onClose: () => void }) {
  const transcript = useOpenTranscript(task.id);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const detail = usePref("ui.detail");
  const options = useMemo(() => ({ detail, toggled }), [detail, toggled]);
  const frame = useFrame(transcript, options);
  const tab = useTab(task);
  const [file, setFile] = useState<string | null>(null);
  const [readRun, setReadRun] = useState<string | null>(null);
  const [wish, setWish] = useState<Wish>(null);
  const place = useRef<ReadingPlace>({ follows: true, keys: [], offset: 0, since: null });
  const control = useRef<ListControl>({ release: () => undefined, toEnd: () => undefined });
  const field = useRef<HTMLTextAreaElement>(null);
  const panel = useRef<HTMLElement>(null);
  const asks = useAsks(task.id);
  const runs = transcript?.runs ?? noRuns;
  const run = runs.find(({ id }) => id === task.runId) ?? null;

  const context = useContextOf(task.id, transcript, setToggled, setFile, control);
  usePanelKeys({ task, close: onClose, field });
  useAnnouncements(task);
  useFirstFocus(panel);

  const onWished = useCallback((): void => setWish(null), []);
  const onSent = useCallback((): void => control.current.toEnd(), []);
  const onRow = useCallback((row: Row): void => {
    const item = row.kind === "group" ? row.items[0] : row.item;
    if (item !== undefined) setReadRun(item.runId);
  }, []);

  const tabs = useTabs(task);
  const reading = useMemo(
    () => <Reading runs={runs} current={readRun ?? task.runId} detail={detail} onRun={setWish} />,
    [runs, readRun, task.runId, detail],
  );
  return (
    <RunContextProvider value={context}>
      <section
        ref={panel}
        className="panel"
        aria-label={task.title}
        tabIndex={-1}
        onKeyDown={keepArrows}
      >
        <PanelHeader task={task} run={run} said={frame.usage} onClose={onClose} />
        <Tabs
          label="Parts of the task"
          value={tab}
          tabs={tabs}
          onChange={(next) => go({ tab: next === "transcript" ? null : next }, "replace")}
          end={tab === "transcript" && reading}
        >
          {(shown) => {
            if (shown === "changes") {
              return <ChangesTab task={task} file={file} onFile={setFile} />;
            }
            if (shown === "terminal") return <TerminalTab task={task} />;
            return (
              <>
                {frame.todos !== null && <PlanStrip item={frame.todos} live={isActive(task)} />}
                <Body task={task} transcript={transcript}>
                  {(open) => (
                    <TranscriptList
                      task={task}
                      transcript={open}
                      frame={frame}
                      place={place.current}
                      wish={wish}
                      onWished={onWished}
                      onRow={onRow}
                      control={control}
                    />
                  )}
                </Body>
              </>
            );
          }}
        </Tabs>
        {needsTerminal(task, asks) && (
          <NeedsTerminal task={task} onShow={() => go({ tab: "terminal" }, "replace")} />
        )}
        <AskDock task={task} />
        <Composer task={task} run={run} first={runs.length < 2} field={field} onSent={onSent} />
      </section>
    </RunContextProvider>
  );
}

function useTabs(task: Task): readonly TabSpec<TabName>[] {
  return useMemo(
    () => [
      { value: "transcript", label: "Transcript" },
      { value: "changes", label: "Changes", detail: <ChangeCount task={task} /> },
      ...(hasTerminal(task) ? [{ value: "terminal", label: "Terminal" } as const] : []),
    ],
    [task],
  );
}

type Wish = TranscriptListProps["wish"];

interface ReadingProps {
  readonly runs: readonly Run[];
  readonly current: string | null;
  readonly detail: Detail;
  readonly onRun: (wish: Wish) => void;
}

/** Which run of the transcript is read, and how much of it. */
function Reading({ runs, current, detail, onRun }: ReadingProps) {
  return (
    <>
      <RunSwitcher runs={runs} current={current} onPick={(runId) => onRun({ key: `r${runId}` })} />
      <Segmented
        label="Detail"
        value={detail}
        options={[
          { value: "summary", label: "Summary" },
          { value: "normal", label: "Normal" },
          { value: "verbose", label: "Verbose" },
        ]}
        onChange={setDetail}
      />
    </>
  );
}
