import type { ChangedFile, Changes } from "../../../contract/changes.ts";
import type { ReviewComment } from "../../../contract/review.ts";
import type { Placed } from "../rows/threads.ts";
import type { Editors } from "./drafts.ts";

/** Where what was said stands: by the path of its file, and what is on the whole or on no file here. */
export interface Placing {
  readonly files: ReadonlyMap<string, readonly Placed[]>;
  readonly whole: readonly Placed[];
}

/** Deals out comments, which follow their lines, and what is being typed over the files shown. */
export function placeAll(
  changes: Changes,
  comments: readonly ReviewComment[],
  editors: Editors,
): Placing {
  const shown = new Set(changes.files.map(({ path }) => path));
  const files = new Map<string, Placed[]>();
  const whole: Placed[] = [];
  const put = (path: string | null, placed: Placed): void => {
    if (path === null || !shown.has(path)) whole.push({ ...placed, side: "new", line: null });
    else files.set(path, [...(files.get(path) ?? []), placed]);
  };
  for (const comment of [...comments].sort((a, b) => a.createdAt - b.createdAt)) {
    put(comment.path, placeOf(changes, comment));
  }
  for (const editor of editors.values()) {
    if (editor.commentId === null) put(editor.path, placeOf(changes, { ...editor, current: null }));
  }
  return { files, whole };
}

function placeOf(
  changes: Changes,
  { id, range, current, quote }: Pick<ReviewComment, "id" | "range" | "current" | "quote">,
): Placed {
  if (range === null) return { id, side: "new", line: null };
  if (isKnown(changes, range.side)) {
    return { id, side: range.side, line: (current ?? range).end };
  }
  // Another state has other numbers: there the words have to be the same, too.
  const text = quote.slice(quote.lastIndexOf("\n") + 1);
  return { id, side: range.side, line: range.end, text };
}

/** Whether numbers of a side mean the same lines in every comparison: as now, and as at the base. */
function isKnown(changes: Changes, side: "old" | "new"): boolean {
  return side === "new" ? changes.to.sha === null : changes.from.sha === changes.baseSha;
}

export interface Counts {
  readonly open: number;
  readonly drafts: number;
}

/** How many comments on a file still want something: sent ones that are open, and drafts. */
export function countsOf(
  comments: readonly ReviewComment[],
  file: Pick<ChangedFile, "path">,
): Counts {
  let [open, drafts] = [0, 0];
  for (const { path, state } of comments) {
    if (path !== file.path) continue;
    if (state === "draft") drafts += 1;
    else if (state !== "addressed") open += 1;
  }
  return { open, drafts };
}
