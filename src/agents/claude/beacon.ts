import type { Clock } from "../driver.ts";

/** Lets code wait until something it can look at has come true, instead of for a time. */
export class Beacon {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.stir(), { once: true });
  }

  /** Says that something may have changed. */
  stir(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** True once `fact` holds; false after `ms`, or when the session is let go of. */
  until(fact: () => boolean, ms: number): Promise<boolean> {
    if (fact()) return Promise.resolve(true);
    if (this.#signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (held: boolean) => {
        this.#waiting.delete(look);
        cancel();
        resolve(held);
      };
      const look = () => {
        if (fact()) end(true);
        else if (this.#signal.aborted) end(false);
      };
      const cancel = this.#clock.after(ms, () => end(fact()));
      this.#waiting.add(look);
    });
  }

  /** Resolves after `ms`, or when the session is let go of. */
  async pause(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }
}
