import { firstFrom, placeOf, type Spot } from "../rows/cursor.ts";
import { lineAt } from "../rows/rows.ts";
import { anchorAt, blockAt, headerHeight, type Stack } from "../rows/stack.ts";

/** What is seen of the stack, in px from its top. */
export interface Seen {
  readonly top: number;
  readonly height: number;
}

/** The first line that is wholly seen. */
export function firstSeen(stack: Stack, seen: Seen): Spot | null {
  const top = seen.top + headerHeight;
  const block = blockAt(stack, top);
  const file = stack.blocks[block];
  if (file === undefined) return null;
  const inside = top - (stack.tops[block] ?? 0);
  const row = file.offsets.findIndex((offset) => offset >= inside);
  return firstFrom(stack, { block, row: row < 0 ? file.rows.length : row }, "new");
}

/** From where the next hunk is looked for: the cursor while it is seen, else the top of what is seen. */
export function startOfSearch(
  stack: Stack,
  seen: Seen,
  cursor: Spot | null,
  by: 1 | -1,
): { readonly block: number; readonly row: number } | null {
  const place = cursor === null ? null : placeOf(stack, cursor);
  if (place !== null) {
    const y = yOfRow(stack, place);
    if (y >= seen.top && y <= seen.top + seen.height) return place;
  }
  const top = seen.top + headerHeight;
  const anchor = anchorAt(stack, top);
  if (anchor === null) return null;
  if (anchor.key === null) return { block: blockAt(stack, top), row: by === 1 ? -1 : 0 };
  const found = placeOf(stack, { path: anchor.path, key: anchor.key, side: "new" });
  // The row at the top may itself be where the hunk begins.
  return found === null || by === -1 ? found : { ...found, row: found.row - 1 };
}

/** The top of a row, in px from the top of all. */
export function yOfRow(stack: Stack, { block, row }: { block: number; row: number }): number {
  return (stack.tops[block] ?? 0) + (stack.blocks[block]?.offsets[row] ?? 0);
}

const words = { add: "added", del: "removed", same: "", note: "" } as const;

/** What a line is to the ear: "Line 42, added: const a = 1". */
export function spoken(stack: Stack, spot: Spot): string {
  const place = placeOf(stack, spot);
  const row = place === null ? undefined : stack.blocks[place.block]?.rows[place.row];
  const line = row === undefined ? null : (lineAt(row, spot.side) ?? lineAt(row, "old"));
  if (line === null) return "";
  const word = words[line.sort];
  const text = line.text.trim();
  return `Line ${line.now ?? line.old}${word === "" ? "" : `, ${word}`}: ${text === "" ? "empty" : text}`;
}
