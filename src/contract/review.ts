import { z } from "zod";
import { Millis, Ulid } from "./primitives.ts";

/** Lines of one side of a file, 1-based and inclusive. */
export const LineRange = z.object({
  side: z.enum(["old", "new"]),
  start: z.number().int().min(1),
  end: z.number().int().min(1),
});
export type LineRange = z.infer<typeof LineRange>;

/**
 * A remark of the person on the work. A draft until it is sent; then a thread that follows its
 * lines. `state` is computed from the files as they are now, unless the person settled it.
 */
export const ReviewComment = z.object({
  id: Ulid,
  taskId: Ulid,
  /** Null = on the whole. */
  path: z.string().nullable(),
  /** Null = on the file, or the whole. */
  range: LineRange.nullable(),
  /** The lines as they were when the comment was made, without their `+`, `-` or blank. */
  quote: z.string(),
  body: z.string(),
  /**
   * - `draft`: not sent yet
   * - `open`: sent, and its lines are as they were
   * - `addressed`: its lines were changed by a run after it was sent, or the person settled it
   * - `outdated`: its lines were changed otherwise, or are no longer there
   */
  state: z.enum(["draft", "open", "addressed", "outdated"]),
  /** Where its lines are now; null when they are gone or it has none. */
  current: LineRange.nullable(),
  /** What stands there now when that differs from the quote. */
  currentText: z.string().nullable(),
  /** True when the person settled or reopened it by hand. */
  settled: z.boolean(),
  /** The run whose prompt carried it, and the run that changed its lines. */
  sentIn: Ulid.nullable(),
  addressedIn: Ulid.nullable(),
  createdAt: Millis,
  updatedAt: Millis,
  sentAt: Millis.nullable(),
});
export type ReviewComment = z.infer<typeof ReviewComment>;

export const CreateCommentBody = z.strictObject({
  path: z.string().min(1).max(4096).nullish(),
  range: LineRange.nullish(),
  /** The lines as the person sees them; read from the file as it is now when not given (new side). */
  quote: z.string().max(200_000).optional(),
  body: z.string().min(1).max(50_000),
  id: Ulid.optional(),
});
export type CreateCommentBody = z.infer<typeof CreateCommentBody>;

export const PatchCommentBody = z.strictObject({
  body: z.string().min(1).max(50_000).optional(),
  /** true settles a sent comment, false reopens it. */
  settled: z.boolean().optional(),
});
export type PatchCommentBody = z.infer<typeof PatchCommentBody>;

/** Sends drafts to the agent as one message. */
export const SendReviewBody = z.strictObject({
  /** All drafts of the task when not given. */
  comments: z.array(Ulid).min(1).max(500).optional(),
  /** Words before the comments. */
  text: z.string().max(50_000).optional(),
});
export type SendReviewBody = z.infer<typeof SendReviewBody>;

/** A file the person has looked at, by the id of the change they saw (`ChangedFile.id`). */
export const ViewedFile = z.object({ path: z.string(), id: z.string(), at: Millis });
export type ViewedFile = z.infer<typeof ViewedFile>;

export const PutViewedBody = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(4096),
        /** Null takes the mark away. */
        id: z.string().min(1).max(200).nullable(),
      }),
    )
    .min(1)
    .max(1_000),
});
export type PutViewedBody = z.infer<typeof PutViewedBody>;

/** What the person has made of a task's changes so far. */
export const Review = z.object({
  comments: z.array(ReviewComment),
  viewed: z.array(ViewedFile),
  /** When the person last marked all as reviewed; the `review` scope begins there. */
  reviewedAt: Millis.nullable(),
});
export type Review = z.infer<typeof Review>;
