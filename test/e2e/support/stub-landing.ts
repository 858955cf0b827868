import type { Checkpoint } from "../../../src/contract/changes.ts";
import type { Blocker, Landing, LandingAction } from "../../../src/contract/landing.ts";

/** What the stub says of landing: set by whoever looks at a state that is hard to reach. */
export class StubLanding {
  landing: Landing = ready;
  checkpoints: readonly Checkpoint[] = [];
  suggestions = {
    commit: {
      title: "feat(refunds): make refund creation idempotent",
      body: "- Change src/refunds/create.ts\n- Add src/refunds/key.ts",
    },
    merge: {
      title: "feat(refunds): make refund creation idempotent",
      body: "- Claim the key before anything is written\n- Publish through the outbox",
    },
    pullRequest: {
      title: "feat(refunds): make refund creation idempotent",
      body: "- Claim the key before anything is written\n- Publish through the outbox",
    },
    askToCommit: "Please commit your work on the branch you are on.",
    askToResolve: null as string | null,
  };

  /** The part of a task's address behind its id; null for what this does not answer. */
  answer(what: string): Response | null {
    if (what === "GET landing") return Response.json({ landing: this.landing });
    if (what === "GET suggestions") return Response.json(this.suggestions);
    if (what === "GET checkpoints") return Response.json({ checkpoints: this.checkpoints });
    return null;
  }
}

const ready: Landing = {
  branch: "agetor/7q2mx-refund-idempotency",
  headSha: "9c1f0a7".padEnd(40, "0"),
  base: { branch: "main", sha: "4f1c09e".padEnd(40, "0") },
  ahead: 3,
  behind: 0,
  dirtyFiles: 0,
  landed: false,
  ways: ["fast-forward", "merge", "squash"],
  blockers: [],
  conflicts: [],
  next: { action: "merge", label: "Merge into main" },
  remote: { name: "origin", url: "https://github.com/owner/checkout-api.git", pushed: false },
  forge: { kind: "gh", available: true, reason: null },
  pullRequest: null,
};

const fix = (
  action: LandingAction,
  label: string,
  command: string | null = null,
): Blocker["fix"] => ({ action, label, command });

/** Everything that can stand in the way of a task with commits of its own. */
export function hold(stub: StubLanding): void {
  const there = "/home/you/code/checkout-api";
  const command = `git -C ${there} merge ${ready.branch}`;
  const blocker = (
    code: Blocker["code"],
    message: string,
    way: Blocker["fix"],
    blocking = true,
  ): Blocker => ({ code, message, blocking, fix: way });
  stub.landing = {
    ...ready,
    dirtyFiles: 3,
    behind: 3,
    ways: [],
    next: { action: "commit", label: "Commit" },
    blockers: [
      blocker("uncommitted", "3 files are not committed.", fix("commit", "Commit them")),
      blocker("comments_open", "1 comment is open.", fix("send-comments", "Send"), false),
      blocker(
        "conflicts_with_base",
        "It conflicts with main in 2 files.",
        fix("ask-agent-to-resolve", "Ask the agent to resolve it"),
      ),
      blocker(
        "base_checked_out",
        `main is checked out in ${there}, and is not moved from under you.`,
        fix("run-command", "Merge it there", command),
      ),
    ],
    conflicts: [
      { taskId: null, title: "main", files: ["src/refunds/create.ts", "docs/openapi.json"] },
    ],
  };
  stub.suggestions = { ...stub.suggestions, askToResolve: "Please resolve the conflicts." };
}

/** Three ways back, newest first. */
export function someCheckpoints(now = Date.now()): readonly Checkpoint[] {
  const one = (at: number, reason: Checkpoint["reason"], label: string, dirtyFiles: number) => ({
    id: `01K9T4CHECKPOINT${String(at).padStart(10, "0")}`,
    at: now - at * 60_000,
    reason,
    label,
    ref: "refs/agetor/checkpoint/x/y",
    sha: "c".repeat(40),
    branch: "agetor/7q2mx-refund-idempotency",
    headSha: "9c1f0a7".padEnd(40, "0"),
    baseBranch: reason === "merge" ? "main" : null,
    baseBranchSha: null,
    dirtyFiles,
  });
  return [
    one(4, "merge", "Before merging into main", 0),
    one(52, "revert", "Before reverting parts of src/refunds/create.ts", 11),
    one(1600, "commit", "Before committing everything", 3),
  ];
}
