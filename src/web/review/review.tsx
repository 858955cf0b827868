import "../code/code.css";
import "./review.css";
import "./diff.css";
import "./comments.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Changes } from "../../contract/changes.ts";
import type { Review as ReviewData } from "../../contract/review.ts";
import type { Run } from "../../contract/run.ts";
import type { Task } from "../../contract/task.ts";
import { ReconnectBanner } from "../board/reconnect.tsx";
import { LandingBar } from "../landing/bar.tsx";
import { useAnnouncements } from "../run/panel-parts.tsx";
import { later } from "../state/actions.ts";
import { useBoard, useTask } from "../state/board.ts";
import { changesQuery, useLiveChanges, useOwnChanges } from "../state/changes.ts";
import { queries } from "../state/queries.ts";
import { closeReview } from "../state/review-place.ts";
import { route } from "../state/route.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { isUnreachable } from "../wire/client.ts";
import { type Editors, unsaved } from "./comments/drafts.ts";
import { placeAll } from "./comments/placing.ts";
import { ReviewContext } from "./data/context.ts";
import { type Navigator, NavigatorContext } from "./data/navigator.ts";
import { reviewQuery, runsQuery } from "./data/queries.ts";
import {
  createReader,
  ReaderContext,
  startAnew,
  useReader,
  useReaderStore,
} from "./data/reader.ts";
import { type Compared, isPast, useCompared } from "./data/scope.ts";
import { useShown } from "./data/use-shown.ts";
import { seenOf } from "./data/viewed.ts";
import { Header } from "./header.tsx";
import { Reading } from "./reading.tsx";
import { RevertTurn } from "./revert-turn.tsx";
import { About, Scopes, ViewOptions } from "./scopes.tsx";
import { SendSheet } from "./send-sheet.tsx";
import { Loading, Nothing, NotOnTheBoard, Stale, Unreadable } from "./states.tsx";
import { WorkingStrip } from "./working-strip.tsx";

/** The review of one task: its changes at full width, and the talk about them. */
export default function Review({ taskId }: { readonly taskId: string }) {
  const task = useTask(taskId);
  const loaded = useBoard((state) => state.loaded);
  const { scope, query } = useCompared();
  // The changes are on their way while the board is still coming.
  useEffect(() => {
    later(queries.prefetchQuery(reviewQuery(taskId)));
    if (scope !== "review") later(queries.prefetchQuery(changesQuery(taskId, query)));
  }, [taskId, scope, query]);
  if (task === null) return loaded ? <NotOnTheBoard /> : <Loading />;
  return <Screen key={taskId} task={task} />;
}

function Screen({ task }: { readonly task: Task }) {
  const [store] = useState(() => createReader(task.id, route.getState().file));
  const navigator = useRef<Navigator | null>(null);
  return (
    <ReaderContext value={store}>
      <NavigatorContext value={navigator}>
        <Page task={task} />
      </NavigatorContext>
    </ReaderContext>
  );
}

const noRuns: readonly Run[] = [];
const nothingSaid: ReviewData = { comments: [], viewed: [], reviewedAt: null };

function Page({ task }: { readonly task: Task }) {
  const store = useReaderStore();
  const compared = useCompared();
  const what = nameOf(compared);
  const review = useQuery(reviewQuery(task.id));
  const reviewedAt = review.data?.reviewedAt ?? null;
  const known = review.data !== undefined || review.isError;
  // Without a review there is no "since": nobody needs to be asked.
  const never = compared.scope === "review" && known && reviewedAt === null;
  const changes = useQuery({
    ...changesQuery(task.id, compared.query),
    enabled: !never && (compared.scope !== "review" || known),
  });
  const runs = useQuery(runsQuery(task.id, task.runId)).data ?? noRuns;
  const typing = useReader(({ editors }) => newOnes(editors));
  // What stands in for an answer is another comparison: the answer is not held back behind it.
  const shown = useShown(
    never ? undefined : changes.data,
    changes.isPlaceholderData ? `before ${what}` : what,
  );
  const [sending, setSending] = useState(false);
  useLiveChanges(task);
  useOwnChanges(task.id, () => shown.expect(null));
  useAnnouncements(task);
  const before = useRef(what);
  useEffect(() => {
    if (before.current !== what) startAnew(store);
    before.current = what;
  }, [what, store]);

  const data = review.data ?? nothingSaid;
  const seen = useMemo(
    () => seenOf(shown.files, data.viewed, changes.data !== undefined && isPast(changes.data)),
    [shown.files, data.viewed, changes.data],
  );
  const drafts = data.comments.filter(({ state }) => state === "draft");
  const waiting = drafts.length + typing;
  const facts = useFactsOf(task, compared, changes.data, shown, seen, data, runs);
  useHotkeys([
    { id: "review.close", label: "Back", keys: ["Escape"], run: () => stepBack(store) },
    {
      id: "review.send",
      label: "Send the comments",
      keys: ["$mod+Enter"],
      run: () => setSending(waiting > 0),
    },
  ]);
  const empty = never || (changes.data !== undefined && shown.files.length === 0);
  return (
    <div className="rv">
      <Header
        task={task}
        progress={empty || facts === null ? null : { viewed: seen.count, of: shown.files.length }}
        drafts={waiting}
        onSend={() => setSending(true)}
      />
      <ReconnectBanner />
      <div className="sub">
        <Scopes
          taskId={task.id}
          compared={compared}
          reviewedAt={review.data?.reviewedAt}
          hasRun={task.runId !== null}
        />
        {!never && (
          <About changes={changes.data} reviewedAt={reviewedAt} changedSince={seen.changed} />
        )}
        <span className="grow" />
        {compared.scope === "turn" && !empty && facts !== null && (
          <RevertTurn task={task} run={compared.query.run ?? null} expect={shown.expect} />
        )}
        <ViewOptions />
      </div>
      <WorkingStrip task={task} />
      {empty ? (
        <Nothing task={task} scope={compared.scope} reviewedAt={reviewedAt} />
      ) : facts !== null ? (
        <ReviewContext value={facts}>
          {changes.isError && !isUnreachable(changes.error) && (
            <Stale at={changes.dataUpdatedAt} retry={() => later(changes.refetch())} />
          )}
          <Reading
            failed={
              review.isError && review.data === undefined ? () => later(review.refetch()) : null
            }
          />
        </ReviewContext>
      ) : changes.isError ? (
        <Unreadable error={changes.error} retry={() => later(changes.refetch())} />
      ) : (
        <Loading />
      )}
      {task.runId !== null && (
        <LandingBar
          task={task}
          talk={{ drafts: waiting, onSend: () => setSending(true), ...openOnes(data) }}
        />
      )}
      {sending && <SendSheet task={task} drafts={drafts} onClose={() => setSending(false)} />}
    </div>
  );
}

/** Comments that still ask for something: how many, and the first that was sent. */
function openOnes({ comments }: ReviewData) {
  const open = comments.filter(({ state }) => state !== "addressed");
  return { open: open.length, firstOpen: open.find(({ state }) => state !== "draft") };
}

/** How many new comments have words in their fields that the server does not have. */
function newOnes(editors: Editors): number {
  return unsaved(editors).filter(({ commentId }) => commentId === null).length;
}

/** Names a comparison: with or without white space it is another one, too. */
function nameOf({ query }: Compared): string {
  return [query.scope, query.run, query.commit, query.whitespace].join(" ");
}

function useFactsOf(
  task: Task,
  compared: Compared,
  changes: Changes | undefined,
  shown: ReturnType<typeof useShown>,
  seen: ReturnType<typeof seenOf>,
  review: ReviewData,
  runs: readonly Run[],
) {
  const store = useReaderStore();
  // Fields stand where they were opened, whatever is typed in them.
  const fields = useReader(({ editors }) => [...editors.keys()].join());
  // biome-ignore lint/correctness/useExhaustiveDependencies: `fields` says which editors there are
  const placing = useMemo(
    () =>
      changes === undefined ? null : placeAll(changes, review.comments, store.getState().editors),
    [changes, review.comments, store, fields],
  );
  const comments = useMemo(
    () => new Map(review.comments.map((comment) => [comment.id, comment])),
    [review.comments],
  );
  return useMemo(
    () =>
      changes === undefined || placing === null
        ? null
        : { task, compared, changes, shown, seen, review, comments, placing, runs },
    [task, compared, changes, shown, seen, review, comments, placing, runs],
  );
}

/** Escape puts away what is nearest first: a selection, then the review. */
function stepBack(store: ReturnType<typeof useReaderStore>): void {
  const { cursor } = store.getState();
  if (cursor !== null && cursor.from !== null) {
    store.setState({ cursor: { at: cursor.at, from: null } });
  } else closeReview();
}
