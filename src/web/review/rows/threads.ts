import type { DiffLine } from "../../diff/patch.ts";
import type { Gap } from "./gaps.ts";

/** A comment, sent or not, with the line below which it stands; `line` is null for the whole file. */
export interface Placed {
  readonly id: string;
  readonly side: "old" | "new";
  readonly line: number | null;
  /** What has to stand on that line for it to be the right one. */
  readonly text?: string;
}

/** Deals out what was said about a file, each thing once, from the first line to the last. */
export class Threads {
  readonly #left: Set<Placed>;
  readonly #byLine = new Map<string, Placed[]>();

  constructor(placed: readonly Placed[]) {
    this.#left = new Set(placed);
    for (const one of placed) {
      const key = `${one.side}${one.line}`;
      this.#byLine.set(key, [...(this.#byLine.get(key) ?? []), one]);
    }
  }

  #take(wanted: readonly Placed[]): readonly Placed[] {
    return wanted.filter((one) => this.#left.delete(one));
  }

  ofFile(): readonly Placed[] {
    return this.#take(this.#byLine.get("newnull") ?? []);
  }

  /** What stands below these two lines. */
  at(old: DiffLine | undefined, now: DiffLine | undefined): readonly Placed[] {
    if (this.#left.size === 0) return [];
    return this.#take([...this.#on("old", old?.old, old), ...this.#on("new", now?.now, now)]);
  }

  #on(side: string, number: number | null | undefined, line?: DiffLine): readonly Placed[] {
    const there = this.#byLine.get(`${side}${number ?? "-"}`) ?? [];
    const said = line?.text.replace(/\r$/, "");
    return there.filter(({ text }) => text === undefined || text === said);
  }

  /** What stands on lines that are hidden: it is shown where they are left out. */
  hidden({ from, to, shift }: Gap): readonly Placed[] {
    const last = to ?? Number.POSITIVE_INFINITY;
    const inside = ({ side, line, text }: Placed): boolean => {
      if (text !== undefined) return false;
      const now = line === null ? Number.NaN : side === "new" ? line : line - shift;
      return from <= now && now <= last;
    };
    return this.#take([...this.#left].filter(inside));
  }

  /** What has found no place: its lines are not part of what is compared. */
  rest(): readonly Placed[] {
    return this.#take([...this.#left]);
  }
}
