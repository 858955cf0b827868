/** A request that waits for so long makes one ask whether anybody is there, in ms. */
export const slowAfter = 3_000;
/** What anybody who is there answers within this, in ms. */
const probeWithin = 3_000;

/** Time and the server, so tests need not wait. */
export interface Outside {
  now(): number;
  /** Answers how to cancel it. */
  after(ms: number, run: () => void): () => void;
  /** Whether the server answers anything at all within `ms`. Never rejects. */
  probe(ms: number): Promise<boolean>;
}

/**
 * Notices a server that takes requests and answers none. A request may take long for good reasons,
 * so a slow one is no proof: one that costs nothing is sent after it, again and again as long as it
 * waits.
 */
export class Waiting {
  readonly #outside: Outside;
  readonly #tell: (silentSince: number | null) => void;
  readonly #open = new Set<object>();
  #silentSince: number | null = null;
  #asking = false;

  /** `tell` hears since when nothing was answered, in epoch milliseconds; null when it is again. */
  constructor(outside: Outside, tell: (silentSince: number | null) => void) {
    this.#outside = outside;
    this.#tell = tell;
  }

  /** A request goes out; the answer says that it is over, and whether the server answered it. */
  readonly begin = (): ((answered: boolean) => void) => {
    const request = {};
    const began = this.#outside.now();
    this.#open.add(request);
    const cancel = this.#outside.after(slowAfter, () => this.#ask(began));
    return (answered) => {
      cancel();
      this.#open.delete(request);
      if (answered) this.#say(null);
    };
  };

  #ask(since: number): void {
    if (this.#asking) return;
    this.#asking = true;
    // It never rejects, and a failed probe is an answer.
    this.#outside.probe(probeWithin).then(
      (there) => {
        this.#asking = false;
        const waits = this.#open.size > 0;
        this.#say(there || !waits ? null : since);
        if (waits) this.#outside.after(slowAfter, () => this.#again(there ? null : since));
      },
      this.#say.bind(this, null),
    );
  }

  #again(since: number | null): void {
    if (this.#open.size > 0) this.#ask(since ?? this.#outside.now());
    else this.#say(null);
  }

  #say(silentSince: number | null): void {
    if (silentSince === this.#silentSince) return;
    this.#silentSince = silentSince;
    this.#tell(silentSince);
  }
}
