import {
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import type { DraftFrame } from "../../../contract/event.ts";
import type { Task } from "../../../contract/task.ts";
import type { Row } from "../../../domain/transcript-rows.ts";
import { forgetOlder, loadOlder, type Transcript } from "../../state/transcript.ts";
import { Icon } from "../../ui/icons.tsx";
import { report } from "../../ui/report.ts";
import { type ListHandle, VirtualList } from "../list/virtual-list.tsx";
import { isLine, TranscriptRow } from "../rows/row.tsx";
import { LiveOutput } from "../run-context.ts";
import type { TranscriptFrame } from "./model.ts";
import { useStick } from "./stick.ts";
import { DraftRow, Tail } from "./tail.tsx";

type Shown =
  | Row
  | { readonly kind: "draft"; readonly key: string; readonly draft: DraftFrame }
  | { readonly kind: "tail"; readonly key: string };

/** Where the reader was, for when they come back to this tab. */
export interface ReadingPlace {
  follows: boolean;
  /** The row at the upper edge, and those below it: they stand in for one that is gone. */
  keys: readonly string[];
  /** How far below the top of that row the upper edge is, in px. */
  offset: number;
  /** How many events there were when they left the end; null at the end. */
  since: number | null;
}

export interface TranscriptListProps {
  readonly task: Task;
  readonly transcript: Transcript;
  readonly frame: TranscriptFrame;
  readonly place: ReadingPlace;
  /** A row to go to, such as the start of a run. */
  readonly wish: { readonly key: string } | null;
  /** The reader is there, or it is nowhere. */
  readonly onWished: () => void;
  /** The row that is being read. */
  readonly onRow: (row: Row) => void;
  /** Hands over what the panel may do with the list. */
  readonly control: { current: ListControl };
}

export interface ListControl {
  /** Stop following the end: the reader does something where they are. */
  release(): void;
  toEnd(): void;
}

/** So many rows below it may stand in for the one that was read. */
const standIns = 200;
/** How near to the top the reader may come before older events are fetched, in px. */
const ahead = 1500;
const tailRow: Shown = { kind: "tail", key: "tail" };
const rowHeight = 44;

/** The rows of a transcript. Only what is in view is drawn, and only when it has changed. */
export const TranscriptList = memo(function TranscriptList(props: TranscriptListProps) {
  const { task, transcript, frame, place, onWished, onRow, control } = props;
  const list = useRef<ListHandle>(null);
  const box = useRef<HTMLElement>(null);
  const { shown, live } = useShown(frame, transcript.drafts);
  const stick = useStick(list, box, place.follows);
  const fresh = useFreshCount(frame.appended, stick.following, place);

  useRestoredPlace(list, shown, place, stick.follows);
  useEffect(() => {
    const above = list.current?.offset ?? 0;
    if (transcript.version > 0 && stick.follows() && above > ahead) forgetOlder(transcript.taskId);
  }, [transcript, stick]);
  useEffect(() => {
    control.current = { release: stick.release, toEnd: stick.toEnd };
  }, [control, stick.release, stick.toEnd]);
  const fetchOlder = useOlder(transcript, onWished);
  useWish(list, shown, props, fetchOlder, stick.release);

  const onView = useCallback(
    (byReader: boolean): void => {
      stick.look(byReader);
      const at = list.current;
      if (at === null) return;
      // At the end nobody reads what is above, unless there is room for it.
      if (stick.follows() ? at.total <= at.height : at.offset < ahead) fetchOlder(byReader);
      // The row in the middle is what is being read; at the end it is the last one.
      const rest = at.total - at.offset - at.height;
      const row = rest < 2 ? frame.rows.at(-1) : asRow(shown[at.rowAt(at.offset + at.height / 2)]);
      if (row !== undefined) onRow(row);
    },
    [stick, fetchOlder, shown, frame, onRow],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "End") return;
    event.preventDefault();
    stick.toEnd();
  };
  const run = transcript.runs[0] ?? null;
  const writing = isBusyShown(frame.rows.at(-1), transcript.drafts);
  return (
    <LiveOutput value={live}>
      <section ref={box} className="wrap" aria-label="Transcript" onKeyDown={onKeyDown}>
        <VirtualList
          list={list}
          rows={shown}
          guess={rowHeight}
          follows={stick.follows}
          onView={onView}
          label="Transcript, scrolls"
        >
          {(row, before) => {
            if (row.kind === "tail") return <Tail task={task} run={run} writing={writing} />;
            if (row.kind === "draft") return <DraftRow draft={row.draft} />;
            return <TranscriptRow row={row} tight={isLine(row) && isLine(asRow(before))} />;
          }}
        </VirtualList>
        {transcript.loadingOlder && (
          <p className="older" role="status">
            Loading earlier events
          </p>
        )}
        {stick.away && (
          <button type="button" className="pill num" onClick={stick.toEnd}>
            <Icon name="chev-d" size={14} />
            Jump to latest
            {fresh > 0 && <span className="t3">{`${fresh} new`}</span>}
          </button>
        )}
      </section>
    </LiveOutput>
  );
});

function asRow(row: Shown | undefined): Row | undefined {
  return row === undefined || row.kind === "draft" || row.kind === "tail" ? undefined : row;
}

/** The rows, then what is being written, then the state. What tools print goes to their own rows. */
function useShown(
  frame: TranscriptFrame,
  drafts: readonly DraftFrame[],
): { shown: readonly Shown[]; live: ReadonlyMap<string, string> } {
  return useMemo(() => {
    const tools = runningTools(frame.rows, drafts);
    const live = new Map<string, string>();
    const written: Shown[] = [];
    for (const draft of drafts) {
      if (draft.text === null || draft.text === "") continue;
      if (tools.has(draft.draftId)) live.set(draft.draftId, draft.text);
      else written.push({ kind: "draft", key: `d${draft.draftId}`, draft });
    }
    return { shown: [...frame.rows, ...written, tailRow], live };
  }, [frame, drafts]);
}

/** Whether what the agent does now stands in the transcript itself. */
function isBusyShown(last: Row | undefined, drafts: readonly DraftFrame[]): boolean {
  if (drafts.some(({ kind }) => kind === "text" || kind === "thinking")) return true;
  return last?.kind === "item" && last.item.kind === "tool" && last.item.status === "running";
}

/** The tools that run now, when something may be printing for them. */
function runningTools(rows: readonly Row[], drafts: readonly DraftFrame[]): ReadonlySet<string> {
  const tools = new Set<string>();
  if (drafts.every(({ kind }) => kind === "text" || kind === "thinking")) return tools;
  for (const row of rows) {
    if (row.kind !== "item" || row.item.kind !== "tool") continue;
    if (row.item.status === "running") tools.add(row.item.toolId);
  }
  return tools;
}

/** How many events came since the reader left the end, also while they were at another tab. */
function useFreshCount(appended: number, following: boolean, place: ReadingPlace): number {
  if (following) place.since = null;
  else place.since ??= appended;
  return place.since === null ? 0 : appended - place.since;
}

/**
 * Fetches the page before what is held. After a failure it waits until it is `wanted` by the reader
 * again; `failed` is called then.
 */
function useOlder(transcript: Transcript, failed: () => void): (wanted: boolean) => void {
  const rests = useRef(false);
  return useCallback(
    (wanted) => {
      const { taskId, hasOlder, loadingOlder } = transcript;
      if (wanted) rests.current = false;
      if (!hasOlder || loadingOlder || rests.current) return;
      loadOlder(taskId).catch((error: unknown) => {
        rests.current = true;
        failed();
        report(error, { what: "Could not load earlier events" });
      });
    },
    [transcript, failed],
  );
}

function useRestoredPlace(
  list: React.RefObject<ListHandle | null>,
  shown: readonly Shown[],
  place: ReadingPlace,
  follows: () => boolean,
): void {
  const latest = useRef(shown);
  latest.current = shown;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once when the tab opens, once when it goes
  useLayoutEffect(() => {
    if (!place.follows) {
      const here = new Map(latest.current.map(({ key }, index) => [key, index]));
      const index = here.get(place.keys.find((key) => here.has(key)) ?? "");
      if (index !== undefined) list.current?.goTo(index, place.offset);
    }
    const at = list.current;
    return () => {
      if (at === null) return;
      const index = at.rowAt(at.offset);
      place.follows = follows();
      place.keys = latest.current.slice(index, index + standIns).map(({ key }) => key);
      place.offset = at.offset - at.topOf(index);
    };
  }, []);
}

/** Goes to a row the person asked for, loading older events until it is there. */
function useWish(
  list: React.RefObject<ListHandle | null>,
  shown: readonly Shown[],
  { wish, onWished, transcript }: Pick<TranscriptListProps, "wish" | "onWished" | "transcript">,
  fetchOlder: (wanted: boolean) => void,
  release: () => void,
): void {
  useEffect(() => {
    if (wish === null) return;
    // From now on the reader is on the way: what is loaded for them is kept.
    release();
    const index = shown.findIndex((row) => row.key === wish.key);
    if (index < 0 && transcript.hasOlder) {
      fetchOlder(true);
      return;
    }
    if (index >= 0) list.current?.goTo(index);
    onWished();
  }, [list, shown, wish, onWished, transcript, fetchOlder, release]);
}
