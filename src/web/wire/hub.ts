import type { DraftFrame } from "../../contract/event.ts";
import type { Connect } from "./connection.ts";
import {
  type Frame,
  isEvent,
  isForAll,
  type StreamState,
  type ToHub,
  type ToTab,
} from "./frames.ts";

export interface HubPort {
  post(message: ToTab): void;
}

/** Time, so tests need not wait. */
export interface HubClock {
  now(): number;
  /** Answers how to cancel it. */
  after(ms: number, run: () => void): () => void;
  random(): number;
}

interface Client {
  readonly port: HubPort;
  readonly token: string;
  tasks: ReadonlySet<string>;
  heardAt: number;
  /** False until it was told once that the stream is live: what it shows is older than the stream. */
  welcome: boolean;
}

/** A tab that said nothing for so long is gone; hidden tabs may be held back to a word a minute. */
const deafAfter = 5 * 60_000;
const firstPause = 300;
const longestPause = 10_000;
/** A closed panel's transcript may go on a little: the next one opened saves a reconnect. */
const shrinkAfter = 5_000;

/**
 * The one stream of a browser, shared by its tabs. It resumes behind the last seq it carried, so a
 * tab sees every event once; where it cannot resume it says `gap` and tabs load again.
 */
export class StreamHub {
  readonly #connect: Connect;
  readonly #clock: HubClock;
  readonly #clients = new Map<HubPort, Client>();
  readonly #drafts = new Map<string, DraftFrame>();
  #state: StreamState;
  #token: string | null = null;
  #lastSeq: number | null = null;
  /** Tasks the open stream carries; null while there is none. */
  #carried: ReadonlySet<string> | null = null;
  #asked: ReadonlySet<string> = new Set();
  #close: (() => void) | null = null;
  #cancelTimer: (() => void) | null = null;
  #failures = 0;

  constructor(connect: Connect, clock: HubClock) {
    this.#connect = connect;
    this.#clock = clock;
    this.#state = { kind: "connecting", since: clock.now() };
  }

  receive(port: HubPort, message: ToHub): void {
    const client = this.#clients.get(port);
    if (message.type === "hello") {
      this.#hello(port, message.token, message.tasks);
      return;
    }
    if (client === undefined) {
      if (message.type !== "bye") port.post({ type: "stranger" });
      return;
    }
    client.heardAt = this.#clock.now();
    switch (message.type) {
      case "watch":
        this.#watch(client, message.tasks);
        break;
      case "retry":
        if (this.#close === null || this.#state.kind !== "open") this.#reconnect(0);
        break;
      case "bye":
        this.#clients.delete(port);
        this.#settle();
        break;
      case "ping":
        this.#forgetTheDeaf();
        break;
    }
  }

  #hello(port: HubPort, token: string, tasks: readonly string[]): void {
    const client: Client = {
      port,
      token,
      tasks: new Set(tasks),
      heardAt: this.#clock.now(),
      welcome: false,
    };
    this.#clients.set(port, client);
    const fresh = token !== this.#token;
    this.#token = token;
    port.post({ type: "state", state: this.#state });
    if (fresh || this.#state.kind === "refused") {
      this.#reconnect(0);
      return;
    }
    if (this.#carried !== null) this.#welcome(client, false);
    this.#settle();
  }

  #watch(client: Client, tasks: readonly string[]): void {
    const before = client.tasks;
    client.tasks = new Set(tasks);
    const added = tasks.filter((id) => !before.has(id) && this.#carried?.has(id));
    if (added.length > 0) {
      client.port.post({ type: "live", gap: false, tasks: added });
      this.#postDrafts(client, new Set(added));
    }
    this.#settle();
  }

  /** Tells a tab what the open stream carries for it. */
  #welcome(client: Client, gap: boolean): void {
    const tasks = [...client.tasks].filter((id) => this.#carried?.has(id));
    client.port.post({ type: "live", gap: gap || !client.welcome, tasks });
    client.welcome = true;
    this.#postDrafts(client, new Set(tasks));
  }

  #postDrafts(client: Client, tasks: ReadonlySet<string>): void {
    const frames = [...this.#drafts.values()].filter((draft) => tasks.has(draft.taskId));
    if (frames.length > 0) client.port.post({ type: "frames", frames });
  }

  #wanted(): ReadonlySet<string> {
    const wanted = new Set<string>();
    for (const client of this.#clients.values()) {
      for (const id of client.tasks) wanted.add(id);
    }
    return wanted;
  }

  /** Brings the stream in line with what the tabs want. */
  #settle(): void {
    if (this.#clients.size === 0) {
      this.#stop();
      return;
    }
    const wanted = this.#wanted();
    const grown = [...wanted].some((id) => !this.#asked.has(id));
    if (this.#close !== null && grown) this.#reconnect(0);
    else if (this.#close !== null && wanted.size < this.#asked.size) this.#reconnect(shrinkAfter);
  }

  #stop(): void {
    this.#close?.();
    this.#close = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#carried = null;
    this.#token = null;
    // Whoever comes next loads everything; resuming from an old place would only cost.
    this.#lastSeq = null;
    this.#drafts.clear();
  }

  #reconnect(delay: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(delay, () => {
      this.#cancelTimer = null;
      this.#open();
    });
  }

  #open(): void {
    if (this.#token === null) return;
    this.#close?.();
    const asked = this.#wanted();
    const resumed = this.#lastSeq !== null;
    this.#asked = asked;
    this.#close = this.#connect(
      { token: this.#token, tasks: [...asked], after: this.#lastSeq },
      {
        opened: () => this.#opened(asked, !resumed),
        frames: (frames) => this.#carry(frames),
        ended: (reason) => this.#ended(reason),
      },
    );
  }

  #opened(asked: ReadonlySet<string>, gap: boolean): void {
    this.#failures = 0;
    this.#carried = asked;
    this.#drafts.clear();
    this.#say({ kind: "open", since: this.#clock.now() });
    for (const client of this.#clients.values()) this.#welcome(client, gap);
  }

  #carry(frames: readonly Frame[]): void {
    const news = frames.filter((frame) => this.#isNew(frame));
    if (news.length === 0) return;
    for (const client of this.#clients.values()) {
      const wanted = news.filter(
        (frame) => isForAll(frame) || ("taskId" in frame && client.tasks.has(frame.taskId ?? "")),
      );
      if (wanted.length > 0) client.port.post({ type: "frames", frames: wanted });
    }
  }

  #isNew(frame: Frame): boolean {
    if (isEvent(frame)) {
      if (this.#lastSeq !== null && frame.seq <= this.#lastSeq) return false;
      this.#lastSeq = frame.seq;
    } else if (frame.type === "reset") {
      this.#lastSeq = null;
    } else if (frame.type === "draft") {
      foldDraft(this.#drafts, frame);
    }
    return true;
  }

  #ended(reason: "refused" | "broken"): void {
    this.#close = null;
    this.#carried = null;
    if (reason === "refused") {
      this.#say({ kind: "refused", since: this.#clock.now() });
      return;
    }
    if (this.#state.kind !== "lost") this.#say({ kind: "lost", since: this.#clock.now() });
    this.#forgetTheDeaf();
    if (this.#clients.size === 0) return;
    const pause = Math.min(longestPause, firstPause * 2 ** this.#failures);
    this.#failures += 1;
    this.#reconnect(pause * (0.5 + this.#clock.random() / 2));
  }

  #say(state: StreamState): void {
    this.#state = state;
    for (const client of this.#clients.values()) client.port.post({ type: "state", state });
  }

  #forgetTheDeaf(): void {
    const now = this.#clock.now();
    for (const client of [...this.#clients.values()]) {
      if (now - client.heardAt > deafAfter) this.#clients.delete(client.port);
    }
    this.#settle();
  }
}

/** Holds the whole text of each open draft, by `taskId/draftId`. */
export function foldDraft(drafts: Map<string, DraftFrame>, frame: DraftFrame): void {
  const key = `${frame.taskId}/${frame.draftId}`;
  if (frame.text === null) {
    drafts.delete(key);
    return;
  }
  const held = drafts.get(key)?.text ?? "";
  drafts.set(key, { ...frame, offset: 0, text: held.slice(0, frame.offset) + frame.text });
}
