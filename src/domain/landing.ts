import type { Blocker, Landing, MergeWay } from "../contract/landing.ts";

/** What is known of a task when it is asked how its work can land. */
export interface LandingFacts {
  /** False when there are no files to land from: not started, or the worktree is gone. */
  readonly hasWorktree: boolean;
  /** Why the folder in the worktree's place is none; null when that is not so. */
  readonly strange: string | null;
  /** There is a checkpoint the worktree can be made from again. */
  readonly restorable: boolean;
  readonly running: boolean;
  /** A commit runs the repository's hooks now. */
  readonly hooks: boolean;
  readonly needsYou: boolean;
  readonly openComments: number;
  readonly done: boolean;
  readonly branch: string | null;
  /** The branch it lands on; null when the base was none, or is gone. */
  readonly base: string | null;
  /** What the base was called when the task was made. */
  readonly baseName: string | null;
  readonly ahead: number;
  readonly behind: number;
  readonly dirty: number;
  /** What is under way in the worktree by somebody's own git: `rebase`, `merge`, … */
  readonly unfinished: string | null;
  readonly landed: boolean;
  /** Files that conflict with the base. */
  readonly conflicts: readonly string[];
  /** Where the base is checked out, with what to run there; null when nowhere. */
  readonly standsOn: { readonly path: string; readonly command: string } | null;
  readonly canMerge: boolean;
  /** There is a remote, and whether it has the branch as it is. */
  readonly remote: { readonly pushed: boolean } | null;
  /** The forge's program is there and works. */
  readonly forge: boolean;
  readonly pullRequest: "open" | "draft" | "merged" | "closed" | null;
}

type Judged = Pick<Landing, "ways" | "blockers" | "next">;
type Fix = NonNullable<Blocker["fix"]>;

/** Judges the facts: the ways that are open, what stands in them, and what to do next. */
export function judgeLanding(facts: LandingFacts): Judged {
  return { ways: waysOf(facts), blockers: blockersOf(facts), next: nextOf(facts) };
}

function waysOf(facts: LandingFacts): MergeWay[] {
  const { base, ahead, behind, conflicts, canMerge, landed } = facts;
  const open = base !== null && ahead > 0 && conflicts.length === 0 && canMerge && !landed;
  if (!open) return [];
  return behind === 0 ? ["fast-forward", "merge", "squash"] : ["merge", "squash"];
}

function fix(action: Fix["action"], label: string, command: string | null = null): Fix {
  return { action, label, command };
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function blockersOf(facts: LandingFacts): Blocker[] {
  if (!facts.hasWorktree) return [noWorktree(facts)];
  return [...workBlockers(facts), ...baseBlockers(facts)];
}

function noWorktree(facts: LandingFacts): Blocker {
  if (facts.strange !== null) {
    return { code: "no_worktree", message: facts.strange, blocking: true, fix: null };
  }
  return {
    code: "no_worktree",
    message: facts.restorable
      ? "The task's worktree is gone."
      : "The task has no worktree of its own to land from.",
    blocking: true,
    fix: facts.restorable ? fix("restore-worktree", "Restore the last checkpoint") : null,
  };
}

/** What the work itself still lacks. */
function workBlockers(facts: LandingFacts): Blocker[] {
  const found: Blocker[] = [];
  const add = (code: Blocker["code"], message: string, way: Fix | null, blocking = true) =>
    found.push({ code, message, blocking, fix: way });
  if (facts.needsYou) {
    add("needs_you", "The agent waits for your answer.", fix("answer", "Answer it"));
  } else if (facts.hooks) {
    // First: an agent that was asked meanwhile waits for them.
    const message = "A commit is running the repository’s hooks.";
    add("running", message, fix("stop-or-wait", "Wait, or stop them"));
  } else if (facts.running) {
    add("running", "The agent is at work.", fix("stop-or-wait", "Wait, or stop it"));
  }
  if (facts.unfinished !== null) {
    const message = `A ${facts.unfinished} is unfinished in the worktree.`;
    add("uncommitted", message, fix("ask-agent-to-resolve", "Ask the agent to finish it"));
  } else if (facts.dirty > 0) {
    const files = count(facts.dirty, "file is", "files are");
    add("uncommitted", `${files} not committed.`, fix("commit", "Commit them"));
  }
  if (facts.openComments > 0) {
    const message = `${count(facts.openComments, "comment is", "comments are")} open.`;
    add("comments_open", message, fix("send-comments", "Send them to the agent"), false);
  }
  return found;
}

/** What stands between the branch and its base. */
function baseBlockers(facts: LandingFacts): Blocker[] {
  const found: Blocker[] = [];
  const add = (code: Blocker["code"], message: string, way: Fix | null, blocking = true) =>
    found.push({ code, message, blocking, fix: way });
  const { base, landed, conflicts } = facts;
  if (base === null) {
    const name = facts.baseName ?? "the base";
    add("base_is_no_branch", `${name} is not a branch of this repository.`, elsewhere(facts));
    return found;
  }
  if (landed) return found;
  if (facts.ahead === 0 && facts.dirty === 0) {
    add("nothing_to_land", "There is nothing to land yet.", null);
    return found;
  }
  if (!facts.canMerge) {
    const message = "This git is too old to merge without a checkout; 2.38 or newer can.";
    const way = facts.standsOn;
    add("git_too_old", message, way && fix("run-command", "Merge it yourself", way.command));
  }
  if (conflicts.length > 0) {
    const message = `It conflicts with ${base} in ${count(conflicts.length, "file", "files")}.`;
    add("conflicts_with_base", message, fix("ask-agent-to-resolve", "Ask the agent to resolve it"));
  } else if (facts.behind > 0) {
    const message = `${base} is ${count(facts.behind, "commit", "commits")} further on.`;
    add("base_moved", message, fix("rebase", `Rebase onto ${base}`), false);
  }
  if (facts.standsOn !== null && facts.ahead > 0) {
    const { path, command } = facts.standsOn;
    const message = `${base} is checked out in ${path}, and is not moved from under you.`;
    add("base_checked_out", message, fix("run-command", "Merge it there", command));
  }
  return found;
}

/** The way out when there is no branch to land on here. */
function elsewhere({ remote, forge }: LandingFacts): Fix | null {
  if (remote === null) return null;
  return forge
    ? fix("pull-request", "Open a pull request")
    : remote.pushed
      ? null
      : fix("push", "Push the branch");
}

type Next = Landing["next"];

/** Commit, then bring up to the base, then land, then done. */
function nextOf(facts: LandingFacts): Next {
  if (!facts.hasWorktree) {
    return facts.restorable
      ? { action: "restore-worktree", label: "Restore the last checkpoint" }
      : null;
  }
  if (facts.needsYou) return { action: "answer", label: "Answer the agent" };
  if (facts.hooks) return { action: "stop-or-wait", label: "Wait for the hooks" };
  if (facts.running) return { action: "stop-or-wait", label: "Wait for the agent" };
  if (facts.unfinished !== null) {
    return { action: "ask-agent-to-resolve", label: "Ask the agent to finish" };
  }
  if (facts.dirty > 0) return { action: "commit", label: "Commit" };
  if (facts.landed || facts.pullRequest === "merged") {
    return facts.done ? null : { action: "mark-done", label: "Mark as done" };
  }
  if (facts.ahead === 0) return null;
  if (facts.conflicts.length > 0) {
    return { action: "ask-agent-to-resolve", label: "Ask the agent to resolve the conflicts" };
  }
  if (facts.pullRequest === "open" || facts.pullRequest === "draft") {
    return facts.remote?.pushed === false ? { action: "push", label: "Push" } : null;
  }
  return facts.base !== null && facts.behind > 0 && facts.canMerge
    ? { action: "rebase", label: `Rebase onto ${facts.base}` }
    : landOrSend(facts);
}

function landOrSend(facts: LandingFacts): Next {
  const { base, canMerge, standsOn, forge, remote } = facts;
  if (base !== null && canMerge && standsOn === null) {
    return { action: "merge", label: `Merge into ${base}` };
  }
  if (base !== null && standsOn !== null && !forge) {
    return { action: "run-command", label: `Merge into ${base} where it is checked out` };
  }
  if (forge && remote !== null) return { action: "pull-request", label: "Open a pull request" };
  return remote !== null && !remote.pushed ? { action: "push", label: "Push" } : null;
}
