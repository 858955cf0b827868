import type {
  ChangedFile,
  ChangeQuery,
  Changes,
  Checkpoint,
  FileLines,
  RevertBody,
  TaskCommit,
} from "../../contract/changes.ts";
import type {
  CreateCommentBody,
  PatchCommentBody,
  PutViewedBody,
  Review,
  ReviewComment,
  SendReviewBody,
  ViewedFile,
} from "../../contract/review.ts";
import type { Run } from "../../contract/run.ts";
import type { QueuedMessage } from "../../contract/task.ts";

type OfFile = { readonly path: string };
type OfLines = OfFile & {
  readonly side: "old" | "new";
  readonly start: number;
  readonly end: number;
};

/** What is asked to read changes, to talk about them and to take them back. */
export interface ReviewCalls {
  "GET /tasks/:id/changes": { query: ChangeQuery; answer: { changes: Changes } };
  "GET /tasks/:id/changes/file": { query: ChangeQuery & OfFile; answer: { file: ChangedFile } };
  "GET /tasks/:id/changes/lines": { query: ChangeQuery & OfLines; answer: { lines: FileLines } };
  "GET /tasks/:id/commits": { answer: { commits: readonly TaskCommit[] } };
  "POST /tasks/:id/reviewed": { body: Record<string, never>; answer: { reviewedAt: number } };
  "GET /tasks/:id/review": { answer: { review: Review } };
  "POST /tasks/:id/comments": { body: CreateCommentBody; answer: { comment: ReviewComment } };
  "PATCH /tasks/:id/comments/:commentId": {
    body: PatchCommentBody;
    answer: { comment: ReviewComment };
  };
  "DELETE /tasks/:id/comments/:commentId": { answer: { deleted: true } };
  "POST /tasks/:id/review/send": {
    body: SendReviewBody;
    answer: { run?: Run; queued?: QueuedMessage };
  };
  "PUT /tasks/:id/viewed": { body: PutViewedBody; answer: { viewed: readonly ViewedFile[] } };
}

/** What is asked to take changes back. */
export interface TakeBackCalls {
  "POST /tasks/:id/changes/revert": { body: RevertBody; answer: { checkpoint: Checkpoint } };
  "POST /tasks/:id/checkpoints/:checkpointId/restore": {
    body: Record<string, never>;
    answer: { checkpoint: Checkpoint };
  };
}

/** Calls that answer bytes instead of JSON, by the query they take. */
export interface ByteCalls {
  "GET /tasks/:id/changes/content": ChangeQuery & OfFile & { readonly side: "old" | "new" };
  "GET /attachments/:id": Record<never, never>;
  "GET /doctor/report": Record<never, never>;
  /** Without a path of everything. */
  "GET /tasks/:id/changes/patch": ChangeQuery & { readonly path?: readonly string[] };
}
