import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import type { Task } from "../../contract/task.ts";
import { counted } from "../../domain/transcript-words.ts";
import { isActive, later, stopTask } from "../state/actions.ts";
import { type Prefs, prefs, setPref } from "../state/prefs.ts";
import { go, useRoute } from "../state/route.ts";
import type { Transcript } from "../state/transcript.ts";
import { AddsDels } from "../ui/bits.tsx";
import { isTyping, type NamedKey, useHotkeys, useNamedKeys } from "../ui/hotkeys.ts";
import { announce } from "../ui/live-region.tsx";
import { report } from "../ui/report.ts";
import { runNumber } from "./header/run-switcher.tsx";
import type { RunContext } from "./run-context.ts";
import type { ListControl } from "./transcript/transcript.tsx";

export type TabName = "transcript" | "changes" | "terminal";
type DetailName = Prefs["ui.detail"];

/** Only agents that live in tmux have a terminal to look at. */
export function hasTerminal(task: Task): boolean {
  return task.agentKind === "claude-code";
}

/** Arrows scroll and choose in here; the board's own use of them ends where the panel begins. */
export function keepArrows(event: KeyboardEvent): void {
  if (event.key.startsWith("Arrow")) event.stopPropagation();
}

export function useTab(task: Task): TabName {
  const tab = useRoute((state) => state.tab);
  if (tab === "changes") return "changes";
  return tab === "terminal" && hasTerminal(task) ? "terminal" : "transcript";
}

export function setDetail(detail: DetailName): void {
  setPref("ui.detail", detail).catch((error: unknown) =>
    report(error, { what: "Could not remember the level of detail" }),
  );
}

export function ChangeCount({ task }: { readonly task: Task }) {
  const stats = task.stats;
  if (stats === null || stats.files === 0) return null;
  return (
    <>
      {counted(stats.files, "file")}{" "}
      <AddsDels additions={stats.additions} deletions={stats.deletions} />
    </>
  );
}

export function useContextOf(
  taskId: string,
  transcript: Transcript | null,
  setToggled: (
    change: (before: ReadonlyMap<string, boolean>) => ReadonlyMap<string, boolean>,
  ) => void,
  setFile: (path: string) => void,
  control: RefObject<ListControl>,
): RunContext {
  const latest = useRef(transcript);
  latest.current = transcript;
  return useMemo(
    () => ({
      taskId,
      toggle(key, open) {
        // What the person opens must stay under their pointer.
        control.current.release();
        setToggled((before) => new Map(before).set(key, open));
      },
      openChange(path) {
        setFile(path);
        go({ tab: "changes" }, "replace");
      },
      runName(runId) {
        const number = runNumber(latest.current?.runs ?? [], runId);
        return number === null ? null : `Run ${number}`;
      },
    }),
    [taskId, setToggled, setFile, control],
  );
}

const details: readonly DetailName[] = ["summary", "normal", "verbose"];

/** Keys of the transcript itself, while it has the focus. */
const transcriptKeys: readonly NamedKey[] = [
  { id: "transcript.end", label: "Jump to the latest", keys: ["End"] },
];

export function usePanelKeys(parts: {
  readonly task: Task;
  readonly close: () => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
}): void {
  const { task, close, field } = parts;
  useNamedKeys(transcriptKeys);
  useHotkeys([
    {
      id: "run.stop",
      label: "Stop the agent",
      keys: ["$mod+."],
      whileTyping: true,
      run: () => {
        if (isActive(task)) later(stopTask(task.id));
      },
    },
    { id: "run.close", label: "Close the panel", keys: ["Escape"], run: close },
    {
      id: "run.reply",
      label: "Write to the agent",
      keys: ["r"],
      run: () => field.current?.focus(),
    },
    {
      id: "transcript.detail",
      label: "Show more or less of the transcript",
      keys: ["v"],
      run: () => {
        const now = details.indexOf(prefs.getState()["ui.detail"]);
        setDetail(details[(now + 1) % details.length] ?? "normal");
      },
    },
  ]);
  // Escape leaves the field first; what is written in it stays there.
  useEffect(() => {
    const element = field.current;
    const leave = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== "Escape" || !isTyping(event) || event.isComposing) return;
      event.preventDefault();
      element?.blur();
      element?.closest<HTMLElement>(".panel")?.focus({ preventScroll: true });
    };
    element?.addEventListener("keydown", leave);
    return () => element?.removeEventListener("keydown", leave);
  }, [field]);
}

const endWords = {
  succeeded: "finished",
  failed: "failed",
  cancelled: "stopped",
  orphaned: "lost its agent",
} as const;

/** Says when a turn ends or the agent needs somebody; never what it writes. */
export function useAnnouncements(task: Task): void {
  const { phase, title, failure } = task;
  const before = useRef(phase);
  useEffect(() => {
    const was = before.current;
    before.current = phase;
    if (was === null || phase === null || was.kind === phase.kind) return;
    if (phase.kind === "ended") {
      const why = failure === null ? "" : `: ${failure.message}`;
      announce(`${title} ${endWords[phase.outcome.kind]}${why}`);
    }
    if (phase.kind === "blocked") announce(`${title} needs you`, "assertive");
  }, [phase, title, failure]);
}

/** The panel takes the focus when it opens, so that Tab and Escape belong to it. */
export function useFirstFocus(panel: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const active = document.activeElement;
    if (active === null || active === document.body || active.closest(".board") !== null) {
      panel.current?.focus({ preventScroll: true });
    }
  }, [panel]);
}
