import type { Clock } from "../driver.ts";

/** Lets code wait for what a stream says, instead of for time to pass. */
export class Facts {
  readonly #clock: Clock;
  readonly #looks = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something is known that was not known before. */
  changed(): void {
    for (const look of [...this.#looks]) look();
  }

  /** The first answer of `look` that is not null, or null after `limitMs`. */
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
      const cancel = this.#clock.after(limitMs, () => settle(null));
      this.#looks.add(again);
    });
  }
}
