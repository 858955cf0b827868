import type { Store, StoreTrouble } from "../../src/store/types.ts";

/** A store whose transactions can be refused, as by a full disk; reads go on. */
export class FailingStore {
  /** What every transaction meets; null = it is taken. */
  trouble: StoreTrouble | null = null;
  /** Has each transaction that is taken be refused once before it. */
  firstRefused: StoreTrouble | null = null;
  #refused = 0;
  #last = false;
  readonly #looks = new Set<() => void>();

  /** The store as its user sees it. */
  readonly port = (store: Store): Store => ({
    ...store,
    transact: (work) => {
      const why = this.trouble ?? (this.#last ? null : this.firstRefused);
      this.#last = why !== null;
      if (why === null) return store.transact(work);
      this.#refused += 1;
      for (const look of [...this.#looks]) look();
      throw why;
    },
  });

  /** How many transactions were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Resolves when so many more transactions were refused. */
  async refuses(more: number): Promise<void> {
    const enough = this.#refused + more;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.#refused < enough) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }
}
