import { z } from "zod";
import { Millis, Ulid } from "./primitives.ts";

/**
 * Which two states of a task's files are compared:
 * - `base`: the pinned base commit with the files as they are now
 * - `uncommitted`: the last commit of the worktree with the files as they are now
 * - `turn`: the files when a run began with the files when it ended (or now, while it works)
 * - `review`: the files when the person last marked them reviewed with the files as they are now
 * - `commit`: one commit with its first parent
 */
export const ChangeScope = z.enum(["base", "uncommitted", "turn", "review", "commit"]);
export type ChangeScope = z.infer<typeof ChangeScope>;

/** The query of every route that reads changes. */
export const ChangeQuery = z.strictObject({
  /** `base` when not given. */
  scope: ChangeScope.optional(),
  /** With `turn`: whose; the latest run when not given. */
  run: Ulid.optional(),
  /** With `commit`: a full id of a commit of the task's branch. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
    .optional(),
  /** `ignore` leaves out what differs in white space alone. */
  whitespace: z.enum(["show", "ignore"]).optional(),
});
export type ChangeQuery = z.infer<typeof ChangeQuery>;

/** One changed file, with its diff capped in size. */
export const ChangedFile = z.object({
  path: z.string(),
  oldPath: z.string().nullable(),
  status: z.enum(["added", "modified", "deleted", "renamed", "copied", "type", "untracked"]),
  additions: z.number().int(),
  deletions: z.number().int(),
  binary: z.boolean(),
  /** What is shown of it: text by lines, an image as two pictures, a submodule as two commits. */
  kind: z.enum(["text", "binary", "image", "submodule", "symlink"]),
  /** Git's file modes (`100644`, `100755`, `120000`, `160000`); null on the side without the file. */
  oldMode: z.string().nullable(),
  newMode: z.string().nullable(),
  /** Made by a tool (a lock file, a bundle, marked `linguist-generated`): folded at first. */
  generated: z.boolean(),
  /** Names this very change: equal ids mean the same old and new content, mode and path. */
  id: z.string(),
  /** Unified diff of this file alone, or null when it is binary or above the cap. */
  patch: z.string().nullable(),
  tooLarge: z.boolean(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

/** One side of a comparison, for people. */
export const ChangeSide = z.object({
  /** Such as `main`, `before turn 3`, `now`. */
  label: z.string(),
  /** The commit or snapshot; null for the files as they are now. */
  sha: z.string().nullable(),
  at: Millis.nullable(),
});
export type ChangeSide = z.infer<typeof ChangeSide>;

export const Changes = z.object({
  scope: ChangeScope,
  from: ChangeSide,
  to: ChangeSide,
  baseSha: z.string(),
  headSha: z.string(),
  files: z.array(ChangedFile),
  additions: z.number().int(),
  deletions: z.number().int(),
  /** True when there were more files than are listed. */
  truncated: z.boolean(),
});
export type Changes = z.infer<typeof Changes>;

/** A commit of the task's branch since its base. */
export const TaskCommit = z.object({
  sha: z.string(),
  subject: z.string(),
  body: z.string(),
  author: z.string(),
  at: Millis,
  files: z.number().int(),
  additions: z.number().int(),
  deletions: z.number().int(),
});
export type TaskCommit = z.infer<typeof TaskCommit>;

/** A stretch of one side of a file, for the lines between two hunks. */
export const FileLines = z.object({
  /** 1-based number of the first line. */
  start: z.number().int(),
  lines: z.array(z.string()),
  /** Lines of the whole file. */
  total: z.number().int(),
});
export type FileLines = z.infer<typeof FileLines>;

/** Said to who watches a task when files of its worktree may have changed: ask again. Never stored. */
export const ChangesFrame = z.object({ type: z.literal("changes"), taskId: Ulid, at: Millis });
export type ChangesFrame = z.infer<typeof ChangesFrame>;

/** What is taken back. Everything is checked against the files as they are now before one is touched. */
export const RevertBody = z.discriminatedUnion("kind", [
  /** Hunks of one file: its patch, cut down to them, as the person saw it. */
  z.strictObject({
    kind: z.literal("hunks"),
    path: z.string().min(1).max(4096),
    patch: z.string().min(1).max(4_000_000),
  }),
  /** Files, back to how they are on the old side of a scope. */
  z.strictObject({
    kind: z.literal("files"),
    paths: z.array(z.string().min(1).max(4096)).min(1).max(1_000),
    scope: ChangeScope.optional(),
    run: Ulid.optional(),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
      .optional(),
  }),
  /** All that one run changed; later changes to the same lines are a conflict and nothing happens. */
  z.strictObject({ kind: z.literal("turn"), run: Ulid }),
]);
export type RevertBody = z.infer<typeof RevertBody>;

export const CommitBody = z.strictObject({
  message: z.string().min(1).max(100_000),
  /** Only these files; all when not given. */
  paths: z.array(z.string().min(1).max(4096)).min(1).max(10_000).optional(),
  /** Run the repository's own commit hooks. They are programs of the repository. */
  hooks: z.boolean().optional(),
});
export type CommitBody = z.infer<typeof CommitBody>;

/**
 * A way back: what the worktree and the branches were before something that cannot be undone by
 * itself. Kept as `refs/agetor/checkpoint/<task>/<id>`; everything about it stands in the commit.
 */
export const Checkpoint = z.object({
  id: Ulid,
  at: Millis,
  /** What was about to happen. */
  reason: z.enum(["revert", "merge", "rebase", "restore", "reset", "commit", "land"]),
  /** One sentence for people. */
  label: z.string(),
  ref: z.string(),
  sha: z.string(),
  branch: z.string().nullable(),
  headSha: z.string().nullable(),
  /** The base branch and where it stood, when that was about to move. */
  baseBranch: z.string().nullable(),
  baseBranchSha: z.string().nullable(),
  dirtyFiles: z.number().int(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;
