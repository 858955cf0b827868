import type { Checkpoint, CommitBody } from "../../contract/changes.ts";
import type {
  HookCommit,
  Landing,
  MergeBody,
  MergeWay,
  PullRequest,
  PullRequestBody,
  PushBody,
  Suggestion,
} from "../../contract/landing.ts";

/** Words for what is made of a task's work, and what can be said to its agent as it is. */
export interface Suggestions {
  readonly commit: Suggestion;
  readonly merge: Suggestion;
  readonly pullRequest: Suggestion;
  readonly askToCommit: string;
  /** Null when nothing conflicts with the base. */
  readonly askToResolve: string | null;
}

export type After = NonNullable<MergeBody["after"]>;

/** What a merge came to. */
export interface Landed {
  readonly landed: { readonly sha: string; readonly base: string; readonly how: MergeWay };
  readonly after: After;
  readonly checkpoint: Checkpoint;
}

type Nothing = Record<string, never>;

/** What is asked to bring a task's work to its base or its forge. */
export interface LandingCalls {
  "GET /tasks/:id/landing": { answer: { landing: Landing } };
  "GET /tasks/:id/suggestions": { answer: Suggestions };
  "POST /tasks/:id/commit": {
    body: CommitBody;
    answer: { commit: { sha: string; subject: string } };
  };
  "POST /tasks/:id/commit/stop": { body: Nothing; answer: { hookCommit: HookCommit } };
  "POST /tasks/:id/merge": { body: MergeBody; answer: Landed };
  "POST /tasks/:id/rebase": { body: Nothing; answer: { headSha: string; checkpoint: Checkpoint } };
  "POST /tasks/:id/push": { body: PushBody; answer: Pick<Landing, "remote"> };
  "POST /tasks/:id/pull-request": {
    body: PullRequestBody;
    answer: { pullRequest: PullRequest };
  };
  "POST /tasks/:id/pull-request/refresh": {
    body: Nothing;
    answer: { pullRequest: PullRequest | null };
  };
  "GET /tasks/:id/checkpoints": { answer: { checkpoints: readonly Checkpoint[] } };
}
