import type { Clock } from "../agents/driver.ts";
import type { LiveLine } from "../contract/task.ts";
import { StoreBusy, StoreFull, StoreTrouble } from "../store/types.ts";

/** The pauses between two tries, in milliseconds: each twice the one before, up to the last. */
const firstPause = 250;
const lastPause = 5_000;
/** How long those who read have, after that, until limits of time count again, in milliseconds. */
const catchUp = 3_000;

export interface KeeperDeps {
  readonly clock: Clock;
  readonly log: (level: "info" | "error", message: string, data?: Record<string, unknown>) => void;
}

/** Something that is to be stored, in its turn. */
interface Waiting {
  /** Tries it; throws the trouble that keeps it waiting. */
  readonly attempt: () => void;
  readonly drop: (why: unknown) => void;
}

/** What waits for one task, in the order it was given, and what keeps it waiting. */
interface Line {
  readonly waiting: Waiting[];
  /** Epoch milliseconds. */
  readonly since: number;
  trouble: StoreTrouble;
}

/**
 * The one way in which what happened anyway is stored, be the disk full, broken or in other hands:
 * tried at once, and again with growing pauses until it is stored. Whoever waits for it goes on then,
 * from where it stood; of one task nothing overtakes what was to be stored before.
 */
export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #tell: (taskId: string) => void;
  readonly #lines = new Map<string, Line>();
  /** When nothing of a task waited any more, by the clock that never jumps. */
  readonly #over = new Map<string, number>();
  /** What the last try met, while anything waits; null after one that stored something. */
  #trouble: StoreTrouble | null = null;
  #pause = firstPause;
  #cancel: (() => void) | null = null;
  #stopped = false;

  /** `tell` is called with each task whose `live` line is another now, or is due again. */
  constructor(deps: KeeperDeps, tell: (taskId: string) => void) {
    this.#deps = deps;
    this.#tell = tell;
  }

  /**
   * Whether something of this task waits to be stored, or did until a moment ago: who reads along has
   * to catch up then.
   */
  isBehind(taskId: string): boolean {
    const since = this.#over.get(taskId);
    const now = this.#deps.clock.monotonic();
    return this.#lines.has(taskId) || (since !== undefined && now - since < catchUp);
  }

  /** What the card of a task says while something of it waits; null while nothing does. */
  live(taskId: string): LiveLine | null {
    const line = this.#lines.get(taskId);
    return line === undefined
      ? null
      : { verb: "Waiting", object: advice(line.trouble), at: line.since };
  }

  /**
   * Runs `work`, which stores something of a task in one transaction, until it is stored; answers
   * what it answers. `signal` ends the waiting, with a rejection; so does `stop`.
   */
  async keep<T>(taskId: string, work: () => T, signal?: AbortSignal): Promise<T> {
    const known = this.#lines.get(taskId)?.trouble ?? null;
    // A try on a database in other hands holds everything up for seconds.
    const trouble = known ?? (this.#trouble instanceof StoreBusy ? this.#trouble : null);
    if (trouble !== null) return this.#queue(taskId, trouble, work, signal);
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof StoreTrouble) || signal?.aborted || this.#stopped) throw thrown;
      return this.#queue(taskId, thrown, work, signal);
    }
  }

  /** Resolves when `probe`, which writes something of no meaning, was stored after a pause. */
  room(
    taskId: string,
    trouble: StoreTrouble,
    probe: () => void,
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#queue(taskId, trouble, probe, signal);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Nothing is tried any more; what waits is rejected. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    for (const { drop } of lines.flatMap(({ waiting }) => waiting)) drop(new Error(ends));
  }

  #queue<T>(
    taskId: string,
    trouble: StoreTrouble,
    work: () => T,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.#stopped || signal?.aborted) {
      return Promise.reject(this.#stopped ? new Error(ends) : errorOf(signal?.reason));
    }
    if (this.#lines.size === 0) {
      const why = trouble.message;
      this.#deps.log("error", "what happens cannot be stored now and is tried again", { why });
    }
    this.#trouble = trouble;
    return new Promise((resolve, reject) => {
      const settled = (): void => signal?.removeEventListener("abort", onAbort);
      const waiting: Waiting = {
        attempt: () => {
          const value = work();
          settled();
          resolve(value);
        },
        drop: (why) => {
          settled();
          reject(errorOf(why));
        },
      };
      const onAbort = (): void => {
        this.#remove(taskId, waiting);
        waiting.drop(signal?.reason);
        if (!this.#lines.has(taskId)) this.#tell(taskId);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const line = this.#lines.get(taskId) ?? {
        waiting: [],
        since: this.#deps.clock.now(),
        trouble,
      };
      line.waiting.push(waiting);
      this.#lines.set(taskId, line);
      if (line.waiting.length === 1) this.#tell(taskId);
      this.#schedule();
    });
  }

  #remove(taskId: string, waiting: Waiting): void {
    const line = this.#lines.get(taskId);
    const index = line?.waiting.indexOf(waiting) ?? -1;
    if (index >= 0) line?.waiting.splice(index, 1);
    if (line?.waiting.length !== 0) return;
    this.#lines.delete(taskId);
    this.#over.set(taskId, this.#deps.clock.monotonic());
  }

  /** One try: of every task what waits longest, and what follows it while that is taken. */
  #again(): void {
    this.#cancel = null;
    let stored = 0;
    for (const taskId of [...this.#lines.keys()]) {
      stored += this.#drain(taskId);
      // Somebody else still holds the database: one try says enough.
      if (this.#trouble instanceof StoreBusy) break;
    }
    this.#pause = stored > 0 ? firstPause : Math.min(2 * this.#pause, lastPause);
    if (this.#lines.size > 0) {
      this.#schedule();
      return;
    }
    this.#deps.log("info", "what had to wait is stored", { stored });
    this.#trouble = null;
    this.#pause = firstPause;
  }

  #schedule(): void {
    this.#cancel ??= this.#deps.clock.after(this.#pause, () => this.#again());
  }

  /** Answers how much of a task could be stored; what is left of its line waits on. */
  #drain(taskId: string): number {
    for (let stored = 0; ; ) {
      const line = this.#lines.get(taskId);
      const first = line?.waiting[0];
      if (line === undefined || first === undefined) {
        this.#tell(taskId);
        return stored;
      }
      try {
        first.attempt();
        this.#trouble = null;
        stored += 1;
      } catch (thrown) {
        if (thrown instanceof StoreTrouble) {
          this.#trouble = thrown;
          line.trouble = thrown;
          this.#tell(taskId);
          return stored;
        }
        first.drop(thrown);
      }
      this.#remove(taskId, first);
    }
  }
}

const ends = "the server ends";

function errorOf(why: unknown): Error {
  return why instanceof Error ? why : new Error(String(why));
}

/** What is wrong, and what the person can do about it. */
function advice(trouble: StoreTrouble): string {
  if (trouble instanceof StoreFull) {
    return "for room: the disk is full. Free some space, then it goes on by itself";
  }
  return trouble instanceof StoreBusy
    ? "for the database: another program holds it. Close that, then it goes on by itself"
    : "for the disk: the database cannot be written. Check the disk and its folder";
}
