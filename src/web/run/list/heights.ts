/** What a list can tell rows apart by. */
export interface Keyed {
  readonly key: string;
}

/** So many heights of rows that are gone may be kept; they may come back. */
const spare = 2000;

/**
 * How high the rows of a list are and where each begins, in px. A height is measured once a row was
 * drawn and kept by the row's key; until then it is a guess. Appending costs what is appended.
 */
export class Heights {
  readonly #guess: number;
  readonly #known = new Map<string, number>();
  #rows: readonly Keyed[] = [];
  /** Where each row begins, and at the end where the last one ends; right up to `#settled`. */
  readonly #tops: number[] = [0];
  #settled = 0;

  constructor(guess: number) {
    this.#guess = guess;
  }

  get count(): number {
    return this.#rows.length;
  }

  get total(): number {
    return this.top(this.#rows.length);
  }

  /** Takes the rows as they are now; answers the first index at which they differ from before. */
  take(rows: readonly Keyed[]): number {
    const before = this.#rows;
    const common = Math.min(before.length, rows.length);
    let same = 0;
    while (same < common && before[same]?.key === rows[same]?.key) same += 1;
    this.#rows = rows;
    this.#settled = Math.min(this.#settled, same);
    this.#tops.length = this.#settled + 1;
    if (this.#known.size > rows.length + spare) this.#forget();
    return same;
  }

  key(index: number): string | null {
    return this.#rows[index]?.key ?? null;
  }

  indexOf(key: string): number {
    return this.#rows.findIndex((row) => row.key === key);
  }

  isKnown(key: string): boolean {
    return this.#known.has(key);
  }

  /** Takes the measured height of a row; true when that is news. */
  set(index: number, height: number): boolean {
    const key = this.key(index);
    if (key === null || this.#known.get(key) === height) return false;
    this.#known.set(key, height);
    this.#settled = Math.min(this.#settled, index);
    this.#tops.length = this.#settled + 1;
    return true;
  }

  /** Where a row begins; behind the last row, where that ends. */
  top(index: number): number {
    const wanted = Math.max(0, Math.min(index, this.#rows.length));
    let y = this.#tops[this.#settled] ?? 0;
    for (; this.#settled < wanted; this.#settled += 1) {
      const key = this.#rows[this.#settled]?.key ?? "";
      y += this.#known.get(key) ?? this.#guess;
      this.#tops[this.#settled + 1] = y;
    }
    return this.#tops[wanted] ?? 0;
  }

  /** The row at a height: the last one that begins there or above. */
  at(y: number): number {
    this.top(this.#rows.length);
    let [low, high] = [0, Math.max(0, this.#rows.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #forget(): void {
    const here = new Set(this.#rows.map(({ key }) => key));
    for (const key of this.#known.keys()) if (!here.has(key)) this.#known.delete(key);
  }
}
