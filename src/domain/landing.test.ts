import { describe, expect, test } from "bun:test";
import { judgeLanding, type LandingFacts } from "./landing.ts";

const ready: LandingFacts = {
  hasWorktree: true,
  restorable: false,
  strange: null,
  running: false,
  hooks: false,
  needsYou: false,
  openComments: 0,
  done: false,
  branch: "agetor/x",
  base: "main",
  baseName: "main",
  ahead: 2,
  behind: 0,
  dirty: 0,
  unfinished: null,
  landed: false,
  conflicts: [],
  standsOn: null,
  canMerge: true,
  remote: null,
  forge: false,
  pullRequest: null,
};
const judge = (more: Partial<LandingFacts>) => judgeLanding({ ...ready, ...more });
const codes = (more: Partial<LandingFacts>) => judge(more).blockers.map(({ code }) => code);
const next = (more: Partial<LandingFacts>) => judge(more).next?.action ?? null;

describe("what stands in the way", () => {
  test("nothing, when the work is committed and the base is where it was", () => {
    const ways = ["fast-forward", "merge", "squash"];
    expect(judge({})).toMatchObject({ ways, blockers: [], next: { action: "merge" } });
  });

  test("every blocker that can be helped says how", () => {
    const standsOn = { path: "/repo", command: "git -C /repo merge agetor/x" };
    const all = judge({
      running: true,
      dirty: 1,
      openComments: 2,
      behind: 3,
      standsOn,
      canMerge: false,
    });
    expect(all.blockers.map(({ code, blocking, fix }) => [code, blocking, fix?.action])).toEqual([
      ["running", true, "stop-or-wait"],
      ["uncommitted", true, "commit"],
      ["comments_open", false, "send-comments"],
      ["git_too_old", true, "run-command"],
      ["base_moved", false, "rebase"],
      ["base_checked_out", true, "run-command"],
    ]);
    expect(all.blockers.at(-1)?.fix?.command).toBe(standsOn.command);
    expect(all.ways).toEqual([]);
  });

  test("hooks of a commit that run come before an agent that waits for them", () => {
    const all = judge({ hooks: true, running: true, dirty: 1 });
    expect(all.blockers[0]).toMatchObject({ code: "running", blocking: true });
    expect(all.blockers[0]?.message).toContain("hooks");
    expect(all.next).toEqual({ action: "stop-or-wait", label: "Wait for the hooks" });
  });

  test("a base that is no branch has its way out where there is a forge or a remote", () => {
    const fixes = (more: Partial<LandingFacts>) => judge({ base: null, ...more }).blockers[0]?.fix;
    expect(fixes({})).toBeNull();
    expect(fixes({ remote: { pushed: false } })?.action).toBe("push");
    expect(fixes({ remote: { pushed: true }, forge: true })?.action).toBe("pull-request");
  });

  test("conflicts take the ways of merging, and hide that the base has moved", () => {
    const clash = { behind: 1, conflicts: ["a.txt"] };
    expect(codes(clash)).toEqual(["conflicts_with_base"]);
    expect(judge(clash).ways).toEqual([]);
    expect(judge({ behind: 1 }).ways).toEqual(["merge", "squash"]);
  });

  test("without a worktree there is nothing else to say", () => {
    expect(codes({ hasWorktree: false, dirty: 3 })).toEqual(["no_worktree"]);
    expect(next({ hasWorktree: false, restorable: true })).toBe("restore-worktree");
    // A checkpoint could not be written over what lies there.
    const strange = { hasWorktree: false, restorable: false, strange: "It is no checkout." };
    expect(judge(strange).blockers).toMatchObject([{ message: "It is no checkout.", fix: null }]);
    expect(next(strange)).toBeNull();
  });
});

describe("what comes next", () => {
  test("goes from commit over rebase or resolve to merge to done", () => {
    const steps: readonly (readonly [Partial<LandingFacts>, ReturnType<typeof next>])[] = [
      [{ needsYou: true, running: true, dirty: 1 }, "answer"],
      [{ running: true, dirty: 1 }, "stop-or-wait"],
      [{ unfinished: "rebase", dirty: 1 }, "ask-agent-to-resolve"],
      [{ dirty: 1, behind: 1 }, "commit"],
      [{ behind: 1, conflicts: ["a"] }, "ask-agent-to-resolve"],
      [{ behind: 1 }, "rebase"],
      [{}, "merge"],
      [{ landed: true }, "mark-done"],
      [{ landed: true, done: true }, null],
      [{ ahead: 0 }, null],
    ];
    for (const [facts, action] of steps) expect([facts, next(facts)]).toEqual([facts, action]);
  });

  test("where the base is checked out: the forge, or a command", () => {
    const standsOn = { path: "/repo", command: "git -C /repo merge x" };
    expect(next({ standsOn })).toBe("run-command");
    expect(next({ standsOn, forge: true, remote: { pushed: false } })).toBe("pull-request");
  });

  test("with a pull request it is pushed to, waited for, and then done", () => {
    const open = { pullRequest: "open" } as const;
    expect(next({ ...open, remote: { pushed: false } })).toBe("push");
    expect(next({ ...open, remote: { pushed: true } })).toBeNull();
    expect(next({ pullRequest: "merged" })).toBe("mark-done");
  });
});
