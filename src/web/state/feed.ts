import type { Event, NoticeData } from "../../contract/event.ts";
import { isThere, watchRequests } from "../wire/client.ts";
import { type Frame, isEvent } from "../wire/frames.ts";
import { realClock } from "../wire/real-clock.ts";
import { openStream, type Stream } from "../wire/stream.ts";
import { Waiting } from "../wire/waiting.ts";
import { board, changeBoard } from "./board.ts";
import { changesMissed, feedChanges } from "./changes.ts";
import { noteSilence, noteState } from "./connection.ts";
import { foldFrames } from "./fold.ts";
import { oncePerFrame } from "./frame.ts";
import { loadBoard, noteStreamed } from "./load.ts";
import { type News, newsOf } from "./news.ts";
import { beat, seed } from "./pulse.ts";
import { feedTranscripts, reloadTranscripts, transcriptsLive } from "./transcript.ts";
import { watchWith } from "./watch.ts";

export interface Notice {
  readonly event: Event;
  readonly data: NoticeData;
}

export interface FeedHandlers {
  /** The server does not know the token any more. */
  refused(): void;
  /** Loading the board failed; the feed tries again when the stream is back. */
  failed(error: unknown): void;
  notice(notice: Notice): void;
  /** A task ended or began to wait while the page was open. */
  news(news: News): void;
}

let stream: Stream | null = null;

/** Starts what keeps this page true: the stream, folded once per animation frame. */
export function startFeed(token: string, handlers: FeedHandlers): () => void {
  let queue: Frame[] = [];
  let away = false;
  const waiting = new Waiting({ ...realClock, probe: isThere }, noteSilence);
  watchRequests(waiting.begin);

  const flush = (): void => {
    if (queue.length === 0) return;
    const frames = queue;
    queue = [];
    noteStreamed(frames);
    const before = board.getState().tasks;
    changeBoard((state) => foldFrames(state, frames, Date.now()));
    for (const news of newsOf(before, board.getState().tasks, frames)) handlers.news(news);
    beat(frames);
    feedTranscripts(frames);
    feedChanges(frames);
    for (const frame of frames) {
      if (isEvent(frame) && frame.type === "notice") {
        handlers.notice({ event: frame, data: frame.data as NoticeData });
      }
    }
  };
  const soon = oncePerFrame(flush);

  const reload = (): void => {
    loadBoard()
      .then(() => {
        for (const task of board.getState().tasks.values()) {
          if (task.column === "running" && task.live !== null) seed(task.id, task.live.at);
        }
      })
      .catch(handlers.failed);
    reloadTranscripts();
  };

  const opened = openStream(token, {
    frames(frames) {
      queue.push(...frames);
      if (frames.some((frame) => frame.type === "reset")) reload();
      soon();
    },
    state(state) {
      noteState(state);
      if (state.kind === "lost") away = true;
      if (state.kind === "refused") handlers.refused();
    },
    live(tasks, gap) {
      // What waits belongs to the time before; drafts are dropped now and come again whole.
      flush();
      if (gap) reload();
      transcriptsLive(tasks, gap);
      // Files may have changed while nobody could say so: that is never told afterwards.
      if (gap || away) changesMissed(tasks);
      away = false;
    },
  });
  stream = opened;
  watchWith((taskId) => opened.watch(taskId));
  return () => {
    opened.close();
    if (stream === opened) stream = null;
  };
}

/** Tries to reach the server at once instead of waiting for the next attempt. */
export function retryStream(): void {
  stream?.retry();
}
