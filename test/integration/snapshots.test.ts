import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";

import { join } from "node:path";
import type { Changes } from "../../src/contract/changes.ts";
import type { Run } from "../../src/contract/run.ts";
import { git, makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { fileExists, TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;
afterEach(() => server.dispose());

async function prepared(): Promise<void> {
  server = await TestServer.start();
  repo = makeRepo({ "a.txt": "1\n" });
  await server.client.trust(repo);
}

const flag = (name: string) => join(scratch("flag"), name);

async function turn(taskId: string, runId: string) {
  const path = `/tasks/${taskId}/changes?scope=turn&run=${runId}`;
  const { status, body } = await server.client.get<{ changes: Changes; error: string }>(path);
  if (status !== 200) return { status, error: body.error };
  const { from, to, files } = body.changes;
  return { from: from.label, to: to.label, files: files.map((file) => file.path) };
}

async function follow(taskId: string, runId: string, text: string): Promise<Run> {
  const sent = await server.client.post<{ run: Run }>(`/runs/${runId}/input`, { text });
  await server.client.ended(taskId, sent.body.run.id);
  return sent.body.run;
}

const refs = (taskId: string) =>
  git(repo, "for-each-ref", "--format=%(refname)", `refs/agetor/turn/${taskId}`)
    .split("\n")
    .filter(Boolean)
    .map((ref) => ref.split("/").slice(4).join("/"));

describe("the files before and after each run", () => {
  test("are kept while the server is away, and of a run that is stopped", async () => {
    await prepared();
    const go = flag("go");
    const done = flag("done");
    const script = `until: ${go}\nwrite: late.txt | 1\nrun: touch ${done}`;
    const { task, run } = await server.client.startFake(repo, script);
    await server.client.until(task.id, (now) => now.column === "running");
    await server.kill();
    writeFileSync(go, "");
    await fileExists(done);
    server = await server.restart();
    await server.client.ended(task.id, run.id);
    const whole = { from: "before turn 1", to: "after turn 1", files: ["late.txt"] };
    expect(await turn(task.id, run.id)).toEqual(whole);

    const endless = "write: half.txt | 1\nuntil: /never/there";
    const path = `/runs/${run.id}/input`;
    const second = (await server.client.post<{ run: Run }>(path, { text: endless })).body.run;
    await server.client.events(
      `/tasks/${task.id}/events`,
      (event) => event.runId === second.id && event.type === "tool.result",
    );
    await server.client.post(`/runs/${second.id}/cancel`);
    await server.client.ended(task.id, second.id);
    expect(await turn(task.id, second.id)).toEqual({
      ...{ from: "before turn 2", to: "after turn 2", files: ["half.txt"] },
    });
    expect(await turn(task.id, run.id)).toEqual(whole);
  });

  test("go with a deleted task into the trash, come back with it, and go for good with it", async () => {
    await prepared();
    const { task, run } = await server.client.startFake(repo, "write: one.txt | 1");
    await server.client.ended(task.id, run.id);
    await server.client.post(`/tasks/${task.id}/reviewed`);
    const path = `/runs/${run.id}/input`;
    const text = "write: two.txt | 2\nuntil: /never/there";
    const { body } = await server.client.post<{ run: Run }>(path, { text });
    const second = body.run.id;
    await server.client.events(
      `/tasks/${task.id}/events`,
      (event) => event.runId === second && event.type === "tool.result",
    );
    const remove = () => server.client.call("DELETE", `/tasks/${task.id}`);
    expect((await remove()).status).toBe(200);
    expect(refs(task.id)).toHaveLength(4);
    expect((await server.client.post(`/tasks/${task.id}/restore`)).status).toBe(200);
    const turns = [await turn(task.id, run.id), await turn(task.id, second)];
    expect(turns).toEqual([
      { from: "before turn 1", to: "after turn 1", files: ["one.txt"] },
      { from: "before turn 2", to: "after turn 2", files: ["two.txt"] },
    ]);
    const since = await server.client.get<{ changes: Changes }>(
      `/tasks/${task.id}/changes?scope=review`,
    );
    expect(since.body.changes.files.map((file) => file.path)).toEqual(["two.txt"]);

    await remove();
    await server.stop();
    const db = new Database(join(server.dataDir, "agetor.sqlite"));
    db.run("UPDATE task SET deleted_at = 1 WHERE id = ?", [task.id]);
    db.close();
    server = await server.restart();
    let left = 1;
    while (left > 0) left = (await server.client.get<{ tasks: [] }>("/trash")).body.tasks.length;
    expect(refs(task.id)).toEqual([]);
    expect(git(repo, "for-each-ref", "refs/agetor")).toBe("");
  });

  test("that are too large are not kept: no run fails by it, and the scope says why", async () => {
    await prepared();
    const big = "run: truncate -s 201M big.bin";
    const { task, run } = await server.client.startFake(repo, big);
    await server.client.ended(task.id, run.id);
    expect((await server.client.task(task.id)).runStatus).toBe("succeeded");
    expect(await turn(task.id, run.id)).toEqual({
      from: "before turn 1",
      to: "now: the end of turn 1 was not kept",
      files: ["big.bin"],
    });
    const second = await follow(task.id, run.id, "run: rm big.bin");
    expect((await server.client.task(task.id)).runStatus).toBe("succeeded");
    const missing = await turn(task.id, second.id);
    expect(missing).toEqual({ status: 404, error: expect.stringContaining("larger than 200 MB") });
    expect(server.log()).toContain("the files of a moment were not kept");
    const third = await follow(task.id, second.id, "write: b.txt | 1");
    expect(await turn(task.id, third.id)).toEqual({
      ...{ from: "before turn 3", to: "after turn 3", files: ["b.txt"] },
    });
    expect(refs(task.id)).toHaveLength(4);
  });

  test("stand in for those of the turn beside them, where its own are missing", async () => {
    await prepared();
    const { task, run } = await server.client.startFake(repo, "write: one.txt | 1");
    await server.client.ended(task.id, run.id);
    const second = await follow(task.id, run.id, "write: two.txt | 2\nexit: 0");
    // The agent is gone: the next message starts another, which is waited for just the same.
    const third = await follow(task.id, second.id, "write: three.txt | 3");
    const drop = (id: string, side: string) =>
      git(repo, "update-ref", "-d", `refs/agetor/turn/${task.id}/${id}/${side}`);
    await turn(task.id, third.id);
    drop(second.id, "start");
    drop(second.id, "end");
    expect(await turn(task.id, second.id)).toEqual({
      ...{ from: "after turn 1", to: "before turn 3", files: ["two.txt"] },
    });
    drop(run.id, "start");
    expect(await turn(task.id, run.id)).toMatchObject({ status: 404 });
    expect(await turn(task.id, third.id)).toEqual({
      ...{ from: "before turn 3", to: "after turn 3", files: ["three.txt"] },
    });
  });
});
