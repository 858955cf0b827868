import type { Checkpoint } from "../../contract/changes.ts";
import type { MergeWay, PullRequest } from "../../contract/landing.ts";
import type { Result } from "../../contract/result.ts";
import type { ForgeRepository } from "../../domain/forge.ts";
import type { ChangedPath } from "../../domain/suggestions.ts";
import type { Attendant } from "../runner.ts";

/** Whose worktree. */
export interface SiteRequest {
  readonly taskId: string;
  readonly commonDir: string;
  /** The task's worktree. */
  readonly path: string;
  /** The commit the task is pinned to. */
  readonly baseSha: string | null;
}

/** One change of a task's worktree, branch or base, known by its id however often it is asked for. */
export interface Doing {
  /** Id of the checkpoint that is written first. */
  readonly id: string;
  /** The id of the person's command, by which a retry finds what was done; null for none. */
  readonly command: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  /** One sentence for people: what is about to happen. */
  readonly label: string;
}

/** Where a scope's old side is: a commit, a ref of ours, or the first parent of a commit. */
export type OldSide =
  | { readonly kind: "commit"; readonly sha: string }
  | { readonly kind: "head" }
  | { readonly kind: "parent"; readonly sha: string }
  | { readonly kind: "ref"; readonly ref: string; readonly what: string };

export type RevertWish =
  | { readonly kind: "hunks"; readonly path: string; readonly patch: string }
  | { readonly kind: "files"; readonly paths: readonly string[]; readonly old: OldSide }
  | { readonly kind: "turn"; readonly run: string };

export interface CommitWish {
  readonly message: string;
  /** Null = everything. */
  readonly paths: readonly string[] | null;
  readonly hooks: boolean;
}

/** Who minds the hooks of a commit: can end them, hears what they print, and knows what to end later. */
export interface HookMinder extends Attendant {
  /** Ends the hooks; nothing is committed then. */
  readonly signal: AbortSignal;
  /** Told when git and its hooks are no longer there, before anything is moved. */
  over(): Promise<void>;
}

export interface Committed {
  readonly sha: string;
  readonly subject: string;
}

/** What is about to be committed. */
export interface Staged {
  readonly tree: string;
  /** The files it is about, as Latin-1; null = everything. */
  readonly paths: readonly string[] | null;
}

export interface MergeWish {
  readonly base: string;
  readonly how: MergeWay;
  readonly message: string;
}

/** Where the pinned base was and is, when something moved it. */
export interface BaseMove {
  readonly from: string | null;
  readonly to: string;
}

export interface Restored {
  readonly checkpoint: Checkpoint;
  readonly base: BaseMove | null;
  /** Why the base branch was left where it is; null when it was brought back or never moved. */
  readonly baseBranchStays: string | null;
}

/** What a worktree's branch is to its base, in facts of git. */
export interface Standing {
  readonly branch: string | null;
  readonly headSha: string;
  /** Null when there is no such branch. */
  readonly base: { readonly branch: string; readonly sha: string } | null;
  readonly ahead: number;
  readonly behind: number;
  readonly dirty: readonly string[];
  /** A rebase or merge of the agent's that is under way: `rebase`, `merge`, … */
  readonly unfinished: string | null;
  /** The base holds all of the branch, commit by commit or in content. */
  readonly landed: boolean;
  /** Files that would conflict with the base. */
  readonly conflicts: readonly string[];
  /** The worktree that has the base branch checked out. */
  readonly baseCheckedOutAt: string | null;
  /** False when this git cannot merge without a checkout (before 2.38). */
  readonly canMerge: boolean;
}

/** What a task has changed, for the look ahead at conflicts. */
export interface Contender {
  readonly site: SiteRequest;
  /** The branch it lands on; null for none. */
  readonly base: string | null;
  /** False when nothing can have changed in it since the last look. */
  readonly fresh: boolean;
}

export interface Clash {
  /** A task, or null for the base branch of the other. */
  readonly one: string;
  readonly other: string | null;
  readonly files: readonly string[];
}

export interface PushWish {
  /** The branch it lands on, whose remote is the likely one. */
  readonly base: string | null;
  /** The remote asked for; null = the likely one. */
  readonly remote: string | null;
  /** Replaces what the remote has, if that is what was last seen there. */
  readonly force: boolean;
}

export interface RemoteStanding {
  readonly name: string;
  /** Without a password. */
  readonly url: string;
  readonly rawUrl: string;
  /** The remote, as last seen, has the branch as it is. */
  readonly pushed: boolean;
}

/** Which branch of which repository on a forge. */
export interface ForgeTarget {
  readonly forge: ForgeRepository;
  readonly branch: string;
  /** The pull request's number when it is known; else it is found by the branch. */
  readonly number: number | null;
}

export interface NewPullRequest {
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
  readonly base: string | null;
}

export interface Suggesting {
  /** Subjects of the branch's own commits, oldest first. */
  readonly subjects: readonly string[];
  readonly committed: readonly ChangedPath[];
  readonly uncommitted: readonly ChangedPath[];
}

/** Everything that takes work back, commits it and brings it to its base. Nothing of the repository runs. */
export interface Landing {
  checkpoints(commonDir: string, taskId: string): Promise<Result<readonly Checkpoint[]>>;
  /** Forgets all checkpoints of a task. Idempotent. */
  dropCheckpoints(commonDir: string, taskId: string): Promise<Result<null>>;
  /** Forgets checkpoints of these tasks that are older than `before` (epoch milliseconds). */
  expireCheckpoints(
    commonDir: string,
    before: number,
    tasks: ReadonlySet<string>,
  ): Promise<Result<number>>;
  /**
   * Finishes or undoes what a killed server left half done in the task's worktree; says where the
   * pinned base is now when the last thing done moved it. Cheap when there is nothing.
   */
  recover(site: SiteRequest): Promise<Result<BaseMove | null>>;
  revert(site: SiteRequest, doing: Doing, wish: RevertWish): Promise<Result<Checkpoint>>;
  /**
   * Commits. While hooks run, the worktree is not kept from who reads it; the caller sees to it that
   * nobody else changes it. Errors: `cancelled` when the minder ended the hooks, `hook_failed`.
   */
  commit(
    site: SiteRequest,
    doing: Doing,
    wish: CommitWish,
    minder?: HookMinder,
  ): Promise<Result<Committed>>;
  standing(site: SiteRequest, base: string | null): Promise<Result<Standing>>;
  suggesting(site: SiteRequest): Promise<Result<Suggesting>>;
  merge(
    site: SiteRequest,
    doing: Doing,
    wish: MergeWish,
  ): Promise<Result<{ readonly sha: string; readonly checkpoint: Checkpoint }>>;
  rebase(
    site: SiteRequest,
    doing: Doing,
    base: string,
  ): Promise<
    Result<{ readonly headSha: string; readonly checkpoint: Checkpoint; readonly base: BaseMove }>
  >;
  restoreCheckpoint(
    site: SiteRequest,
    doing: Doing,
    checkpointId: string,
  ): Promise<Result<Restored>>;
  /** The remote the branch goes to, as last seen; null when there is none. No network. */
  remote(site: SiteRequest, base: string | null): Promise<Result<RemoteStanding | null>>;
  /** Speaks with the remote, with the person's own git configuration. Errors: `push_failed`. */
  push(site: SiteRequest, wish: PushWish): Promise<Result<RemoteStanding>>;
  /** Whether the forge's own program is there. Errors: `forge_missing`. */
  forge(repository: ForgeRepository): Result<string>;
  /** By the forge's own program. Errors: `forge_missing`, `not_logged_in`, `forge_failed`. */
  createPullRequest(target: ForgeTarget, wish: NewPullRequest): Promise<Result<PullRequest>>;
  /** Null when the branch has none. */
  pullRequest(target: ForgeTarget): Promise<Result<PullRequest | null>>;
  /** Which of these live tasks of one repository conflict with each other and with their bases. */
  clashes(
    commonDir: string,
    contenders: readonly Contender[],
    signal: AbortSignal,
  ): Promise<Result<readonly Clash[]>>;
}
