import type { Clock } from "../driver.ts";

/** Lets code wait until something it can look at has come true, instead of for a time. */
export class Beacon {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #held: () => boolean;
  readonly #waiting = new Set<() => void>();

  /** `held`: what was read cannot be stored now (see `SessionIo.held`). */
  constructor(clock: Clock, signal: AbortSignal, held: () => boolean = () => false) {
    this.#clock = clock;
    this.#signal = signal;
    this.#held = held;
    signal.addEventListener("abort", () => this.stir(), { once: true });
  }

  /** Says that something may have changed. */
  stir(): void {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * True once `fact` holds; false after `ms`, or when the session is let go of. While what was read is
   * held, a fact may only not be known yet: the limit begins anew after that.
   */
  until(fact: () => boolean, ms: number): Promise<boolean> {
    return this.#until(fact, ms, this.#held);
  }

  #until(fact: () => boolean, ms: number, held: () => boolean): Promise<boolean> {
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
      const over = (): void => {
        if (held() && !this.#signal.aborted) cancel = this.#clock.after(ms, over);
        else end(fact());
      };
      let cancel = this.#clock.after(ms, over);
      this.#waiting.add(look);
    });
  }

  /** Resolves after `ms`, or when the session is let go of. */
  async pause(ms: number): Promise<void> {
    await this.#until(
      () => false,
      ms,
      () => false,
    );
  }
}
