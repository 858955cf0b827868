import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Landing } from "../../src/contract/landing.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { git } from "../support/repo.ts";
import { Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

const landing = async (id: string) =>
  (await yard.client.get<{ landing: Landing }>(`/tasks/${id}/landing`)).body.landing;

const turnRefs = (id: string) =>
  git(yard.repo, "for-each-ref", "--format=%(refname)", `refs/agetor/turn/${id}`);

/** A task under whose agent the worktree was removed, and which wrote one file after. */
async function vanished(): Promise<{ task: Task; run: Run }> {
  yard = await Yard.open({ "a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n" });
  const { client, repo } = yard;
  git(repo, "switch", "-q", "--detach");
  const script = `run: touch ${yard.at("began")}; ${yard.until("go")}\nrun: mkdir -p "$AGETOR_WORKTREE" && echo late > "$AGETOR_WORKTREE/late.txt"`;
  const { task, run } = await client.startFake(repo, script, { baseRef: "main" });
  await client.until(task.id, (now) => now.column === "running");
  const { worktreePath } = await client.task(task.id);
  rmSync(worktreePath ?? "", { recursive: true });
  yard.let("go");
  await client.ended(task.id, run.id);
  return { task: await client.task(task.id), run };
}

test("a folder that took the place of the worktree is never taken for its work", async () => {
  const { task } = await vanished();
  const { client, repo } = yard;
  const worktree = task.worktreePath ?? "";
  mkdirSync(worktree, { recursive: true });
  writeFileSync(join(worktree, "late.txt"), "late\n");
  const before = git(repo, "rev-parse", "main");
  const stands = await landing(task.id);
  expect(stands).toMatchObject({ dirtyFiles: 0, ways: [], next: null });
  expect(stands.blockers.map(({ code, fix }) => [code, fix])).toEqual([["no_worktree", null]]);
  expect(stands.blockers[0]?.message).toContain("is no checkout of this task");
  const wishes = [
    ["commit", { message: "All of it" }],
    ["rebase", {}],
    ["merge", { how: "squash" }],
    ["changes/revert", { kind: "files", paths: ["a.txt"] }],
  ] as const;
  for (const [what, body] of wishes) {
    const reply = await client.post<{ code: string; hint: string }>(
      `/tasks/${task.id}/${what}`,
      body,
    );
    expect([what, reply.status, reply.body.code]).toEqual([what, 422, "worktree_failed"]);
    expect(reply.body.hint).toContain(`mv ${worktree}`);
  }
  expect(git(repo, "rev-parse", "main")).toBe(before);
  expect(existsSync(join(worktree, "late.txt"))).toBe(true);
  // Nor is the loss kept as what the turn left.
  expect(turnRefs(task.id)).not.toContain("/end");
  // A follow-up does not take it up either, and nothing in it is touched.
  const [run] = await client.runs(task.id);
  const sent = await client.post<{ run: Run }>(`/runs/${run?.id}/input`, { text: "say: more" });
  const events = await client.ended(task.id, sent.body.run.id);
  expect(events.findLast(({ type }) => type === "turn.ended")?.data).toMatchObject({
    outcome: { kind: "failed", fault: { code: "worktree_failed" } },
  });
  expect(readFileSync(join(worktree, "late.txt"), "utf8")).toBe("late\n");
  // Moved out of the way, as the hint says, the task goes on.
  renameSync(worktree, `${worktree}-aside`);
  await yard.start(task.id, { prompt: "say: again" });
  expect(git(worktree, "status", "--porcelain")).toBe("");
  expect(readFileSync(join(worktree, "a.txt"), "utf8")).toBe("a\n");
});
