/** Named gates a script waits at until the test opens them; an open gate stays open. */
export class Gates {
  readonly #open = new Set<string>();
  readonly #waiting = new Map<string, Set<() => void>>();

  open(name: string): void {
    this.#open.add(name);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const go of waiting ?? []) go();
  }

  openAll(): void {
    for (const name of [...this.#waiting.keys()]) this.open(name);
  }

  passed(name: string): Promise<void> {
    if (this.#open.has(name)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      waiting.add(resolve);
      this.#waiting.set(name, waiting);
    });
  }
}
