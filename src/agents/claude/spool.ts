import { readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { BackgroundTask } from "../../contract/run.ts";
import type { AgentItem } from "../driver.ts";
import type { Context } from "./context.ts";
import { isObject, type Json, parseObject, stringAt } from "./json.ts";

/** One finished hook call. */
export interface HookEvent {
  readonly file: string;
  /** Epoch ms at which its payload was written. */
  readonly at: number;
  readonly name: string;
  readonly payload: Json;
}

/** What the hooks of a session have told so far: stored with each batch. */
export interface HookState {
  readonly v: 1;
  readonly taken: number;
  readonly started: boolean;
  /** The newest turn that was ended by a hook or by us. */
  readonly ended: number;
  /** The API error that ended a turn last. */
  readonly errorAt: number;
  /** Key of the open `needs-terminal`, or null. */
  readonly terminal: string | null;
  readonly background: readonly BackgroundTask[];
}

export interface Told {
  readonly items: readonly AgentItem[];
  readonly change: Partial<HookState>;
}

export interface SpoolHooks {
  /** Called as soon as a file is seen, long before its turn in the order may come. */
  readonly seen: (event: HookEvent) => void;
  /** What an event means. Called one at a time, in order; may wait. */
  readonly handle: (event: HookEvent) => Promise<Told>;
}

const stream = "hooks";

const initial: HookState = {
  v: 1,
  taken: 0,
  started: false,
  ended: 0,
  errorAt: 0,
  terminal: null,
  background: [],
};

/**
 * The one source of state (M1): files the hooks left, taken in order, removed once what they mean
 * is stored. A file read twice after a crash does no harm, its name is the key.
 */
export class Spool {
  readonly #context: Context;
  readonly #hooks: SpoolHooks;
  readonly #known = new Set<string>();
  #waiting: readonly HookEvent[] = [];
  #state: HookState;
  #lane: Promise<void> = Promise.resolve();
  #scan: Promise<void> | null = null;
  #again = false;

  constructor(context: Context, hooks: SpoolHooks) {
    this.#context = context;
    this.#hooks = hooks;
    const stored = context.io.cursor(stream)?.state;
    this.#state = isObject(stored) && stored["v"] === 1 ? { ...initial, ...stored } : initial;
  }

  get state(): HookState {
    return this.#state;
  }

  /** Events that are read but not yet stored, the one being handled included. */
  get waiting(): readonly HookEvent[] {
    return this.#waiting;
  }

  /** Looks for new files. Resolves when they are read, not when they are handled. */
  async scan(): Promise<void> {
    if (this.#scan !== null) {
      this.#again = true;
      return this.#scan;
    }
    this.#scan = this.#look();
    await this.#scan;
    this.#scan = null;
  }

  /** Resolves when everything read so far is stored. */
  async settle(): Promise<void> {
    await this.#lane;
  }

  /** Stores what we found out ourselves, in line with what the hooks tell. */
  say(items: readonly AgentItem[], change: Partial<HookState> = {}): Promise<void> {
    return this.#queue(() => this.#store({ items, change }));
  }

  async #look(): Promise<void> {
    do {
      this.#again = false;
      const names = await readdir(this.#context.files.hooks).catch(() => []);
      const fresh = names.filter((it) => it.endsWith(".json") && !this.#known.has(it));
      const events = await Promise.all(fresh.map((file) => this.#event(file)));
      for (const event of events.filter((it) => it !== null).sort(inOrder)) this.#take(event);
    } while (this.#again);
  }

  async #event(file: string): Promise<HookEvent | null> {
    const path = join(this.#context.files.hooks, file);
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
      const payload = parseObject(text) ?? {};
      const name = stringAt(payload, "hook_event_name") ?? "";
      return { file, at: Math.floor(mtimeMs), name, payload };
    } catch {
      return null;
    }
  }

  #take(event: HookEvent): void {
    this.#known.add(event.file);
    this.#waiting = [...this.#waiting, event];
    this.#hooks.seen(event);
    this.#context.beacon.stir();
    this.#queue(() => this.#handle(event)).catch((cause: unknown) => {
      // Let go of, or a bug: the file stays and is read again by whoever attaches next.
      if (this.#context.signal.aborted) return;
      this.#context.io.log("error", "a hook could not be taken", { why: String(cause) });
    });
  }

  async #handle(event: HookEvent): Promise<void> {
    try {
      if (this.#context.signal.aborted) return;
      const told = await this.#hooks.handle(event);
      if (this.#context.signal.aborted) return;
      await this.#store(told);
      await unlink(join(this.#context.files.hooks, event.file)).catch(() => undefined);
    } finally {
      this.#waiting = this.#waiting.filter((it) => it !== event);
      this.#context.beacon.stir();
    }
  }

  async #store(told: Told): Promise<void> {
    const state = { ...this.#state, ...told.change, taken: this.#state.taken + 1 };
    await this.#context.io.ingest({
      stream,
      items: told.items,
      cursor: { generation: 0, offset: state.taken, state },
    });
    this.#state = state;
    this.#context.beacon.stir();
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const mine = this.#lane.then(work);
    this.#lane = mine.catch(() => undefined);
    return mine;
  }
}

/** By time, then by name: names begin with nanoseconds where `date` knows them. */
function inOrder(a: HookEvent, b: HookEvent): number {
  return a.at - b.at || (a.file < b.file ? -1 : 1);
}
