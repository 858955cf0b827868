import { z } from "zod";
import { Checkpoint, CommitBody, RevertBody } from "../../contract/changes.ts";
import {
  HookCommit,
  Landing,
  MergeBody,
  MergeWay,
  PullRequest,
  PullRequestBody,
  PushBody,
  Suggestion,
} from "../../contract/landing.ts";
import { Ulid } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { TaskParams } from "../schemas.ts";

/** Taking work back, committing it, and bringing it to its base. */
export const landingEndpoints = {
  revertChanges: endpoint({
    params: TaskParams,
    body: RevertBody,
    answer: z.object({ checkpoint: Checkpoint }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.landing.revert(params.id, body, meta)),
  }),
  commitTask: endpoint({
    params: TaskParams,
    body: CommitBody,
    answer: z.object({ commit: z.object({ sha: z.string(), subject: z.string() }) }),
    handle: ({ params, body, meta, context, peer }) => {
      // Hooks may take ten minutes in which no byte goes either way.
      if (body.hooks === true) peer.idle(0);
      return answer(context.engine.landing.commit(params.id, body, meta));
    },
  }),
  stopCommit: endpoint({
    params: TaskParams,
    answer: z.object({ hookCommit: HookCommit }),
    handle: ({ params, meta, context }) =>
      answer(context.engine.landing.stopCommit(params.id, meta)),
  }),
  taskSuggestions: endpoint({
    params: TaskParams,
    answer: z.object({
      commit: Suggestion,
      merge: Suggestion,
      pullRequest: Suggestion,
      askToCommit: z.string(),
      askToResolve: z.string().nullable(),
    }),
    handle: async ({ params, context }) =>
      read(await context.engine.landing.suggestions(params.id)),
  }),
  taskLanding: endpoint({
    params: TaskParams,
    answer: z.object({ landing: Landing }),
    handle: async ({ params, context }) => read(await context.engine.landing.state(params.id)),
  }),
  mergeTask: endpoint({
    params: TaskParams,
    body: MergeBody,
    answer: z.object({
      landed: z.object({ sha: z.string(), base: z.string(), how: MergeWay }),
      after: z.enum(["keep", "archive", "delete"]),
      checkpoint: Checkpoint,
    }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.landing.merge(params.id, body, meta)),
  }),
  rebaseTask: endpoint({
    params: TaskParams,
    answer: z.object({ headSha: z.string(), checkpoint: Checkpoint }),
    handle: ({ params, meta, context }) => answer(context.engine.landing.rebase(params.id, meta)),
  }),
  pushTask: endpoint({
    params: TaskParams,
    body: PushBody,
    answer: Landing.pick({ remote: true }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.landing.push(params.id, body, meta)),
  }),
  createPullRequest: endpoint({
    params: TaskParams,
    body: PullRequestBody,
    status: 201,
    answer: z.object({ pullRequest: PullRequest }),
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.landing.pullRequest(params.id, body, meta)),
  }),
  refreshPullRequest: endpoint({
    params: TaskParams,
    answer: z.object({ pullRequest: PullRequest.nullable() }),
    handle: ({ params, meta, context }) =>
      answer(context.engine.landing.refreshPullRequest(params.id, meta)),
  }),
  listCheckpoints: endpoint({
    params: TaskParams,
    answer: z.object({ checkpoints: z.array(Checkpoint) }),
    handle: async ({ params, context }) =>
      read(await context.engine.landing.checkpoints(params.id)),
  }),
  restoreCheckpoint: endpoint({
    params: TaskParams.extend({ checkpointId: Ulid }),
    answer: z.object({ checkpoint: Checkpoint }),
    handle: ({ params, meta, context }) =>
      answer(context.engine.landing.restoreCheckpoint(params.id, params.checkpointId, meta)),
  }),
};
