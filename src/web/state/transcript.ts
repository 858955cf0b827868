import type { DraftFrame, Event } from "../../contract/event.ts";
import type { Run } from "../../contract/run.ts";
import { type ApiError, call } from "../wire/client.ts";
import { type Frame, isEvent } from "../wire/frames.ts";
import { foldDraft } from "../wire/hub.ts";
import { watchTask } from "./watch.ts";

const pageSize = 400;
/** A transcript nobody reads the beginning of holds at most so many events, and then the newest few. */
const most = 6000;
const few = 2000;

/**
 * What one open task said and did. `events` is one growing array outside React: read it again when
 * `version` has changed. Older pages come in front, and are let go of again when nobody reads them.
 */
export interface Transcript {
  readonly taskId: string;
  readonly version: number;
  readonly status: "loading" | "ready" | "failed";
  readonly error: ApiError | null;
  /** In the order of their seq, without gap, up to now. */
  readonly events: readonly Event[];
  readonly drafts: readonly DraftFrame[];
  /** Newest first. */
  readonly runs: readonly Run[];
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
}

/** One transcript's state, without anything that fetches: what the tests look at. */
export class TranscriptLog {
  readonly events: Event[] = [];
  readonly drafts = new Map<string, DraftFrame>();
  readonly #runs = new Map<string, Run>();
  #newestRuns: readonly Run[] = [];
  nextBefore: number | null = null;
  ready = false;
  /** Between what is held and what comes live there may be a gap until the newest page is here. */
  #gap = true;
  /** Live events that came meanwhile. */
  #early: Event[] = [];

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** Takes a frame of the stream; true when something shown has changed. */
  take(frame: Frame): boolean {
    if (frame.type === "draft") {
      foldDraft(this.drafts, frame);
      return true;
    }
    if (!isEvent(frame)) return false;
    if (frame.type === "run.upserted") {
      this.takeRun(frame.data as Run);
      return true;
    }
    if (!isTranscript(frame)) return false;
    if (this.#gap) {
      this.#early.push(frame);
      return false;
    }
    return this.#append(frame);
  }

  takeRun(run: Run): void {
    this.#runs.set(run.id, run);
    this.#newestRuns = [...this.#runs.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  hasRun(id: string): boolean {
    return this.#runs.has(id);
  }

  /** The same array while no run has changed. */
  newestRuns(): readonly Run[] {
    return this.#newestRuns;
  }

  /** Something may have been missed: what comes live has to wait for the newest page. */
  expectGap(): void {
    this.#gap = true;
  }

  #append(event: Event): boolean {
    if (event.seq <= this.lastSeq) return false;
    this.events.push(event);
    return true;
  }

  /** The newest page: the first one, or after a gap. What overlaps is kept, the rest replaced. */
  newest(page: readonly Event[], nextBefore: number | null): void {
    const stored = page.filter(isTranscript);
    const first = page[0]?.seq ?? 0;
    const contiguous = this.ready && (nextBefore === null || first <= this.lastSeq + 1);
    if (!contiguous) {
      this.events.length = 0;
      this.nextBefore = nextBefore;
    }
    for (const event of stored) this.#append(event);
    this.ready = true;
    this.#gap = false;
    for (const event of this.#early) this.#append(event);
    this.#early = [];
  }

  olderPage(page: readonly Event[], nextBefore: number | null): void {
    const first = this.events[0]?.seq ?? Number.POSITIVE_INFINITY;
    const added = page.filter((event) => isTranscript(event) && event.seq < first);
    this.events.unshift(...added);
    this.nextBefore = nextBefore;
  }

  /** Lets go of all but the newest events when they are many; they come again as older pages. */
  forgetOlder(): boolean {
    if (this.events.length <= most) return false;
    this.events.splice(0, this.events.length - few);
    this.nextBefore = this.events[0]?.seq ?? null;
    return true;
  }
}

const stateTypes: ReadonlySet<string> = new Set(["task.upserted", "task.deleted", "run.upserted"]);

/** Notices and interactions stand in the transcript too: they explain what happened. */
function isTranscript(event: Event): boolean {
  return !stateTypes.has(event.type);
}

/** The transcript of a task somebody looks at. */
export class OpenTranscript {
  readonly #log = new TranscriptLog();
  readonly #listeners = new Set<() => void>();
  readonly #taskId: string;
  #view: Transcript;
  #loading: Promise<void> | null = null;
  #again = false;
  #loadingOlder: Promise<void> | null = null;
  #error: ApiError | null = null;
  users = 0;

  constructor(taskId: string) {
    this.#taskId = taskId;
    this.#view = this.#render(0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): Transcript => this.#view;

  /** Frames of one batch; the feed calls this once per animation frame. */
  take(frames: readonly Frame[]): void {
    let changed = false;
    for (const frame of frames) {
      if ("taskId" in frame && frame.taskId === this.#taskId) {
        changed = this.#log.take(frame) || changed;
      }
    }
    if (changed) this.#bump();
  }

  /** The stream carries this task now: load what is stored, and drop drafts, which come whole. */
  live(gap: boolean): void {
    this.#log.drafts.clear();
    if (gap) this.#log.expectGap();
    if (gap || !this.#log.ready) this.#load();
    this.#bump();
  }

  #load(): void {
    if (this.#loading !== null) {
      // What is on its way may have been read before the gap.
      this.#again = true;
      return;
    }
    this.#loading = this.#fetchNewest()
      .then(() => {
        this.#error = null;
      })
      .catch((error: unknown) => {
        this.#error = error as ApiError;
      })
      .finally(() => {
        this.#loading = null;
        this.#bump();
        if (!this.#again) return;
        this.#again = false;
        this.#load();
      });
  }

  async #fetchNewest(): Promise<void> {
    const params = { id: this.#taskId };
    const [page, { runs }] = await Promise.all([
      call("GET /tasks/:id/transcript", { params, query: { limit: pageSize } }),
      call("GET /tasks/:id/runs", { params, query: { limit: 100 } }),
    ]);
    // Read before the gap: the next one is under way.
    if (this.#again) return;
    this.#log.newest(page.events, page.nextBefore);
    for (const run of runs) {
      if (!this.#log.hasRun(run.id)) this.#log.takeRun(run);
    }
  }

  retry(): void {
    this.#load();
    this.#bump();
  }

  async loadOlder(): Promise<void> {
    const before = this.#log.nextBefore;
    if (before === null || !this.#log.ready) return;
    this.#loadingOlder ??= call("GET /tasks/:id/transcript", {
      params: { id: this.#taskId },
      query: { before, limit: pageSize },
    })
      .then((page) => this.#log.olderPage(page.events, page.nextBefore))
      .finally(() => {
        this.#loadingOlder = null;
        this.#bump();
      });
    this.#bump();
    await this.#loadingOlder;
  }

  forgetOlder(): void {
    // What is on its way joins on to what is held now.
    if (this.#loadingOlder === null && this.#log.forgetOlder()) this.#bump();
  }

  #bump(): void {
    this.#view = this.#render(this.#view.version + 1);
    for (const listener of this.#listeners) listener();
  }

  #render(version: number): Transcript {
    const log = this.#log;
    return {
      taskId: this.#taskId,
      version,
      status: log.ready ? "ready" : this.#error === null ? "loading" : "failed",
      error: this.#error,
      events: log.events,
      drafts: [...log.drafts.values()],
      runs: log.newestRuns(),
      hasOlder: log.nextBefore !== null,
      loadingOlder: this.#loadingOlder !== null,
    };
  }
}

const open = new Map<string, OpenTranscript>();
export function feedTranscripts(frames: readonly Frame[]): void {
  for (const transcript of open.values()) transcript.take(frames);
}

export function transcriptsLive(tasks: readonly string[], gap: boolean): void {
  for (const id of tasks) open.get(id)?.live(gap);
}

export function reloadTranscripts(): void {
  for (const transcript of open.values()) transcript.live(true);
}

/** A task's transcript stays for a while after its panel closed: people go back and forth. */
const keepFor = 60_000;

/** Opens a transcript and keeps it live until the answer is called. */
export function openTranscript(taskId: string): () => void {
  const transcript = open.get(taskId) ?? new OpenTranscript(taskId);
  open.set(taskId, transcript);
  transcript.users += 1;
  const unwatch = watchTask(taskId);
  return () => {
    setTimeout(() => {
      unwatch();
      transcript.users -= 1;
      if (transcript.users === 0) open.delete(taskId);
    }, keepFor);
  };
}

/** What is known of a task's transcript, to subscribe to; null until `openTranscript` was called for it. */
export function transcriptSource(taskId: string): OpenTranscript | null {
  return open.get(taskId) ?? null;
}

export function loadOlder(taskId: string): Promise<void> {
  return open.get(taskId)?.loadOlder() ?? Promise.resolve();
}

/** The reader is at the end of a task's transcript: its beginning need not be held. */
export function forgetOlder(taskId: string): void {
  open.get(taskId)?.forgetOlder();
}

export function retryTranscript(taskId: string): void {
  open.get(taskId)?.retry();
}
