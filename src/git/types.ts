import type { Changes } from "../contract/changes.ts";
import type { Branch } from "../contract/project.ts";
import type { Result } from "../contract/result.ts";
import type { Trash } from "../contract/task.ts";

/** What a folder is, as git sees it; all paths absolute and real. */
export type Place =
  | { readonly kind: "folder"; readonly root: string }
  | {
      readonly kind: "repository";
      /** The top of the worktree that holds the folder, or the bare repository itself. */
      readonly root: string;
      /** The main worktree (the bare repository when bare). */
      readonly mainRoot: string;
      /** The git directory all worktrees share: the key of the mutex and of trust. */
      readonly commonDir: string;
      /** The folder relative to `root`, "" for the top: where in the worktree the agent starts. */
      readonly prefix: string;
      readonly bare: boolean;
      /** Null when HEAD is detached. */
      readonly branch: string | null;
      /** Null when there is no commit yet. */
      readonly headSha: string | null;
    };

export interface WorktreeRequest {
  readonly taskId: string;
  readonly commonDir: string;
  /** Pinned commit the branch starts at. */
  readonly baseSha: string;
  /** Wanted branch name; the next free `-2`, `-3`, … is taken when it exists or is blocked. */
  readonly branch: string;
  /** `<data>/worktrees/<task-id>`. */
  readonly path: string;
}

/** A worktree that is there. */
export interface Made {
  readonly branch: string;
  readonly path: string;
  /** Another one when the worktree had to be made anew; "" for those of earlier versions. */
  readonly mark: string;
}

export interface CopyRequest {
  readonly commonDir: string;
  /** The person's own checkout, where the files are. */
  readonly mainRoot: string;
  /** The commit the worktree starts from. */
  readonly baseSha: string;
  readonly worktree: string;
  /** Patterns of `.gitignore`, on top of those of the repository's `.worktreeinclude`. */
  readonly patterns: readonly string[];
  readonly signal: AbortSignal;
}

/** What was copied into a worktree, and what was not. */
export interface Copied {
  readonly files: readonly string[];
  /** Files that are there already, by an earlier try or by somebody else. */
  readonly there: readonly string[];
  /** Files that were asked for and stay behind, each with the reason in words. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
  /** How many more stay behind than are named. */
  readonly leftMore: number;
}

export interface TrashRequest {
  readonly taskId: string;
  readonly commonDir: string;
  readonly path: string | null;
  readonly branch: string | null;
  readonly baseSha: string | null;
}

/** The one way Agetor talks to git: a fixed environment in which nothing of the repository runs. */
export interface Git {
  available(): Promise<Result<{ readonly version: string; readonly path: string }>>;
  /** What the folder is. `not_a_directory` when it does not exist or is a file. */
  inspect(folder: string): Promise<Result<Place>>;
  branches(commonDir: string): Promise<Result<readonly Branch[]>>;
  /** A revision the person typed, resolved to a commit. Hostile input; `bad_ref` otherwise. */
  resolve(commonDir: string, revision: string): Promise<Result<string>>;
  /** Writes `refs/agetor/base/<task>`. Idempotent. */
  pin(commonDir: string, taskId: string, sha: string): Promise<Result<null>>;
  pinned(commonDir: string, taskId: string): Promise<Result<string | null>>;
  unpin(commonDir: string, taskId: string): Promise<Result<null>>;
  /** Makes branch and worktree. Idempotent for one task: a finished one is answered as it is. */
  addWorktree(request: WorktreeRequest): Promise<Result<Made>>;
  /** The patterns in `.worktreeinclude` at the top of a commit's tree. */
  worktreeInclude(commonDir: string, sha: string): Promise<Result<readonly string[]>>;
  /**
   * Copies ignored files of the person's checkout into a worktree: what the patterns name, git
   * ignores and nothing there has the place of. Never follows a link; can be done again.
   */
  copyIgnored(request: CopyRequest): Promise<Result<Copied>>;
  /**
   * Keeps uncommitted (untracked too, ignored not) and unmerged work under
   * `refs/agetor/trash/<task>`; null when there was nothing to keep.
   */
  keep(request: TrashRequest): Promise<Result<Trash | null>>;
  /** Removes worktree and branch, after `keep`. Refuses any path that is not the task's own. Idempotent. */
  removeWorktree(request: TrashRequest): Promise<Result<null>>;
  /** Brings branch and worktree back from the trash ref, uncommitted files uncommitted again. */
  restore(request: WorktreeRequest): Promise<Result<Made>>;
  /** Forgets what was kept of a deleted task, once its time in the trash is over. Idempotent. */
  dropTrash(commonDir: string, taskId: string): Promise<Result<null>>;
  /**
   * Files and diffs since the base commit, committed or not, untracked too: of a worktree, or of the
   * checkout a folder lies in.
   */
  changes(worktree: string, baseSha: string, signal: AbortSignal): Promise<Result<Changes>>;
  /** Numbers only: cheap enough for the card. */
  shortstat(
    worktree: string,
    baseSha: string,
    signal: AbortSignal,
  ): Promise<
    Result<{ readonly files: number; readonly additions: number; readonly deletions: number }>
  >;
  /** The worktree's own git directory. */
  gitDir(worktree: string): Promise<Result<string>>;
  /** Agent-config files of the tree at a commit (or of a plain folder), with their hashes. */
  agentConfig(
    place: Place,
    sha: string | null,
  ): Promise<Result<readonly { readonly path: string; readonly sha256: string }[]>>;
  /** Makes the throwaway repository of the sample task. Idempotent. */
  createSampleRepository(
    path: string,
    files: Readonly<Record<string, string>>,
  ): Promise<Result<null>>;
}
