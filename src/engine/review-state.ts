import type { LineRange, ReviewComment } from "../contract/review.ts";
import { type Found, follow } from "../domain/anchor.ts";
import type { CommentRecord, RunRecord } from "../store/types.ts";

/** What is known about the message that carried a comment. */
export interface Carried {
  /** It waits for the agent. */
  readonly queued: boolean;
  /** The run it became. */
  readonly run: RunRecord | null;
}

/** A message that was taken back from the queue carried nothing: its comments are drafts again. */
export function isSent(comment: CommentRecord, carried: Carried): boolean {
  return comment.messageId !== null && (carried.queued || carried.run !== null);
}

/** Where a comment's lines are in the file as it is now; null when it has no lines to follow. */
export function whereNow(comment: CommentRecord, file: readonly string[] | null): Found | null {
  if (comment.range === null || comment.range.side === "old") return null;
  if (comment.anchor === null || file === null) return { kind: "gone" };
  return follow(comment.anchor, file);
}

/** The comment as it is shown: its state follows from its lines, unless the person decided. */
export function toComment(
  comment: CommentRecord,
  carried: Carried,
  found: Found | null,
): ReviewComment {
  const addressedIn = addressedBy(comment, carried, found);
  return {
    id: comment.id,
    taskId: comment.taskId,
    path: comment.path,
    range: comment.range,
    quote: comment.quote,
    body: comment.body,
    state: stateOf(comment, carried, found, addressedIn),
    current: rangeNow(comment, found),
    currentText: found?.kind === "changed" ? found.text : null,
    settled: comment.settled !== null,
    sentIn: isSent(comment, carried) ? (carried.run?.id ?? null) : null,
    addressedIn,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    sentAt: isSent(comment, carried) ? comment.sentAt : null,
  };
}

/** The run that changed the lines: as noticed at its end, else the one that heard of them first. */
function addressedBy(comment: CommentRecord, carried: Carried, found: Found | null): string | null {
  if (found?.kind !== "changed") return null;
  return comment.addressedIn ?? (carried.run?.startedAt == null ? null : carried.run.id);
}

function stateOf(
  comment: CommentRecord,
  carried: Carried,
  found: Found | null,
  addressedIn: string | null,
): ReviewComment["state"] {
  if (!isSent(comment, carried)) return "draft";
  if (comment.settled === true) return "addressed";
  if (comment.settled === false) return "open";
  if (found === null || found.kind === "same") return "open";
  return addressedIn === null ? "outdated" : "addressed";
}

function rangeNow(comment: CommentRecord, found: Found | null): LineRange | null {
  if (found === null) return comment.range;
  if (found.kind === "same") return { side: "new", start: found.start, end: found.end };
  return found.kind === "changed" && found.range !== null ? { side: "new", ...found.range } : null;
}
