import type { Checkpoint, CommitBody, RevertBody } from "../contract/changes.ts";
import type {
  HookCommit,
  Landing,
  MergeBody,
  MergeWay,
  PullRequest,
  PullRequestBody,
  PushBody,
  Suggestion,
} from "../contract/landing.ts";
import type { Result } from "../contract/result.ts";
import type { Answer, CommandMeta } from "./command.ts";

export interface MergeAnswer {
  readonly landed: { readonly sha: string; readonly base: string; readonly how: MergeWay };
  readonly after: "keep" | "archive" | "delete";
  readonly checkpoint: Checkpoint;
}

export interface SuggestionsAnswer {
  readonly commit: Suggestion;
  readonly merge: Suggestion;
  readonly pullRequest: Suggestion;
  readonly askToCommit: string;
  readonly askToResolve: string | null;
}

/** Takes work back, commits it, and brings it to its base or its forge. */
export interface Landings {
  /** Errors: `already_running`, `merge_conflict`, `not_clean`, `nothing_to_restore`, … */
  revert(id: string, body: RevertBody, meta: CommandMeta): Answer<{ checkpoint: Checkpoint }>;
  /**
   * Errors: `identity_missing`, `hook_failed`, `not_clean`, `conflict` when there is nothing,
   * `cancelled` when its hooks were stopped, `already_running` while another runs them.
   */
  commit(
    id: string,
    body: CommitBody,
    meta: CommandMeta,
  ): Answer<{ commit: { sha: string; subject: string } }>;
  /**
   * Ends the hooks of the commit that is under way, with all they started; answers how it came out,
   * for it may have been made just before. Errors: `not_running` when no commit runs hooks.
   */
  stopCommit(id: string, meta: CommandMeta): Answer<{ hookCommit: HookCommit }>;
  suggestions(id: string): Promise<Result<SuggestionsAnswer>>;
  state(id: string): Promise<Result<{ landing: Landing }>>;
  /** Errors: `base_checked_out` with the command to run, `merge_conflict`, `not_clean`, … */
  merge(id: string, body: MergeBody, meta: CommandMeta): Answer<MergeAnswer>;
  /** Errors: `merge_conflict` with the commit and its files, `not_clean`, … */
  rebase(id: string, meta: CommandMeta): Answer<{ headSha: string; checkpoint: Checkpoint }>;
  /** Errors: `push_failed`, with what the remote said. */
  push(id: string, body: PushBody, meta: CommandMeta): Answer<{ remote: Landing["remote"] }>;
  /** Errors: `forge_missing`, `push_failed`. */
  pullRequest(
    id: string,
    body: PullRequestBody,
    meta: CommandMeta,
  ): Answer<{ pullRequest: PullRequest }>;
  refreshPullRequest(id: string, meta: CommandMeta): Answer<{ pullRequest: PullRequest | null }>;
  checkpoints(id: string): Promise<Result<{ checkpoints: readonly Checkpoint[] }>>;
  /** Answers the checkpoint that was written before restoring. */
  restoreCheckpoint(
    id: string,
    checkpointId: string,
    meta: CommandMeta,
  ): Answer<{ checkpoint: Checkpoint }>;
}
