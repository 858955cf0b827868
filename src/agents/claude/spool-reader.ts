import { readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { AgentItem } from "../driver.ts";
import type { Context } from "./context.ts";
import { isObject, type Json, parseObject, stringAt } from "./json.ts";

/** One finished call of a command of ours. */
export interface HookEvent {
  readonly file: string;
  /** Epoch ms at which its payload was written. */
  readonly at: number;
  readonly name: string;
  readonly payload: Json;
}

/** What was told so far: stored with each batch. */
export interface SpoolState {
  readonly v: 1;
  readonly taken: number;
}

export interface Told<S> {
  readonly items: readonly AgentItem[];
  readonly change: Partial<S>;
}

/** Where the files lie, and the stream their meaning is stored in. */
export interface SpoolSource<S> {
  readonly stream: string;
  readonly dir: string;
  readonly initial: S;
}

export interface SpoolHooks<S> {
  /** Called as soon as a file is seen, long before its turn in the order may come. */
  readonly seen?: (event: HookEvent) => void;
  /** What an event means. Called one at a time, in order; may wait. */
  readonly handle: (event: HookEvent) => Promise<Told<S>>;
}

/**
 * Files that Claude's commands left, taken in order, removed once what they mean is stored. A file
 * read twice after a crash does no harm, its name is the key.
 */
export class SpoolReader<S extends SpoolState> {
  readonly #context: Context;
  readonly #source: SpoolSource<S>;
  readonly #hooks: SpoolHooks<S>;
  readonly #known = new Set<string>();
  #waiting: readonly HookEvent[] = [];
  #state: S;
  #lane: Promise<void> = Promise.resolve();
  #scan: Promise<void> | null = null;
  #again = false;

  constructor(context: Context, source: SpoolSource<S>, hooks: SpoolHooks<S>) {
    this.#context = context;
    this.#source = source;
    this.#hooks = hooks;
    const { stream, initial } = source;
    const stored = context.io.cursor(stream)?.state;
    this.#state = isObject(stored) && stored["v"] === 1 ? { ...initial, ...stored } : initial;
  }

  get state(): S {
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
  say(items: readonly AgentItem[], change: Partial<S> = {}): Promise<void> {
    return this.#queue(() => this.#store({ items, change }));
  }

  async #look(): Promise<void> {
    do {
      this.#again = false;
      const names = await readdir(this.#source.dir).catch(() => []);
      const fresh = names.filter((it) => it.endsWith(".json") && !this.#known.has(it));
      const events = await Promise.all(fresh.map((file) => this.#event(file)));
      for (const event of events.filter((it) => it !== null).sort(inOrder)) this.#take(event);
    } while (this.#again);
  }

  async #event(file: string): Promise<HookEvent | null> {
    const path = join(this.#source.dir, file);
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
    this.#hooks.seen?.(event);
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
      await unlink(join(this.#source.dir, event.file)).catch(() => undefined);
    } finally {
      this.#waiting = this.#waiting.filter((it) => it !== event);
      this.#context.beacon.stir();
    }
  }

  async #store(told: Told<S>): Promise<void> {
    const state = { ...this.#state, ...told.change, taken: this.#state.taken + 1 };
    await this.#context.io.ingest({
      stream: this.#source.stream,
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
