import { diffArrays } from "diff";
import type { LineRange, ReviewComment } from "../../../src/contract/review.ts";
import { linesOf, type StubRepo } from "./stub-repo.ts";

/** A comment with the text its lines were last found in. */
export interface Thread {
  comment: ReviewComment;
  readonly seen: string | null;
}

function textOf(repo: StubRepo, path: string, side: "old" | "new"): string | null {
  return (side === "old" ? repo.base : repo.now).get(path)?.text ?? null;
}

/** The lines a comment is made on, without signs. */
export function quoteOf(repo: StubRepo, path: string | null, range: LineRange | null): string {
  if (path === null || range === null) return "";
  const text = textOf(repo, path, range.side) ?? "";
  return linesOf(text)
    .slice(range.start - 1, range.end)
    .join("\n");
}

export function threadOf(repo: StubRepo, comment: ReviewComment): Thread {
  const { path, range } = comment;
  return { comment, seen: path === null || range === null ? null : textOf(repo, path, range.side) };
}

/**
 * What has become of a sent comment: it follows its lines, and is addressed once a run has changed
 * them (`run`), outdated when something else has.
 */
export function follow(repo: StubRepo, thread: Thread, run: string | null): Thread {
  const { comment, seen } = thread;
  const { path, range } = comment;
  if (path === null || range === null || seen === null) return thread;
  const text = textOf(repo, path, range.side);
  if (text === seen && comment.current !== null) return thread;
  const moved =
    text === null ? null : mapRange(linesOf(seen), linesOf(text), comment.current ?? range);
  const current = moved === null ? null : { side: range.side, ...moved };
  const there =
    current === null || text === null
      ? null
      : linesOf(text)
          .slice(current.start - 1, current.end)
          .join("\n");
  const kept = there === comment.quote;
  const state =
    comment.settled || comment.state === "draft"
      ? comment.state
      : kept
        ? "open"
        : run === null
          ? "outdated"
          : "addressed";
  return {
    seen: text,
    comment: {
      ...comment,
      state,
      current,
      currentText: kept ? null : there,
      addressedIn: state === "addressed" && !comment.settled ? run : comment.addressedIn,
      updatedAt: Date.now(),
    },
  };
}

/** Where lines have gone: unchanged ones keep their numbers' order, changed ones become what replaced them. */
function mapRange(
  before: readonly string[],
  after: readonly string[],
  { start, end }: { start: number; end: number },
): { start: number; end: number } | null {
  let [old, now] = [1, 1];
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  let gone: { from: number; to: number } | null = null;
  const take = (from: number, to: number): void => {
    first = Math.min(first, from);
    last = Math.max(last, to);
  };
  for (const part of diffArrays([...before], [...after])) {
    const count = part.value.length;
    if (part.removed) {
      gone = { from: old, to: old + count - 1 };
      old += count;
    } else if (part.added) {
      if (gone !== null && gone.from <= end && start <= gone.to) take(now, now + count - 1);
      gone = null;
      now += count;
    } else {
      gone = null;
      const from = Math.max(start, old);
      const to = Math.min(end, old + count - 1);
      if (from <= to) take(from - old + now, to - old + now);
      old += count;
      now += count;
    }
  }
  return last === 0 ? null : { start: first, end: last };
}
