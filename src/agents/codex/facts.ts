import type { Clock } from "../driver.ts";

/** Lets code wait for what a stream says, instead of for time to pass. */
export class Facts {
  readonly #clock: Clock;
  readonly #held: () => boolean;
  readonly #looks = new Set<() => void>();

  /** `held`: what was read cannot be stored now (see `SessionIo.held`). */
  constructor(clock: Clock, held: () => boolean = () => false) {
    this.#clock = clock;
    this.#held = held;
  }

  /** Something is known that was not known before. */
  changed(): void {
    for (const look of [...this.#looks]) look();
  }

  /**
   * The first answer of `look` that is not null, or null after `limitMs`. While what was read is held,
   * an answer may only not be known yet: the limit begins anew after that.
   */
  until<T>(look: () => T | null, limitMs: number): Promise<T | null> {
    return new Promise((resolve) => {
      const now = look();
      if (now !== null) {
        resolve(now);
        return;
      }
      const settle = (answer: T | null): void => {
        this.#looks.delete(again);
        cancel();
        resolve(answer);
      };
      const again = (): void => {
        const answer = look();
        if (answer !== null) settle(answer);
      };
      const over = (): void => {
        if (this.#held()) cancel = this.#clock.after(limitMs, over);
        else settle(null);
      };
      let cancel = this.#clock.after(limitMs, over);
      this.#looks.add(again);
    });
  }
}
