import { afterEach, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { git } from "../support/repo.ts";
import { noticesIn, toolOf, Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

const read = (task: Task, name: string) =>
  readFileSync(join(task.worktreePath ?? "", name), "utf8");

/** A task that changed one file and made another, and committed neither. */
async function worked(): Promise<Task> {
  yard = await Yard.open({ "a.txt": "a\n", "b.txt": "b\n" });
  const script = "write: a.txt | edited\nwrite: new.txt | new";
  const { task, run } = await yard.client.startFake(yard.repo, script);
  await yard.client.ended(task.id, run.id);
  // Whoever asks what the turn did waits until its files are kept.
  const turn = await yard.client.get(`/tasks/${task.id}/changes?scope=turn&run=${run.id}`);
  expect(turn.status).toBe(200);
  return yard.client.task(task.id);
}

async function follow(task: Task, text: string): Promise<readonly Event[]> {
  const path = `/runs/${(await yard.client.task(task.id)).runId}/input`;
  const { body } = await yard.client.post<{ run: Run }>(path, { text });
  const events = await yard.client.ended(task.id, body.run.id);
  return events.filter(({ runId }) => runId === body.run.id);
}

const again = (events: readonly Event[]) =>
  noticesIn(events).filter(({ code }) => code === "worktree_made_again");

const withFiles = "The worktree was gone; it was made again with the files of the last turn.";

test("a follow-up to a living agent whose worktree is gone goes to a new one with its files", async () => {
  const task = await worked();
  rmSync(task.worktreePath ?? "", { recursive: true });
  const events = await follow(task, "run: pwd && cat a.txt new.txt");
  expect(toolOf(events, "Bash").results[0]?.output).toBe(`${task.worktreePath}\nedited\nnew\n`);
  expect(again(events).map(({ message }) => message)).toEqual([withFiles]);
  expect(git(task.worktreePath ?? "", "status", "--porcelain")).toBe("M a.txt\n?? new.txt");
  // Once it stands, nothing more is said and nothing is made anew.
  expect(again(await follow(task, "write: b.txt | two"))).toEqual([]);
  expect(read(task, "a.txt")).toBe("edited\n");
});

test("so does one to an agent that is gone too, and whose branch somebody removed", async () => {
  const task = await worked();
  const [ref] = [...new Bun.Glob("sessions/**/ref").scanSync({ cwd: yard.server.dataDir })];
  await yard.server.kill();
  const pid = Number(
    readFileSync(join(yard.server.dataDir, ref ?? ""), "utf8")
      .trim()
      .split(/\s+/)[0],
  );
  process.kill(-pid, "SIGKILL");
  rmSync(task.worktreePath ?? "", { recursive: true });
  git(yard.repo, "update-ref", "-d", `refs/heads/${task.branch}`);
  yard.server = await yard.server.restart();
  const events = await follow(task, "say: hello");
  expect(again(events).map(({ message }) => message)).toEqual([withFiles]);
  expect([read(task, "a.txt"), read(task, "new.txt")]).toEqual(["edited\n", "new\n"]);
  expect(git(task.worktreePath ?? "", "rev-parse", "--abbrev-ref", "HEAD")).toBe(task.branch ?? "");
});

test("a branch that moved on since is not taken back; where the files are is said", async () => {
  const task = await worked();
  const worktree = task.worktreePath ?? "";
  git(worktree, "checkout", "-q", "--", "a.txt");
  git(worktree, "add", "-A");
  git(worktree, "commit", "-qm", "only the new one");
  rmSync(worktree, { recursive: true });
  const [told] = again(await follow(task, "say: hello"));
  expect(told?.message).toContain("which has moved on");
  expect(git(worktree, "status", "--porcelain")).toBe("");
  expect(read(task, "a.txt")).toBe("a\n");
  const source = /--source=(\w+)/.exec(told?.hint ?? "")?.[1] ?? "";
  git(worktree, "restore", `--source=${source}`, "--", ".");
  expect(read(task, "a.txt")).toBe("edited\n");
});
