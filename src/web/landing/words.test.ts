import { expect, test } from "bun:test";
import type { Blocker, Landing, PullRequest } from "../../contract/landing.ts";
import { conflictWords, gatesOf, requestWords, standingOf } from "./words.ts";

const ready: Landing = {
  branch: "agetor/a",
  headSha: "a".repeat(40),
  base: { branch: "main", sha: "b".repeat(40) },
  ahead: 2,
  behind: 0,
  dirtyFiles: 0,
  landed: false,
  ways: ["fast-forward", "merge", "squash"],
  blockers: [],
  conflicts: [],
  next: { action: "merge", label: "Merge into main" },
  remote: null,
  forge: null,
  pullRequest: null,
};

const request: PullRequest = {
  forge: "gh",
  number: 7,
  url: "https://example.test/7",
  title: "T",
  state: "open",
  checks: { passed: 3, failed: 0, pending: 1 },
  review: "none",
  updatedAt: 0,
};

function blocker(code: Blocker["code"], message: string, fix: Blocker["fix"] = null): Blocker {
  return { code, message, blocking: true, fix };
}

const fix = (action: NonNullable<Blocker["fix"]>["action"], label: string) => ({
  action,
  label,
  command: null,
});

test("what is well is said where nothing else is", () => {
  expect(standingOf(ready)).toBe("Ready to land");
  expect(gatesOf(ready).map(({ words }) => words)).toEqual(["Merges cleanly"]);
  const done = { ...ready, landed: true, ways: [], next: null };
  expect([standingOf(done), gatesOf(done)]).toEqual(["Landed on main", []]);
});

test("while hooks of a commit run there is nothing else to do than wait or stop them", () => {
  const hookCommit = {
    ...{ id: "01JD0000000000000000000000", subject: "S", since: 0, output: "" },
    ...{ state: "running" as const, sha: null, fault: null },
  };
  const blockers = [
    blocker("running", "A commit is running the repository’s hooks.", fix("stop-or-wait", "Wait")),
    blocker("uncommitted", "1 file is not committed.", fix("commit", "Commit them")),
  ];
  const landing: Landing = { ...ready, dirtyFiles: 1, ways: [], blockers, hookCommit };
  expect(standingOf(landing)).toBe("Committing");
  expect(gatesOf(landing).map(({ words, fix }) => [words, fix?.label])).toEqual([
    ["A commit is running the repository’s hooks", "Stop them"],
  ]);
  const over: Landing = { ...landing, hookCommit: { ...hookCommit, state: "stopped" } };
  expect(standingOf(over)).toBe("Before it can land");
  expect(gatesOf(over)).toHaveLength(2);
});

test("blockers are short in the row and whole in the tooltip", () => {
  const held: Landing = {
    ...ready,
    dirtyFiles: 1,
    behind: 3,
    ways: [],
    blockers: [
      blocker("uncommitted", "1 file is not committed.", fix("commit", "Commit them")),
      blocker(
        "conflicts_with_base",
        "It conflicts with main in 1 file.",
        fix("ask-agent-to-resolve", "x"),
      ),
      blocker("base_moved", "main is 3 commits further on.", fix("rebase", "Rebase onto main")),
    ],
    conflicts: [{ taskId: null, title: "main", files: ["src/a.ts"] }],
  };
  expect(standingOf(held)).toBe("Before it can land");
  expect(gatesOf(held).map(({ words, more, fix: way }) => [words, more, way?.label])).toEqual([
    ["1 file not committed", "1 file is not committed.", "Commit"],
    [
      "Conflicts with main in 1 file",
      "It conflicts with main in 1 file. src/a.ts",
      "Ask the agent to resolve",
    ],
    ["main moved by 3 commits", "main is 3 commits further on.", "Rebase"],
  ]);
});

test("an unfinished rebase is not told as files to commit", () => {
  const message = "A rebase is unfinished in the worktree.";
  const way = fix("ask-agent-to-resolve", "Ask the agent to finish it");
  const [gate] = gatesOf({ ...ready, blockers: [blocker("uncommitted", message, way)] });
  expect(gate).toMatchObject({ words: "A rebase is unfinished in the worktree", more: null });
  expect(gate?.fix?.label).toBe("Ask the agent to finish it");
});

test("a pull request makes it nobody's business what is checked out here", () => {
  const way = fix("run-command", "Merge it there");
  const blockers = [blocker("base_checked_out", "main is checked out in /r.", way)];
  const here = { ...ready, blockers };
  expect([standingOf(here), gatesOf(here)[0]?.words]).toEqual([
    "Before it can land",
    "main is checked out",
  ]);
  const out = { ...here, pullRequest: request };
  expect([standingOf(out), gatesOf(out)]).toEqual(["With its reviewers", []]);
  const merged = { ...ready, pullRequest: { ...request, state: "merged" as const } };
  expect(standingOf(merged)).toBe("Merged at its forge");
});

test("a task in a folder of the person's own has nothing to land here", () => {
  const none = { ...ready, blockers: [blocker("no_worktree", "The task has no worktree.")] };
  expect(standingOf(none)).toBe("Nothing to land here");
});

test("other tasks on the same lines are a remark", () => {
  const other = { taskId: "01K", title: "Other", files: ["a.txt"] };
  const gates = gatesOf({ ...ready, conflicts: [other] });
  expect(gates.map(({ key, words, fix: way }) => [key, words, way])).toEqual([
    ["with 01K", "Conflicts with “Other”", null],
    ["clean", "Merges cleanly", null],
  ]);
});

test("a pull request says its state, its checks and its review", () => {
  expect(requestWords(request)).toEqual({
    tone: "plain",
    state: "#7 open",
    checks: "3 of 4 checks done",
    review: null,
  });
  const failed = { ...request, checks: { passed: 3, failed: 1, pending: 0 } };
  expect(requestWords(failed)).toMatchObject({ tone: "bad", checks: "1 check failed" });
  const good = { ...request, checks: { passed: 1, failed: 0, pending: 0 }, review: "approved" };
  expect(requestWords(good as PullRequest)).toMatchObject({
    tone: "good",
    checks: "1 check passed",
    review: "Approved",
  });
  expect(requestWords({ ...request, forge: "glab", state: "merged" }).state).toBe("!7 merged");
});

test("conflicts are named by what they are with", () => {
  const titles = new Map([["1", "Other"]]);
  const words = (base: boolean, tasks: readonly string[]) =>
    conflictWords(
      { baseRef: "refs/heads/main", conflicts: { base, tasks: [...tasks] } },
      (id) => titles.get(id) ?? null,
    );
  expect(words(false, [])).toBeNull();
  expect(words(true, [])).toBe("Conflicts with main");
  expect(words(false, ["1"])).toBe("Conflicts with “Other”");
  expect(words(true, ["1", "2"])).toBe("Conflicts with main and 2 tasks");
  expect(words(false, ["2"])).toBe("Conflicts with 1 task");
  expect(conflictWords({ baseRef: null, conflicts: null }, () => null)).toBeNull();
});
