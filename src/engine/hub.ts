import { type Event, type LiveFrame, stateEventTypes } from "../contract/event.ts";
import type { EventFilter } from "../store/types.ts";
import type { StreamQuery, StreamSink } from "./api.ts";

/** What the hub reads the past from. */
export interface Journal {
  events(filter: EventFilter): readonly Event[];
  lastSeq(): number;
  firstSeq(): number;
  tailSeq(taskId: string, n: number): number;
}

const stateTypes: ReadonlySet<string> = new Set(stateEventTypes);
const pageSize = 500;

interface Subscriber {
  readonly wants: (event: Event) => boolean;
  readonly wantsLive: (frame: LiveFrame) => boolean;
  readonly sink: StreamSink;
  /** Whose transcripts it carries. */
  readonly taskIds: readonly string[];
  /** The last seq that was sent. */
  cursor: number;
  live: boolean;
  closed: boolean;
}

/**
 * Carries committed events to every stream. A stream first reads the journal in pages; the moment a
 * page is not full it goes live in the same turn of the loop, so nothing falls between.
 */
export class Hub {
  readonly #journal: Journal;
  readonly #subscribers = new Set<Subscriber>();
  /** Open drafts by task, for those who join in the middle. */
  readonly #openDrafts: (taskId: string) => readonly LiveFrame[];
  /** How many streams carry a task's transcript. */
  readonly #watchers = new Map<string, number>();
  #watched: (taskId: string) => void = () => undefined;

  constructor(journal: Journal, openDrafts: (taskId: string) => readonly LiveFrame[]) {
    this.#journal = journal;
    this.#openDrafts = openDrafts;
  }

  count(): number {
    return this.#subscribers.size;
  }

  /** Whether a stream carries this task's transcript: somebody looks at it. */
  isWatched(taskId: string): boolean {
    return this.#watchers.has(taskId);
  }

  /** Who is told when the first begins to look at a task, and when the last has gone. */
  onWatched(watched: (taskId: string) => void): void {
    this.#watched = watched;
  }

  publish(events: readonly Event[]): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.live) {
        this.#send(subscriber, events);
      }
    }
  }

  show(frame: LiveFrame): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.live && subscriber.wantsLive(frame) && !subscriber.sink.draft(frame)) {
        this.#drop(subscriber);
      }
    }
  }

  /** Starts a stream; the answer ends it. */
  open(query: StreamQuery, sink: StreamSink): () => void {
    const start = this.#start(query);
    const subscriber: Subscriber = {
      wants: wants(query),
      wantsLive: wantsLive(query),
      sink,
      taskIds: [...new Set(tasksOf(query))],
      cursor: start.after,
      live: false,
      closed: false,
    };
    this.#subscribers.add(subscriber);
    this.#watch(subscriber, 1);
    if (start.reset && !sink.reset()) {
      this.#drop(subscriber);
    }
    this.#replay(subscriber, query);
    return () => this.#drop(subscriber);
  }

  #start(query: StreamQuery): { after: number; reset: boolean } {
    const last = this.#journal.lastSeq();
    if (query.after !== null) {
      const first = this.#journal.firstSeq();
      // A cursor from another life of the database, or one whose rows are gone, cannot be resumed.
      const known = query.after <= last && query.after >= first - 1;
      return known ? { after: query.after, reset: false } : { after: last, reset: true };
    }
    if (query.scope.kind === "global") {
      return { after: last, reset: false };
    }
    if (query.scope.kind === "task" && query.tail !== null) {
      return { after: this.#journal.tailSeq(query.scope.taskId, query.tail), reset: false };
    }
    return { after: 0, reset: false };
  }

  #replay(subscriber: Subscriber, query: StreamQuery): void {
    if (subscriber.closed) {
      return;
    }
    const page = this.#journal.events({
      after: subscriber.cursor,
      limit: pageSize,
      ...filterOf(query),
    });
    this.#send(subscriber, page);
    if (page.length === pageSize) {
      // Let others run between pages of a long past.
      setImmediate(() => this.#replay(subscriber, query));
      return;
    }
    subscriber.cursor = Math.max(subscriber.cursor, this.#journal.lastSeq());
    subscriber.live = true;
    for (const taskId of tasksOf(query)) {
      for (const frame of this.#openDrafts(taskId)) {
        if (!subscriber.closed && subscriber.wantsLive(frame) && !subscriber.sink.draft(frame)) {
          this.#drop(subscriber);
        }
      }
    }
  }

  #send(subscriber: Subscriber, events: readonly Event[]): void {
    for (const event of events) {
      if (subscriber.closed || event.seq <= subscriber.cursor) {
        continue;
      }
      subscriber.cursor = event.seq;
      if (subscriber.wants(event) && !subscriber.sink.event(event)) {
        this.#drop(subscriber);
      }
    }
  }

  #drop(subscriber: Subscriber): void {
    subscriber.closed = true;
    if (this.#subscribers.delete(subscriber)) {
      this.#watch(subscriber, -1);
    }
  }

  #watch({ taskIds }: Subscriber, change: 1 | -1): void {
    for (const taskId of taskIds) {
      const before = this.#watchers.get(taskId) ?? 0;
      const after = before + change;
      if (after === 0) {
        this.#watchers.delete(taskId);
      } else {
        this.#watchers.set(taskId, after);
      }
      if (before === 0 || after === 0) {
        this.#watched(taskId);
      }
    }
  }
}

function wants(query: StreamQuery): (event: Event) => boolean {
  const { scope } = query;
  switch (scope.kind) {
    case "global": {
      const tasks = new Set(scope.taskIds);
      return (event) =>
        stateTypes.has(event.type) || (event.taskId !== null && tasks.has(event.taskId));
    }
    case "task":
      return (event) => event.taskId === scope.taskId;
    case "run":
      return (event) => event.runId === scope.runId;
  }
}

function wantsLive(query: StreamQuery): (frame: LiveFrame) => boolean {
  const { scope } = query;
  switch (scope.kind) {
    case "global": {
      const tasks = new Set(scope.taskIds);
      return (frame) => frame.type === "activity" || tasks.has(frame.taskId);
    }
    case "task":
      return (frame) => frame.taskId === scope.taskId;
    case "run":
      return (frame) => frame.type === "draft" && frame.runId === scope.runId;
  }
}

function filterOf(query: StreamQuery): Partial<EventFilter> {
  switch (query.scope.kind) {
    case "global":
      return query.scope.taskIds.length === 0 ? { only: "state" } : {};
    case "task":
      return { taskIds: [query.scope.taskId] };
    case "run":
      return { runId: query.scope.runId };
  }
}

function tasksOf(query: StreamQuery): readonly string[] {
  switch (query.scope.kind) {
    case "global":
      return query.scope.taskIds;
    case "task":
      return [query.scope.taskId];
    case "run":
      return [];
  }
}
