import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import type { DirectoryWatches } from "./directory-watch.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { Tail, TailLine, TailOptions } from "./types.ts";

const chunkBytes = 256 * 1024;
const batchBytes = 1024 * 1024;
const batchLines = 1000;
/** How many bytes before the reading place are compared on every read. */
const printBytes = 64;

type Replaced = "truncated" | "replaced" | "missing";
type Done = Awaited<Tail["done"]>;

interface Barrier {
  readonly flush: boolean;
  readonly resolve: (offset: number) => void;
}

/** Ends the reading with a reason for people. */
class TailStop extends Error {}

/** The system is short of something (open files): to be tried again at the next look. */
class TailLater extends Error {}

/** Starts a tail; see `TailOptions`. */
export function openTail(options: TailOptions, watches: DirectoryWatches): Tail {
  return new FileTail(options, watches);
}

class FileTail implements Tail {
  readonly done: Promise<Done>;
  readonly #options: TailOptions;
  readonly #watches: DirectoryWatches;
  #file: FileHandle | null = null;
  #identity = "";
  #splitter: LineSplitter;
  /** Byte offset behind the last byte read. */
  #position: number;
  /** Byte offset behind the last line that was taken. */
  #taken: number;
  /** The bytes just before `#position`; null until they were read once. */
  #print: Buffer | null = null;
  #barriers: Barrier[] = [];
  #stirred = true;
  /** Set when a pass found that it has to begin again with another file. */
  #restarted = false;
  #ended = false;
  #wake: () => void = () => undefined;
  #unfollow: () => void = () => undefined;

  constructor(options: TailOptions, watches: DirectoryWatches) {
    this.#options = options;
    this.#watches = watches;
    this.#position = options.offset;
    this.#taken = options.offset;
    this.#splitter = new LineSplitter(options.offset);
    const unsubscribe = watches.subscribe(options.path, () => this.poke());
    const onAbort = () => this.poke();
    options.signal.addEventListener("abort", onAbort);
    this.done = this.#run().then(async (done) => {
      unsubscribe();
      this.#unfollow();
      options.signal.removeEventListener("abort", onAbort);
      await this.#close();
      this.#ended = true;
      this.#release(this.#barriers.splice(0));
      return done;
    });
  }

  poke(): void {
    this.#stirred = true;
    this.#wake();
  }

  drain(): Promise<number> {
    return this.#barrier(false);
  }

  finish(): Promise<number> {
    return this.#barrier(true);
  }

  #barrier(flush: boolean): Promise<number> {
    if (this.#ended) return Promise.resolve(this.#taken);
    return new Promise((resolve) => {
      this.#barriers.push({ flush, resolve });
      this.poke();
    });
  }

  async #run(): Promise<Done> {
    try {
      while (!this.#options.signal.aborted) {
        this.#stirred = false;
        const barriers = this.#barriers.splice(0);
        if (!(await this.#attempt(barriers))) this.#barriers.unshift(...barriers);
        if (!this.#stirred) await this.#rest();
      }
      return { kind: "stopped" };
    } catch (cause) {
      return { kind: "failed", why: cause instanceof Error ? cause.message : String(cause) };
    }
  }

  /** False when it has to be tried again later. */
  async #attempt(barriers: readonly Barrier[]): Promise<boolean> {
    try {
      await this.#pass(barriers);
    } catch (cause) {
      if (cause instanceof TailLater) return false;
      this.#release(barriers);
      throw cause;
    }
    this.#release(barriers);
    return true;
  }

  /** Reads what is there now. Growth behind it sets `#stirred`, so it is never left lying. */
  async #pass(barriers: readonly Barrier[]): Promise<void> {
    do {
      this.#restarted = false;
      const size = await this.#look();
      if (size !== null) await this.#readTo(size);
    } while (this.#restarted && !this.#options.signal.aborted);
    if (!barriers.some((barrier) => barrier.flush)) return;
    const rest = this.#splitter.flush();
    if (rest !== null) await this.#deliver([rest]);
  }

  #release(barriers: readonly Barrier[]): void {
    for (const barrier of barriers) barrier.resolve(this.#taken);
  }

  async #rest(): Promise<void> {
    if (this.#options.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = () => undefined;
  }

  /** The size of the file to read, or null while there is none. */
  async #look(): Promise<number | null> {
    const seen = await statOrNull(this.#options.path);
    if (seen === null) {
      await this.#gone("missing");
      return null;
    }
    if (!seen.isFile()) throw new TailStop(`${this.#options.path} is not a regular file.`);
    if (this.#file !== null && identityOf(seen) !== this.#identity) await this.#gone("replaced");
    if (this.#file === null && !(await this.#open())) return null;
    // As a rule the path still leads to the file that is open: one look says both.
    const same = identityOf(seen) === this.#identity;
    const size = same ? seen.size : ((await this.#file?.stat())?.size ?? 0);
    if (size >= this.#position) return size;
    await this.#replaced("truncated");
    return size;
  }

  /** What the file got before it went away is still in the open handle: it is read first. */
  async #gone(why: "missing" | "replaced"): Promise<void> {
    if (this.#file === null) {
      if (this.#options.offset > 0) await this.#replaced(why);
      return;
    }
    await this.#readTo((await this.#file.stat()).size);
    await this.#replaced(why);
    await this.#close();
  }

  async #open(): Promise<boolean> {
    // O_NONBLOCK: should a FIFO have come in between, opening it must not wait for a writer.
    const file = await openOrNull(this.#options.path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (file === null) {
      this.#restarted = true;
      return false;
    }
    const seen = await file.stat();
    if (!seen.isFile()) {
      await file.close();
      throw new TailStop(`${this.#options.path} is not a regular file.`);
    }
    this.#file = file;
    this.#identity = identityOf(seen);
    await this.#followLink();
    return true;
  }

  /** The watcher sees the directory of the link; the writing happens in the target's. */
  async #followLink(): Promise<void> {
    const { path } = this.#options;
    if (!(await lstat(path)).isSymbolicLink()) return;
    this.#unfollow();
    this.#unfollow = this.#watches.subscribe(await realpath(path), () => this.poke());
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => undefined);
  }

  async #readTo(size: number): Promise<void> {
    while (this.#position < size && !this.#options.signal.aborted) {
      const chunk = await this.#read(size);
      if (chunk === null) return;
      const lines = this.#splitter.push(chunk);
      for (const batch of batches(lines)) await this.#deliver(batch);
    }
  }

  /** The next bytes, or null when the file turned out to hold less or something else. */
  async #read(size: number): Promise<Buffer | null> {
    const before = Math.min(printBytes, this.#position);
    const wanted = Math.min(chunkBytes, size - this.#position);
    const buffer = Buffer.allocUnsafe(before + wanted);
    const from = this.#position - before;
    const got = (await this.#file?.read(buffer, 0, buffer.length, from))?.bytesRead ?? 0;
    if (got <= before) {
      if (got < before) await this.#replaced("truncated");
      return null;
    }
    const print = buffer.subarray(0, before);
    if (!this.#continues(print)) {
      await this.#replaced("truncated");
      return null;
    }
    const chunk = buffer.subarray(before, got);
    this.#position += chunk.length;
    this.#print = Buffer.from(buffer.subarray(Math.max(0, got - printBytes), got));
    return chunk;
  }

  /**
   * Whether the bytes before the reading place are still those we read: a file cut and written
   * anew between two looks can be as long as before.
   */
  #continues(print: Buffer): boolean {
    if (this.#print !== null) return print.equals(this.#print.subarray(-print.length));
    return print.length === 0 || print.at(-1) === 0x0a;
  }

  /** Another file stands there. Before anything was taken from the old one that is no loss. */
  async #replaced(why: Replaced): Promise<void> {
    if (this.#taken === 0) {
      await this.#close();
      this.#splitter = new LineSplitter(0);
      this.#position = 0;
      this.#print = null;
      this.#restarted = true;
      return;
    }
    this.#options.onReplaced?.(why);
    throw new TailStop(`${this.#options.path}: ${sayings[why]}`);
  }

  async #deliver(lines: readonly TailLine[]): Promise<void> {
    if (lines.length === 0 || this.#options.signal.aborted) return;
    await this.#options.onLines(lines);
    this.#taken = lines.at(-1)?.end ?? this.#taken;
  }
}

const sayings = {
  truncated: "the file was cut or rewritten",
  replaced: "another file took its place",
  missing: "the file is gone",
} as const;

function* batches(lines: readonly TailLine[]): Generator<readonly TailLine[]> {
  let from = 0;
  let bytes = 0;
  for (const [index, line] of lines.entries()) {
    const length = line.end - line.start;
    const full = index - from >= batchLines || bytes + length > batchBytes;
    if (full && index > from) {
      yield lines.slice(from, index);
      from = index;
      bytes = 0;
    }
    bytes += length;
  }
  if (from < lines.length) yield lines.slice(from);
}

function identityOf(seen: { readonly dev: number; readonly ino: number }): string {
  return `${seen.dev}:${seen.ino}`;
}

async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    if (isAbsent(cause)) return null;
    throw cause;
  }
}

async function openOrNull(path: string, flags: number): Promise<FileHandle | null> {
  try {
    return await open(path, flags);
  } catch (cause) {
    if (isAbsent(cause)) return null;
    if (isShortage(cause)) throw new TailLater();
    throw cause;
  }
}

function isAbsent(cause: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(cause));
}

function isShortage(cause: unknown): boolean {
  return ["EMFILE", "ENFILE", "EAGAIN", "EINTR", "ENOMEM"].includes(codeOf(cause));
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
