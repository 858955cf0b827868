import { type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Where no watcher can be had, and while the directory does not exist yet. */
const pollMs = 250;
/** Every watched directory is also looked at this often: a watcher can miss, or lose its directory. */
const safetyTicks = 4;
/**
 * Bun's watcher drops what follows an event within a millisecond or two, also of another file of the
 * directory (tried with 1.4.5): the last of several changes may come without an event. So everything
 * in the directory is looked at once more, this long after an event.
 */
const echoMs = 10;
/** How long a watcher that was refused for want of resources is left alone. */
const refusedTicks = 40;

type Listener = () => void;

export interface WatchOptions {
  /** Said once, when the system refuses a watcher and polling takes over (inotify limits). */
  readonly onNotice?: (notice: string) => void;
  /** For tests: what makes a watcher. */
  readonly makeWatcher?: (dir: string, onEvent: (name: string | null) => void) => FSWatcher;
}

interface Entry {
  readonly dir: string;
  readonly listeners: Map<string, Set<Listener>>;
  watcher: FSWatcher | null;
  inode: number;
  wait: number;
  echo: ReturnType<typeof setTimeout> | null;
  /** Set when another event came while the echo of one was awaited. */
  echoAgain: boolean;
}

/**
 * Tells when a file may have changed. All files of a directory share one watcher (a user may have
 * 128 inotify instances, trust V20). A call is a hint: it may come without a change, and a change
 * is reported within 250 ms without a watcher and within 1 s with one that missed it.
 */
export class DirectoryWatches {
  readonly #entries = new Map<string, Entry>();
  readonly #options: WatchOptions;
  #timer: ReturnType<typeof setInterval> | null = null;
  #tick = 0;
  #noticed = false;

  constructor(options: WatchOptions = {}) {
    this.#options = options;
  }

  /** Calls `listener` when `path` may have changed, until the returned function is called. */
  subscribe(path: string, listener: Listener): () => void {
    const dir = canonical(dirname(path));
    const name = basename(path);
    const entry = this.#entry(dir);
    const listeners = entry.listeners.get(name) ?? new Set();
    entry.listeners.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) entry.listeners.delete(name);
      if (entry.listeners.size === 0) this.#drop(entry);
    };
  }

  #entry(dir: string): Entry {
    const known = this.#entries.get(dir);
    if (known !== undefined) return known;
    const entry: Entry = {
      dir,
      listeners: new Map(),
      watcher: null,
      inode: -1,
      wait: 0,
      echo: null,
      echoAgain: false,
    };
    this.#entries.set(dir, entry);
    this.#open(entry);
    this.#timer ??= setInterval(() => this.#look(), pollMs);
    return entry;
  }

  #drop(entry: Entry): void {
    if (this.#entries.get(entry.dir) !== entry) return;
    this.#entries.delete(entry.dir);
    close(entry);
    if (entry.echo !== null) clearTimeout(entry.echo);
    if (this.#entries.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #open(entry: Entry): void {
    const inode = inodeOf(entry.dir);
    if (inode === null) return;
    try {
      const make = this.#options.makeWatcher ?? makeWatcher;
      const watcher = make(entry.dir, (name) => hear(entry, name));
      watcher.on("error", () => close(entry));
      entry.watcher = watcher;
      entry.inode = inode;
    } catch (cause) {
      entry.wait = refusedTicks;
      this.#notice(cause);
    }
  }

  #look(): void {
    this.#tick += 1;
    for (const entry of [...this.#entries.values()]) {
      if (entry.watcher !== null && this.#tick % safetyTicks !== 0) continue;
      if (entry.watcher !== null && inodeOf(entry.dir) !== entry.inode) close(entry);
      if (entry.watcher === null) this.#reopen(entry);
      tell(entry, null);
    }
  }

  #reopen(entry: Entry): void {
    if (entry.wait > 0) {
      entry.wait -= 1;
      return;
    }
    this.#open(entry);
  }

  #notice(cause: unknown): void {
    if (this.#noticed) return;
    this.#noticed = true;
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#options.onNotice?.(`File watching is not available (${why}); files are polled instead.`);
  }
}

function makeWatcher(dir: string, onEvent: (name: string | null) => void): FSWatcher {
  return watch(dir, (_event, name) => onEvent(name));
}

/** One watcher per directory, also when it is reached by two paths. */
function canonical(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return dir;
  }
}

function inodeOf(dir: string): number | null {
  try {
    return statSync(dir).ino;
  } catch {
    return null;
  }
}

function close(entry: Entry): void {
  entry.watcher?.close();
  entry.watcher = null;
}

function hear(entry: Entry, name: string | null): void {
  if (entry.echo === null) awaitEcho(entry);
  else entry.echoAgain = true;
  tell(entry, name);
}

function awaitEcho(entry: Entry): void {
  entry.echoAgain = false;
  entry.echo = setTimeout(() => {
    entry.echo = null;
    if (entry.echoAgain) awaitEcho(entry);
    tell(entry, null);
  }, echoMs);
}

function tell(entry: Entry, name: string | null): void {
  const sets = name === null ? [...entry.listeners.values()] : [entry.listeners.get(name)];
  for (const listeners of sets) {
    for (const listener of [...(listeners ?? [])]) listener();
  }
}
