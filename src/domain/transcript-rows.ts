import type { Interaction } from "../contract/interaction.ts";
import type { Item, ToolItem } from "./transcript.ts";

/** How much of the transcript is shown. */
export type Detail = "summary" | "normal" | "verbose";

/** One line or block of the list that is drawn. The same row is the same object while it is equal. */
export type Row =
  | {
      readonly kind: "item";
      readonly key: string;
      readonly depth: number;
      readonly item: Item;
      readonly open: boolean;
    }
  | {
      readonly kind: "group";
      readonly key: string;
      readonly depth: number;
      readonly items: readonly Item[];
      readonly open: boolean;
    };

export interface RowOptions {
  readonly detail: Detail;
  /** What the person opened or closed; everything else is as `detail` has it. */
  readonly toggled: ReadonlyMap<string, boolean>;
}

/**
 * The rows of a fold. Only what follows the first changed item is made anew, so that appending to a
 * long transcript costs as much as what is appended.
 */
export class TranscriptRows {
  #rows: Row[] = [];
  /** For each item: how many rows stand before it, and the first item of its group. */
  #marks: { rows: number; from: number }[] = [];
  #known = new Map<string, Row>();
  #options: RowOptions | null = null;

  /** `dirty` is the index of the first item that changed since the last call. */
  update(items: readonly (Item | null)[], dirty: number, options: RowOptions): readonly Row[] {
    const same = this.#options?.detail === options.detail;
    const kept = same && this.#options?.toggled === options.toggled;
    if (!same) this.#known.clear();
    this.#options = options;
    let from = Math.min(kept ? dirty : 0, this.#marks.length, items.length);
    // The item before may be the start of a group that goes on.
    if (from > 0) from = this.#marks[from - 1]?.from ?? 0;
    this.#rows.length = this.#marks[from]?.rows ?? (from === 0 ? 0 : this.#rows.length);
    this.#marks.length = from;
    this.#walk(items, from, 0, (index, first) => {
      this.#marks[index] = { rows: this.#rows.length, from: first };
    });
    return this.#rows;
  }

  #walk(
    items: readonly (Item | null)[],
    start: number,
    depth: number,
    mark: ((index: number, first: number) => void) | null,
  ): void {
    let index = start;
    while (index < items.length) {
      const item = items[index] ?? null;
      const sort = item === null ? "hidden" : this.#sort(item);
      if (item === null || sort === "hidden") {
        mark?.(index, index);
        index += 1;
        continue;
      }
      if (sort === "single") {
        mark?.(index, index);
        this.#one(item, depth);
        index += 1;
        continue;
      }
      const first = index;
      const group: Item[] = [];
      for (; index < items.length; index += 1) {
        const next = items[index] ?? null;
        const kind = next === null ? "hidden" : this.#sort(next);
        if (kind === "single") break;
        mark?.(index, first);
        if (next !== null && kind === "grouped") group.push(next);
      }
      this.#group(group, depth);
    }
  }

  #sort(item: Item): "single" | "grouped" | "hidden" {
    const detail = this.#options?.detail ?? "normal";
    if (item.kind === "usage" || item.kind === "session") {
      return detail === "verbose" ? "single" : "hidden";
    }
    if (detail === "verbose") return "single";
    if (detail === "normal") {
      return item.kind === "tool" && isLook(item) ? "grouped" : "single";
    }
    if (item.kind === "notice") return item.notice.level === "info" ? "hidden" : "single";
    return work.has(item.kind) ? "grouped" : "single";
  }

  #one(item: Item, depth: number): void {
    const row = this.#item(item, depth);
    this.#rows.push(row);
    if (row.open && item.kind === "agent") this.#walk(item.lane.items, 0, depth + 1, null);
  }

  #group(items: readonly Item[], depth: number): void {
    const [first] = items;
    if (first === undefined) return;
    if (items.length === 1 && this.#options?.detail !== "summary") {
      this.#one(first, depth);
      return;
    }
    const key = `g${first.key}`;
    const open = this.#options?.toggled.get(key) ?? false;
    const known = this.#known.get(key);
    const reuse =
      known?.kind === "group" &&
      known.depth === depth &&
      known.open === open &&
      equal(known.items, items);
    const row: Row = reuse ? known : { kind: "group", key, depth, items, open };
    this.#known.set(key, row);
    this.#rows.push(row);
    if (open) for (const item of items) this.#one(item, depth + 1);
  }

  #item(item: Item, depth: number): Row {
    const options = this.#options;
    const open = options?.toggled.get(item.key) ?? isOpen(item, options?.detail ?? "normal");
    const known = this.#known.get(item.key);
    if (known?.kind === "item" && known.item === item) {
      if (known.open === open && known.depth === depth) return known;
    }
    const row: Row = { kind: "item", key: item.key, depth, item, open };
    this.#known.set(item.key, row);
    return row;
  }
}

/** What a summary folds into one sentence. */
const work: ReadonlySet<Item["kind"]> = new Set([
  "tool",
  "thinking",
  "todos",
  "agent",
  "files",
  "raw",
]);

/** Looking around: many of them in a row say no more than their number. */
function isLook(item: ToolItem): boolean {
  return (
    (item.tool === "read" || item.tool === "search") &&
    item.status !== "denied" &&
    item.approval === null
  );
}

/** Whether an item is open when the person did not say. */
function isOpen(item: Item, detail: Detail): boolean {
  if (item.kind === "plan") return true;
  // The one that waits stands in the dock; the one that was sent back is history.
  if (item.kind === "ask" && item.ask.kind === "plan_approval") return isApproved(item.ask);
  if (detail === "summary" || item.kind === "raw") return false;
  if (detail === "verbose") return item.kind !== "agent";
  if (item.kind !== "tool") return false;
  if (item.tool === "edit") return (item.diff?.length ?? 0) > 0 && item.diff?.[0]?.kind !== "add";
  return item.tool === "execute" && item.status === "failed";
}

function isApproved({ state, answer }: Interaction): boolean {
  return state === "answered" && answer?.kind === "plan_approval" && answer.choice !== "reject";
}

function equal(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
