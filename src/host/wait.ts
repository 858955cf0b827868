import type { DirectoryWatches } from "./directory-watch.ts";

export interface WaitOptions {
  readonly watches: DirectoryWatches;
  /** The file whose change is a reason to look again. */
  readonly path: string;
  /** Looks at least this often besides; the watches themselves do so about once a second. */
  readonly pollMs?: number;
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks `look` until it answers something, at every sign of a change. Null when the time is over or
 * the signal came first. `look` is never asked twice at once.
 */
export async function waitUntil<T>(
  look: () => Promise<T | null>,
  options: WaitOptions,
): Promise<T | null> {
  const wait = new Wait(options);
  try {
    for (;;) {
      wait.stirred = false;
      const answer = await look();
      if (answer !== null) return answer;
      if (wait.over) return null;
      await wait.next();
    }
  } finally {
    wait.close();
  }
}

class Wait {
  stirred = false;
  over = false;
  #wake: () => void = () => undefined;
  readonly #closers: (() => void)[] = [];

  constructor({ watches, path, pollMs, limitMs, signal }: WaitOptions) {
    const stir = () => {
      this.stirred = true;
      this.#wake();
    };
    const end = () => {
      this.over = true;
      stir();
    };
    this.#closers.push(watches.subscribe(path, stir));
    if (pollMs !== undefined) {
      const timer = setInterval(stir, pollMs);
      this.#closers.push(() => clearInterval(timer));
    }
    if (limitMs !== undefined) {
      const timer = setTimeout(end, limitMs);
      this.#closers.push(() => clearTimeout(timer));
    }
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end);
    this.#closers.push(() => signal?.removeEventListener("abort", end));
  }

  async next(): Promise<void> {
    if (this.stirred) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    for (const close of this.#closers) close();
  }
}
