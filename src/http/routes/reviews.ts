import { z } from "zod";
import { Ulid } from "../../contract/primitives.ts";
import {
  CreateCommentBody,
  PatchCommentBody,
  PutViewedBody,
  Review,
  ReviewComment,
  SendReviewBody,
  ViewedFile,
} from "../../contract/review.ts";
import { Run } from "../../contract/run.ts";
import { QueuedMessage } from "../../contract/task.ts";
import { endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Deleted, TaskParams } from "../schemas.ts";

const CommentParams = TaskParams.extend({ commentId: Ulid });
const One = z.object({ comment: ReviewComment });

export const reviewEndpoints = {
  taskReview: endpoint({
    params: TaskParams,
    answer: z.object({ review: Review }),
    handle: async ({ params, context }) => read(await context.engine.reviews.read(params.id)),
  }),
  createComment: endpoint({
    params: TaskParams,
    body: CreateCommentBody,
    status: 201,
    answer: One,
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.reviews.comment(params.id, body, meta)),
  }),
  patchComment: endpoint({
    params: CommentParams,
    body: PatchCommentBody,
    answer: One,
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.reviews.patch(params.id, params.commentId, body, meta)),
  }),
  removeComment: endpoint({
    params: CommentParams,
    answer: Deleted,
    handle: ({ params, meta, context }) =>
      answer(context.engine.reviews.remove(params.id, params.commentId, meta)),
  }),
  sendReview: endpoint({
    params: TaskParams,
    body: SendReviewBody,
    status: 202,
    answer: z.union([z.object({ run: Run }), z.object({ queued: QueuedMessage })]),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.reviews.send(params.id, body, meta)),
  }),
  putViewed: endpoint({
    params: TaskParams,
    body: PutViewedBody,
    answer: z.object({ viewed: z.array(ViewedFile) }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.reviews.markViewed(params.id, body, meta)),
  }),
};
