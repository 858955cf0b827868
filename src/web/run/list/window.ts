import { Heights, type Keyed } from "./heights.ts";

/** The rows that are drawn, from `first` to before `end`. */
export interface Drawn {
  readonly first: number;
  readonly end: number;
}

/** A place that stays the same when what stands above it grows or shrinks. */
interface Anchor {
  readonly key: string;
  /** How far below the top of its row the upper edge of the view is, in px; mostly negative. */
  readonly below: number;
}

/** What a list needs of the element that scrolls it. */
export interface View {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** How high the view is thought to be until it is known, in px. */
const firstHeight = 1000;
/** What is drawn above and below the view when it is drawn anew, in px. */
const ahead = 400;
/** With less than this above or below the view it is drawn anew, in px. */
const least = 100;
/** Half a pixel is no reason to scroll: browsers round. */
const slight = 0.5;

/**
 * Which rows of a list are drawn, and where the reader is. They are at the end, which is then kept in
 * view, or at a row and a distance from its top: whatever grows or shrinks around it, and whatever
 * comes in front, that row stays where it is.
 */
export class ListWindow {
  readonly heights: Heights;
  #view: View | null = null;
  #height = firstHeight;
  /** Where the view was last known to be, so that nobody has to ask and force a layout. */
  #offset = 0;
  #anchor: Anchor | null = null;
  #drawn: Drawn = { first: 0, end: 0 };

  constructor(guess: number) {
    this.heights = new Heights(guess);
  }

  get offset(): number {
    return this.#offset;
  }

  get height(): number {
    return this.#height;
  }

  get drawn(): Drawn {
    return this.#drawn;
  }

  attach(view: View | null): void {
    this.#view = view;
    if (view !== null && view.clientHeight > 0) this.#height = view.clientHeight;
  }

  /** Takes the rows as they are now, before they are drawn. */
  take(rows: readonly Keyed[], before: readonly Keyed[]): void {
    if (rows === before) return;
    const anchor = this.hold();
    this.heights.take(rows);
    if (anchor === null || this.heights.indexOf(anchor.key) >= 0) return;
    // Its row is gone, into a group perhaps: one beside it that is still there does as well.
    this.#anchor = this.#neighbour(anchor, before);
  }

  /** Says what is to be drawn; `follows` when the reader is at the end. */
  draw(follows: boolean): Drawn {
    const { heights } = this;
    const count = heights.count;
    if (follows) {
      const first = heights.at(heights.total - this.#height - least);
      this.#drawn = { first, end: count };
    } else {
      const offset = this.#wanted();
      const end = heights.at(offset + this.#height + ahead) + 1;
      this.#drawn = { first: heights.at(offset - ahead), end: Math.min(count, end) };
    }
    return this.#drawn;
  }

  /** Takes the measured height of a drawn row; true when that is news. */
  measure(key: string, height: number): boolean {
    const { first, end } = this.#drawn;
    for (let index = end - 1; index >= first; index -= 1) {
      if (this.heights.key(index) === key) return this.heights.set(index, height);
    }
    return false;
  }

  /** Puts the view where the reader is; true when more has to be drawn to fill it. */
  settle(follows: boolean): boolean {
    const view = this.#view;
    if (view === null) return false;
    if (follows) {
      view.scrollTop = view.scrollHeight;
      this.#offset = view.scrollTop;
      this.#anchor = null;
    } else {
      this.#restore(view);
    }
    return !this.#covers(0);
  }

  /** Keeps in mind which row the reader sees, before anything changes. */
  hold(): Anchor | null {
    this.#anchor ??= this.#anchorAt(this.#offset);
    return this.#anchor;
  }

  /** The view was scrolled, by us or by the reader; true when that was the reader. */
  scrolled(): boolean {
    const offset = this.#view?.scrollTop ?? 0;
    if (offset === this.#offset) return false;
    this.#offset = offset;
    this.#anchor = this.#anchorAt(offset);
    return true;
  }

  /** Whether what is drawn does for now: "no" when the reader would see nothing. */
  enough(): "yes" | "soon" | "no" {
    if (!this.#covers(0)) return "no";
    return this.#covers(least) ? "yes" : "soon";
  }

  /** The reader wants to be `below` px below the top of a row. */
  goTo(index: number, below: number): void {
    const key = this.heights.key(index);
    if (key !== null) this.#anchor = { key, below };
  }

  #wanted(): number {
    const anchor = this.#anchor;
    if (anchor === null) return this.#offset;
    const index = this.heights.indexOf(anchor.key);
    const y = index < 0 ? this.#offset : this.heights.top(index) + anchor.below;
    return Math.max(0, y);
  }

  #restore(view: View): void {
    const now = view.scrollTop;
    // What became shorter has moved the view by itself; else a wheel may be turning.
    const cut = now < this.#offset && now + view.clientHeight > view.scrollHeight - 1;
    if (cut) this.#offset = now;
    const wanted = this.#wanted();
    if (Math.abs(wanted - this.#offset) < slight) return;
    view.scrollTop = now + wanted - this.#offset;
    this.#offset = view.scrollTop;
    // There is no place so far down: the reader is at the end.
    if (wanted - this.#offset > 1) this.#anchor = this.#anchorAt(this.#offset);
  }

  #covers(more: number): boolean {
    const { heights, drawn } = this;
    const top = this.#offset - more;
    const bottom = this.#offset + this.#height + more;
    const above = drawn.first === 0 || heights.top(drawn.first) <= top;
    return above && (drawn.end === heights.count || heights.top(drawn.end) >= bottom);
  }

  /** The first row that begins in the view; one that is higher than the view begins above it. */
  #anchorAt(offset: number): Anchor | null {
    const { heights } = this;
    const at = heights.at(offset);
    const next = heights.top(at) >= offset ? at : at + 1;
    const index = next < heights.count && heights.top(next) < offset + this.#height ? next : at;
    const key = heights.key(index);
    return key === null ? null : { key, below: offset - heights.top(index) };
  }

  #neighbour(anchor: Anchor, before: readonly Keyed[]): Anchor | null {
    const here = new Set<string>();
    for (let index = 0; index < this.heights.count; index += 1) {
      here.add(this.heights.key(index) ?? "");
    }
    const at = before.findIndex(({ key }) => key === anchor.key);
    const found =
      before.slice(at).find(({ key }) => here.has(key)) ??
      before.slice(0, Math.max(0, at)).findLast(({ key }) => here.has(key));
    return found === undefined ? null : { key: found.key, below: anchor.below };
  }
}
