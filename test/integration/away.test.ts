import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../../src/contract/task.ts";
import { git } from "../support/repo.ts";
import { Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

const at = (task: Task, name: string) => join(task.worktreePath ?? "", name);

/** A task that has left a file which is not committed. */
async function worked(): Promise<Task> {
  yard = await Yard.open();
  const { task, run } = await yard.client.startFake(yard.repo, "write: precious.txt | work");
  await yard.client.ended(task.id, run.id);
  return yard.client.task(task.id);
}

const remove = (id: string) =>
  yard.client.call<{ code?: string; hint?: string; trash?: { dirtyFiles: number } | null }>(
    "DELETE",
    `/tasks/${id}`,
  );

describe("deleting a task whose repository is away", () => {
  test("is refused and leaves everything; with the repository back its work is kept", async () => {
    const task = await worked();
    for (const place of [yard.repo, join(yard.repo, ".git")]) {
      renameSync(place, `${place}-away`);
      const refused = await remove(task.id);
      expect(refused).toMatchObject({ status: 422, body: { code: "repo_gone" } });
      expect(refused.body.hint).toContain(task.worktreePath ?? "-");
      expect(readFileSync(at(task, "precious.txt"), "utf8")).toBe("work\n");
      expect(await yard.client.task(task.id)).toMatchObject({ id: task.id, column: "review" });
      renameSync(`${place}-away`, place);
    }
    expect(await remove(task.id)).toMatchObject({
      status: 200,
      body: { trash: { dirtyFiles: 1 } },
    });
    await yard.client.post(`/tasks/${task.id}/restore`);
    expect(readFileSync(at(task, "precious.txt"), "utf8")).toBe("work\n");
  });

  test("does not end an agent at work", async () => {
    yard = await Yard.open();
    const { client, repo } = yard;
    const script = `run: ${yard.until("go")}\nwrite: late.txt | 1`;
    const { task, run } = await client.startFake(repo, script);
    await client.until(task.id, (now) => now.column === "running");
    renameSync(repo, `${repo}-away`);
    expect((await remove(task.id)).body.code).toBe("repo_gone");
    renameSync(`${repo}-away`, repo);
    yard.let("go");
    await client.ended(task.id, run.id);
    const [last] = await client.runs(task.id);
    expect(last?.phase).toMatchObject({ kind: "ended", outcome: { kind: "succeeded" } });
  });

  test("goes on once the folder is gone as well, and lets go of it for good", async () => {
    const task = await worked();
    rmSync(yard.repo, { recursive: true });
    rmSync(task.worktreePath ?? "", { recursive: true });
    expect(await remove(task.id)).toMatchObject({ status: 200, body: { trash: null } });
    expect((await yard.client.call("DELETE", `/trash/${task.id}`)).status).toBe(200);
  });

  test("a removal that was cut short waits for the repository, also when purged", async () => {
    const task = await worked();
    await yard.client.setUp(yard.repo, { teardown: yard.until("never") });
    const deleting = remove(task.id).catch(() => null);
    await yard.client.events(
      `/events?after=0`,
      (event) => event.type === "task.deleted" && event.taskId === task.id,
    );
    await yard.server.kill();
    await deleting;
    renameSync(yard.repo, `${yard.repo}-away`);
    yard.let("never");
    yard.server = await yard.server.restart();
    const purged = await yard.client.call("DELETE", `/trash/${task.id}`);
    expect(purged).toMatchObject({ status: 422, body: { code: "worktree_failed" } });
    expect(existsSync(at(task, "precious.txt"))).toBe(true);
    renameSync(`${yard.repo}-away`, yard.repo);
    expect((await yard.client.call("DELETE", `/trash/${task.id}`)).status).toBe(200);
    expect(existsSync(task.worktreePath ?? "")).toBe(false);
  });
});

test("a task whose branch somebody removed comes back with its branch and files", async () => {
  const task = await worked();
  const branch = `refs/heads/${task.branch}`;
  git(yard.repo, "update-ref", "-d", branch);
  expect(await remove(task.id)).toMatchObject({ status: 200, body: { trash: { dirtyFiles: 1 } } });
  expect((await yard.client.post(`/tasks/${task.id}/restore`)).status).toBe(200);
  expect(readFileSync(at(task, "precious.txt"), "utf8")).toBe("work\n");
  expect(git(yard.repo, "rev-parse", branch)).toBe(task.baseSha ?? "");
  expect(git(task.worktreePath ?? "", "status", "--porcelain")).toBe("?? precious.txt");
});
