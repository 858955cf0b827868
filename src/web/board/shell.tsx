import { type ComponentType, useEffect, useState, useSyncExternalStore } from "react";
import { useFirstRun } from "../first-run/use-first-run.ts";
import { useAttention } from "../inbox/attention.ts";
import { openKeysSheet, useKeysSheet } from "../keys/keys-state.ts";
import { SetupSlot } from "../setup/setup-slot.tsx";
import { currentProject, openSetup } from "../setup/setup-state.ts";
import { later } from "../state/actions.ts";
import { useBoard, waitingCount } from "../state/board.ts";
import { useConnection } from "../state/connection.ts";
import { focusAnyCard } from "../state/focus-any-card.ts";
import { setPref, usePref } from "../state/prefs.ts";
import { go, useRoute } from "../state/route.ts";
import { focusCard } from "../state/selection.ts";
import { AgentNames } from "../ui/agents.tsx";
import { Boundary } from "../ui/boundary.tsx";
import { cx } from "../ui/cx.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { part } from "../ui/part.tsx";
import { Splitter } from "../ui/splitter.tsx";
import { useAddingProject } from "./add-project-state.ts";
import { Board } from "./board.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { CardMenu } from "./card-menu.tsx";
import { useDeleting } from "./confirm-state.ts";
import { EditSlot } from "./edit-slot.tsx";
import { Rail } from "./rail.tsx";
import { ReconnectBanner } from "./reconnect.tsx";
import { TopBar } from "./top-bar.tsx";
import { TrustSlot } from "./trust-slot.tsx";
import { useSeen } from "./use-seen.ts";

const busy = <div aria-busy="true" />;
const RunPanel = part(
  () => import("../run/RunPanel.tsx"),
  <div className="panel" aria-busy="true" />,
);
const Inbox = part(() => import("../inbox/inbox.tsx"), busy);
const FirstRun = part(() => import("../first-run/first-run.tsx"));
const Review = part(() => import("../review/review.tsx"), busy);
/** What can stand in the place of the board, by its name in the address. */
const pages: Readonly<Record<string, ComponentType>> = {
  inbox: Inbox,
  trash: part(() => import("../trash/trash.tsx"), busy),
  doctor: part(() => import("../doctor/doctor.tsx"), busy),
  usage: part(() => import("../usage/usage.tsx"), busy),
  settings: part(() => import("../settings/settings.tsx"), busy),
};
const NewTask = part(() => import("./new-task/new-task.tsx"));
const AddProject = part(() => import("./add-project.tsx"));
const KeysSheet = part(() => import("../keys/keys-sheet.tsx"));
const ConfirmDelete = part(() => import("./confirm-delete.tsx"));

/** Below this width the panel takes the place of the board. */
const sideBySide = 1100;
const railFrom = 1000;
const narrowestPanel = 480;
/** What the board keeps at least: one open column and five rails. */
const narrowestBoard = 480;

function useWindowWidth(): number {
  return useSyncExternalStore(
    (listener) => {
      addEventListener("resize", listener);
      return () => removeEventListener("resize", listener);
    },
    () => innerWidth,
  );
}

/** The page: rail, board, and the open task beside it. */
export function Shell() {
  const width = useWindowWidth();
  const task = useRoute((state) => state.task);
  const view = useRoute((state) => state.view);
  const review = view === "review" ? task : null;
  const Page = pages[view ?? ""];
  const firstRun = useFirstRun();
  const rail = usePref("ui.rail");
  const beside = task !== null && review === null && width >= sideBySide;
  const covered = task !== null && review === null && !beside;
  // The panel needs the room more than the rail does; the preference comes back with the board.
  const narrow = rail === "closed" || width < railFrom || (task !== null && width < 1900);
  const away = useConnection((state) => state.kind === "lost" || state.silentSince !== null);
  useAttention();
  useInboxSoon();
  useHotkeys([
    { id: "go.new", label: "New task", keys: ["c"], run: () => go({ dialog: "new" }) },
    toPage("inbox", "what needs you", "g i"),
    toPage("trash", "the trash", "g t"),
    toPage("settings", "the settings", "g ,"),
    toPage("usage", "the usage", "g u"),
    toPage("doctor", "the doctor", "g d"),
    {
      id: "go.setup",
      label: "Set-up of the project",
      keys: ["g s"],
      run: () => {
        const path = currentProject();
        if (path !== null) openSetup(path);
      },
    },
    { id: "go.board", label: "Go to the board", keys: ["g b"], run: () => go({ view: null }) },
    // On a layout where it is typed without Shift, it counts too.
    {
      id: "go.keys",
      label: "Show the keys",
      keys: ["Shift+?", "?"],
      shown: ["?"],
      run: openKeysSheet,
    },
  ]);
  if (firstRun !== "no") {
    return (
      <AgentNames>
        {firstRun === "yes" && <FirstRun />}
        <Dialogs covered={false} />
      </AgentNames>
    );
  }
  return (
    <AgentNames>
      <div className={cx("app", narrow && "narrow", away && "is-away")}>
        <Boundary what="The rail">
          <Rail narrow={narrow} covered={task !== null && !beside} />
        </Boundary>
        <div className="stage">
          <main className="main" inert={covered}>
            <Boundary
              main
              what={review !== null ? "The review" : "The board"}
              about={`${view} ${review}`}
            >
              {review !== null ? (
                <ReviewPage taskId={review} />
              ) : Page !== undefined ? (
                <>
                  <ReconnectBanner />
                  <Page />
                </>
              ) : (
                <>
                  <TopBar tight={beside} />
                  <ReconnectBanner />
                  <Board squeezed={beside} />
                  <BulkBar />
                </>
              )}
            </Boundary>
          </main>
          {task !== null && review === null && <Panel taskId={task} beside={beside} room={width} />}
        </div>
      </div>
      <Boundary what="The menu" floating>
        <CardMenu />
      </Boundary>
      <Dialogs covered={covered} />
    </AgentNames>
  );
}

function toPage(view: string, name: string, keys: string) {
  const run = (): void => go({ view, task: null, tab: null });
  return { id: `go.${view}` as const, label: `Go to ${name}`, keys: [keys], run };
}

/** When something waits, its page is fetched before anybody asks for it. */
function useInboxSoon(): void {
  const soon = useBoard((state) => state.loaded && waitingCount(state) > 0);
  useEffect(() => {
    if (soon) Inbox.soon();
  }, [soon]);
}

function ReviewPage({ taskId }: { readonly taskId: string }) {
  useSeen(taskId);
  return <Review taskId={taskId} />;
}

interface PanelProps {
  readonly taskId: string;
  readonly beside: boolean;
  /** Width of the window in px. */
  readonly room: number;
}

function Panel({ taskId, beside, room }: PanelProps) {
  const stored = usePref("ui.panelWidth");
  const [live, setLive] = useState<number | null>(null);
  const most = Math.max(narrowestPanel, room - narrowestBoard);
  const width = Math.min(live ?? stored, most);
  useSeen(taskId);
  const close = (): void => {
    const column = columnNow(taskId);
    go({ task: null, tab: null });
    if (column !== null) focusCard(taskId, column);
    else focusAnyCard();
  };
  const columnNow = useColumnReader();
  return (
    <>
      {beside && (
        <Splitter
          label="Width of the task panel"
          value={width}
          min={narrowestPanel}
          max={most}
          onChange={setLive}
          onCommit={(next) => later(setPref("ui.panelWidth", next))}
        />
      )}
      <aside className={cx("panel-slot", !beside && "over")} style={beside ? { width } : {}}>
        <Boundary what="The task" about={taskId}>
          <RunPanel key={taskId} taskId={taskId} onClose={close} />
        </Boundary>
      </aside>
    </>
  );
}

function useColumnReader() {
  const tasks = useBoard((state) => state.tasks);
  return (id: string) => tasks.get(id)?.column ?? null;
}

function Dialogs({ covered }: { readonly covered: boolean }) {
  const dialog = useRoute((state) => state.dialog);
  const adding = useAddingProject();
  const deleting = useDeleting();
  const keys = useKeysSheet();
  return (
    <Boundary what="The dialog" about={`${dialog} ${adding} ${deleting} ${keys}`} floating>
      {keys && <KeysSheet covered={covered} />}
      {dialog === "new" && <NewTask />}
      {adding && <AddProject />}
      {deleting !== null && <ConfirmDelete taskId={deleting} />}
      <EditSlot />
      {dialog !== "new" && <TrustSlot />}
      {dialog !== "new" && <SetupSlot />}
    </Boundary>
  );
}
