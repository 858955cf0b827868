import { z } from "zod";
import { Fault } from "./fault.ts";
import { Millis, Ulid } from "./primitives.ts";

/** How a task's branch is brought into its base. */
export const mergeWays = ["fast-forward", "merge", "squash"] as const;
export const MergeWay = z.enum(mergeWays);
export type MergeWay = z.infer<typeof MergeWay>;

/** What can be done about a blocker, or next; the board knows how to do each. */
export const landingActions = [
  "commit",
  "ask-agent-to-commit",
  "rebase",
  "ask-agent-to-resolve",
  "send-comments",
  "answer",
  "stop-or-wait",
  "merge",
  "push",
  "pull-request",
  "mark-done",
  "run-command",
  "restore-worktree",
] as const;
export const LandingAction = z.enum(landingActions);
export type LandingAction = z.infer<typeof LandingAction>;

/** One thing that stands between the work and its base, with the way out. */
export const Blocker = z.object({
  code: z.enum([
    "nothing_to_land",
    "running",
    "needs_you",
    "uncommitted",
    "conflicts_with_base",
    "base_moved",
    "base_checked_out",
    "base_is_no_branch",
    "comments_open",
    "git_too_old",
    "no_worktree",
  ]),
  message: z.string(),
  /** False = worth knowing, but it does not stop a merge. */
  blocking: z.boolean(),
  fix: z
    .object({
      action: LandingAction,
      label: z.string(),
      /** With `run-command`: what the person can run in a terminal. */
      command: z.string().nullable(),
    })
    .nullable(),
});
export type Blocker = z.infer<typeof Blocker>;

/** Files on which two lines of work would conflict. */
export const ConflictWith = z.object({
  taskId: Ulid.nullable(),
  /** The other task's title, or the base's name. */
  title: z.string(),
  files: z.array(z.string()),
});
export type ConflictWith = z.infer<typeof ConflictWith>;

export const PullRequest = z.object({
  forge: z.enum(["gh", "glab"]),
  number: z.number().int(),
  url: z.string(),
  title: z.string(),
  state: z.enum(["open", "draft", "merged", "closed"]),
  checks: z.object({
    passed: z.number().int(),
    failed: z.number().int(),
    pending: z.number().int(),
  }),
  review: z.enum(["none", "pending", "approved", "changes_requested"]),
  updatedAt: Millis,
});
export type PullRequest = z.infer<typeof PullRequest>;

/** A commit that runs the repository's hooks, or how the last such one came out. */
export const HookCommit = z.object({
  id: Ulid,
  /** The first line of its message. */
  subject: z.string(),
  since: Millis,
  state: z.enum(["running", "stopping", "made", "stopped", "refused"]),
  /** The last lines of what git and the hooks printed. */
  output: z.string(),
  /** Of the commit, once it is made. */
  sha: z.string().nullable(),
  /** Why there is none, once that is sure. */
  fault: Fault.pick({ code: true, message: true, hint: true }).nullable(),
});
export type HookCommit = z.infer<typeof HookCommit>;

/** Where a task's work stands against its base. */
export const Landing = z.object({
  branch: z.string().nullable(),
  headSha: z.string().nullable(),
  /** The branch it lands on and where that is now; null when the base was no branch or is gone. */
  base: z.object({ branch: z.string(), sha: z.string() }).nullable(),
  /** Commits of the branch that the base lacks. */
  ahead: z.number().int(),
  /** Commits of the base that the branch lacks. */
  behind: z.number().int(),
  dirtyFiles: z.number().int(),
  /** The base already holds all of it. */
  landed: z.boolean(),
  ways: z.array(MergeWay),
  blockers: z.array(Blocker),
  conflicts: z.array(ConflictWith),
  /** The suggested next step. */
  next: z.object({ action: LandingAction, label: z.string() }).nullable(),
  remote: z
    .object({
      name: z.string(),
      url: z.string(),
      /** The remote has the branch as it is. */
      pushed: z.boolean(),
    })
    .nullable(),
  /** The forge's own program, found or not. */
  forge: z
    .object({ kind: z.enum(["gh", "glab"]), available: z.boolean(), reason: z.string().nullable() })
    .nullable(),
  pullRequest: PullRequest.nullable(),
  /**
   * Null when no commit ran hooks since the server began, or something else was done since. While
   * one is `running` or `stopping`, the rest of the answer is as it was when that began.
   */
  hookCommit: HookCommit.nullish(),
});
export type Landing = z.infer<typeof Landing>;

export const MergeBody = z.strictObject({
  how: MergeWay,
  /** Of the merge or squash commit; suggested from the task when not given. */
  message: z.string().min(1).max(100_000).optional(),
  /** What becomes of the task after; the preference `landing.after` when not given. */
  after: z.enum(["keep", "archive", "delete"]).optional(),
});
export type MergeBody = z.infer<typeof MergeBody>;

export const PushBody = z.strictObject({
  remote: z.string().min(1).max(200).optional(),
  /** Replace what the remote has, only if it still is what was last seen there. */
  force: z.boolean().optional(),
});
export type PushBody = z.infer<typeof PushBody>;

export const PullRequestBody = z.strictObject({
  title: z.string().min(1).max(300),
  body: z.string().max(100_000),
  draft: z.boolean().optional(),
});
export type PullRequestBody = z.infer<typeof PullRequestBody>;

/** Words that are suggested before something is made of them. */
export const Suggestion = z.object({ title: z.string(), body: z.string() });
export type Suggestion = z.infer<typeof Suggestion>;
