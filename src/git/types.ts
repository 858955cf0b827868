import type { ChangedFile, Changes, FileLines, TaskCommit } from "../contract/changes.ts";
import type { Branch } from "../contract/project.ts";
import type { Result } from "../contract/result.ts";
import type { Trash } from "../contract/task.ts";
import type { Landing } from "./landing/types.ts";

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
  /**
   * A snapshot of the task: should the worktree have to be made anew, it holds these files, unless
   * its branch has moved on since.
   */
  readonly files?: string | null | undefined;
}

/** A worktree that is there. */
export interface Made {
  readonly branch: string;
  readonly path: string;
  /** Another one when the worktree had to be made anew; "" for those of earlier versions. */
  readonly mark: string;
  /** The snapshot whose files it was made with, if any. */
  readonly files?: string | undefined;
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

/** Two states of the files of a task. */
export interface Span {
  /** The top of a worktree, or a folder somewhere in a checkout. */
  readonly folder: string;
  /** The repository; what it has stored can be compared also when the folder is gone. */
  readonly commonDir?: string;
  /** A commit or a snapshot; null = no files at all. */
  readonly from: string | null;
  /** A commit or a snapshot; absent or null = the files as they are now. */
  readonly to?: string | null;
  /** Leaves out what differs in white space alone. */
  readonly ignoreSpace?: boolean;
  /** `from` is a snapshot: files in it need not be tracked. Known before, it saves a second look. */
  readonly holdsUntracked?: boolean;
}

/** What git says of a span; how its ends are called is for others to say. */
export type Compared = Omit<Changes, "scope" | "from" | "to" | "baseSha">;

/** What a card shows of the changes, and what a watcher needs to go on. */
export interface Shortstat {
  readonly files: number;
  readonly additions: number;
  readonly deletions: number;
  /** Ignored files, and ignored folders with a slash at their end, relative to the top. */
  readonly ignored: readonly string[];
  /** Another one when anything that a person could see of the changes is another. */
  readonly stamp: string;
}

/** One side of a file. */
export interface SideOfFile {
  readonly path: string;
  readonly side: "old" | "new";
}

/** What is known of a commit at a glance. */
export interface CommitHead {
  readonly sha: string;
  /** Null = it is the first of its history. */
  readonly parent: string | null;
  readonly subject: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Where the commits of a task are: the worktree, or (should that be gone) its branch. */
export interface CommitsRequest {
  readonly folder: string;
  readonly commonDir: string;
  readonly branch: string | null;
  readonly baseSha: string;
}

/** A moment of a task whose files are kept: the start or end of a run, or the person's last review. */
export type Moment =
  | { readonly kind: "turn"; readonly runId: string; readonly side: "start" | "end" }
  | { readonly kind: "review" };

export interface SnapshotRequest {
  readonly taskId: string;
  readonly commonDir: string;
  readonly baseSha: string;
  /** Null = the files of the base: what a worktree holds that is only being made. */
  readonly folder: string | null;
  /** All of them get the same files. */
  readonly moments: readonly Moment[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What is kept of a moment. */
export interface Snapshot {
  /** The commit that keeps the files. */
  readonly sha: string;
  readonly at: number;
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
  /** False when a task's worktree is gone, or something else stands in its place. */
  worktreeStands(commonDir: string, path: string): Promise<Result<boolean>>;
  /** The patterns in `.worktreeinclude` at the top of a commit's tree. */
  worktreeInclude(commonDir: string, sha: string): Promise<Result<readonly string[]>>;
  /**
   * Copies ignored files of the person's checkout into a worktree: what the patterns name, git
   * ignores and nothing there has the place of. Never follows a link; can be done again.
   */
  copyIgnored(request: CopyRequest): Promise<Result<Copied>>;
  /**
   * Whether what a task has left can be kept. `repo_gone` when its repository is away while its
   * folder still holds files.
   */
  keepable(request: TrashRequest): Promise<Result<null>>;
  /**
   * Keeps uncommitted (untracked too, ignored not) and unmerged work under
   * `refs/agetor/trash/<task>`; null when there was nothing to keep. Errors as `keepable`.
   */
  keep(request: TrashRequest): Promise<Result<Trash | null>>;
  /** Removes worktree and branch, after `keep`. Refuses any path that is not the task's own, and files without their repository. Idempotent. */
  removeWorktree(request: TrashRequest): Promise<Result<null>>;
  /** Brings branch and worktree back from the trash ref, uncommitted files uncommitted again. */
  restore(request: WorktreeRequest): Promise<Result<Made>>;
  /** Forgets what was kept of a deleted task, once its time in the trash is over. Idempotent. */
  dropTrash(commonDir: string, taskId: string): Promise<Result<null>>;
  /**
   * Files and diffs between two states, the old one a commit or a snapshot: of a worktree, or of the
   * checkout a folder lies in. The new one is the files as they are now (untracked too), unless
   * `rest` names another.
   */
  changes(
    worktree: string,
    from: string | null,
    signal: AbortSignal,
    rest?: Omit<Span, "folder" | "from">,
  ): Promise<Result<Compared>>;
  /** One file of it with its whole patch; `not_found`, or `too_large` above 20 MB. */
  changedFile(span: Span, path: string, signal: AbortSignal): Promise<Result<ChangedFile>>;
  /**
   * The lines `start` to `end` (1-based, inclusive) of one side as its diff shows them; fewer when
   * there are fewer. Ignored files are not read. `not_found`, `too_large`, `unsupported_media_type`
   * when it is not text.
   */
  fileLines(
    span: Span,
    file: SideOfFile,
    range: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Result<FileLines>>;
  /** The bytes of one side. Ignored files are not read. `not_found`, or `too_large` above 20 MB. */
  fileBytes(span: Span, file: SideOfFile, signal: AbortSignal): Promise<Result<Uint8Array>>;
  /** All of it, or some files, as `git apply` takes it, binary files too; white space counts. */
  patch(
    span: Span,
    paths: readonly string[] | null,
    signal: AbortSignal,
  ): Promise<Result<Uint8Array>>;
  /** Numbers, without any patch: two processes. */
  shortstat(worktree: string, baseSha: string, signal: AbortSignal): Promise<Result<Shortstat>>;
  /** What is checked out in a folder; null when there is no commit yet. */
  head(folder: string): Promise<Result<CommitHead | null>>;
  /** Commits since the base, newest first, at most 500. */
  commits(request: CommitsRequest, signal: AbortSignal): Promise<Result<readonly TaskCommit[]>>;
  /** One of them; null for any other commit of the repository. */
  commit(request: CommitsRequest, sha: string): Promise<Result<CommitHead | null>>;
  /**
   * Keeps the files of a moment, untracked ones too (ignored ones and what is in repositories inside
   * not), under `refs/agetor/`. `too_large` when more than 200 MB would have to be stored.
   */
  snapshot(request: SnapshotRequest, signal?: AbortSignal): Promise<Result<Snapshot>>;
  /** What is kept of moments, null where there is nothing, in their order. */
  snapshots(
    commonDir: string,
    taskId: string,
    moments: readonly Moment[],
  ): Promise<Result<readonly (Snapshot | null)[]>>;
  /** Forgets every moment of a task. Idempotent. */
  dropSnapshots(commonDir: string, taskId: string): Promise<Result<null>>;
  /**
   * The files git sees below a folder of a worktree, relative to it: tracked and untracked, none that
   * is ignored or gone. A repository inside is its folder, with a slash at its end.
   */
  listFiles(folder: string, signal?: AbortSignal): Promise<Result<readonly string[]>>;
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
  /** Takes work back, commits it, and brings it to its base. */
  readonly landing: Landing;
}
