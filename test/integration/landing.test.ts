import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkpoint } from "../../src/contract/changes.ts";
import type { Landing } from "../../src/contract/landing.ts";
import type { Task } from "../../src/contract/task.ts";
import { git, makeRepo, writeFiles } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { fileExists, TestServer } from "../support/server.ts";

let server: TestServer;
/** Where a stand-in for gh lies, which says what the file `state` beside it says. */
let bin: string;

beforeAll(async () => {
  const parent = mkdtempSync(join(tmpdir(), "agetor-test-"));
  mkdirSync(join(parent, "home"));
  const config = "[user]\n\tname = Pat Person\n\temail = pat@example.test\n";
  writeFileSync(join(parent, "home", ".gitconfig"), config);
  bin = join(parent, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "state"), "OPEN");
  const answer = `{"number":7,"url":"https://github.com/owner/name/pull/7","title":"Title","state":"'$(cat ${bin}/state)'","isDraft":false,"updatedAt":"2026-01-02T03:04:05Z"}`;
  writeFileSync(join(bin, "gh"), `#!/bin/sh\ncat > /dev/null\necho '${answer}'\n`);
  chmodSync(join(bin, "gh"), 0o755);
  const env = { PATH: `${bin}:${process.env["PATH"]}` };
  server = await TestServer.start({ dataDir: join(parent, "data"), env });
});

afterAll(() => server.dispose());

/** A repository whose `main` nobody stands on, and a task of it that is in review. */
async function reviewed(prompt: string, files?: Record<string, string>) {
  const repo = makeRepo(files);
  git(repo, "switch", "-q", "--detach");
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(repo, prompt, { baseRef: "main" });
  await server.client.ended(task.id, run.id);
  return { repo, task: await server.client.task(task.id), id: task.id };
}

const at = (task: Task, path: string) => join(task.worktreePath ?? "", path);

async function landing(id: string): Promise<Landing> {
  const reply = await server.client.get<{ landing: Landing }>(`/tasks/${id}/landing`);
  expect(reply.status).toBe(200);
  return reply.body.landing;
}

async function post<T>(id: string, path: string, body: unknown = {}): Promise<T> {
  const reply = await server.client.post<T>(`/tasks/${id}/${path}`, body);
  expect([path, reply.status, JSON.stringify(reply.body)]).toEqual([
    path,
    200,
    JSON.stringify(reply.body),
  ]);
  return reply.body;
}

const codes = ({ blockers }: Landing) => blockers.map(({ code }) => code);

describe("from review to done", () => {
  test("commit, rebase, merge: each step is the one suggested, each has its way back", async () => {
    const { repo, task, id } = await reviewed("write: src/a.txt | one\nsay: done");
    const first = await landing(id);
    expect(first).toMatchObject({
      dirtyFiles: 1,
      landed: false,
      base: { branch: "main" },
      next: { action: "commit" },
    });
    expect(codes(first)).toEqual(["uncommitted"]);
    const words = await server.client.get<{ commit: { title: string; body: string } }>(
      `/tasks/${id}/suggestions`,
    );
    expect(words.body.commit.body).toBe("- Add src/a.txt");
    const message = `${words.body.commit.title}\n\n${words.body.commit.body}`;
    const { commit } = await post<{ commit: { sha: string } }>(id, "commit", { message });
    expect(git(repo, "log", "-1", "--format=%an", commit.sha)).toBe("Pat Person");
    writeFiles(repo, { "b.txt": "base\n" });
    git(repo, "add", "-A");
    git(repo, "commit", "-q", "-m", "the base moves");
    git(repo, "push", "-q", ".", "HEAD:main");
    expect(await landing(id)).toMatchObject({ ahead: 1, behind: 1, next: { action: "rebase" } });
    const rebased = await post<{ headSha: string; checkpoint: Checkpoint }>(id, "rebase");
    expect(rebased.checkpoint.reason).toBe("rebase");
    expect((await server.client.task(id)).baseSha).toBe(git(repo, "rev-parse", "main"));
    const ready = await landing(id);
    expect(ready).toMatchObject({ ways: ["fast-forward", "merge", "squash"], blockers: [] });
    expect(ready.next?.action).toBe("merge");
    const merged = await post<{ landed: { sha: string }; after: string; checkpoint: Checkpoint }>(
      id,
      "merge",
      { how: "squash" },
    );
    expect(merged).toMatchObject({ landed: { base: "main", how: "squash" }, after: "keep" });
    expect(git(repo, "rev-parse", "main")).toBe(merged.landed.sha);
    expect(git(repo, "show", "main:src/a.txt")).toBe("one");
    expect(await server.client.task(id)).toMatchObject({ column: "done", archivedAt: null });
    expect(await landing(id)).toMatchObject({ landed: true, blockers: [], next: null });
    const { body } = await server.client.get<{ checkpoints: Checkpoint[] }>(
      `/tasks/${id}/checkpoints`,
    );
    expect(body.checkpoints.map(({ reason }) => reason)).toEqual(["merge", "rebase", "commit"]);
    await post(id, `checkpoints/${body.checkpoints[0]?.id}/restore`);
    expect(git(repo, "rev-parse", "main")).toBe(ready.base?.sha ?? "");
    await post(id, `checkpoints/${body.checkpoints[1]?.id}/restore`);
    expect((await server.client.task(id)).baseSha).toBe(task.baseSha);
    await post(id, `checkpoints/${body.checkpoints[2]?.id}/restore`);
    expect(git(at(task, ""), "status", "--porcelain", "-uall")).toBe("?? src/a.txt");
  });

  test("the preference says what becomes of the task; the body says it better", async () => {
    const { client } = server;
    await client.call("PUT", "/preferences/landing.after", { value: "archive" });
    const one = await reviewed("write: a.txt | one");
    await post(one.id, "commit", { message: "One" });
    expect(await post(one.id, "merge", { how: "merge" })).toMatchObject({ after: "archive" });
    expect((await client.task(one.id)).archivedAt).not.toBeNull();
    const two = await reviewed("write: a.txt | one");
    await post(two.id, "commit", { message: "Two" });
    const body = { how: "fast-forward", after: "delete" };
    const headers = { "idempotency-key": "01HKEY00000000000000000077" };
    const merge = () => client.post(`/tasks/${two.id}/merge`, body, headers);
    const first = await merge();
    expect(first.body).toMatchObject({ after: "delete", landed: { how: "fast-forward" } });
    expect((await client.get(`/tasks/${two.id}`)).status).toBe(404);
    expect(existsSync(at(two.task, ""))).toBe(false);
    expect(git(two.repo, "show", "main:a.txt")).toBe("one");
    expect(await merge()).toEqual(first);
    await client.call("PUT", "/preferences/landing.after", { value: "keep" });
  });

  test("a base that is checked out is left to the person, and noticed when they merged", async () => {
    const { repo, id } = await reviewed("write: a.txt | one");
    await post(id, "commit", { message: "Work" });
    git(repo, "switch", "-q", "main");
    const stands = await landing(id);
    expect(codes(stands)).toEqual(["base_checked_out"]);
    const command = stands.blockers[0]?.fix?.command ?? "";
    expect(command).toBe(`git -C ${repo} merge ${stands.branch}`);
    const refused = await server.client.post<{ code: string }>(`/tasks/${id}/merge`, {
      how: "merge",
    });
    expect([refused.status, refused.body.code]).toEqual([409, "base_checked_out"]);
    git(repo, ...command.split(" ").slice(3));
    expect(await landing(id)).toMatchObject({ landed: true, next: { action: "mark-done" } });
  });
});

describe("taking work back", () => {
  test("a hunk, a file; and back again by the checkpoint", async () => {
    const { task, id } = await reviewed("write: a.txt | two\nwrite: b.txt | new", {
      "a.txt": "one\n",
    });
    const { body } = await server.client.get<{
      changes: { files: { path: string; patch: string }[] };
    }>(`/tasks/${id}/changes`);
    const patch = body.changes.files.find(({ path }) => path === "a.txt")?.patch;
    const hunk = await post<{ checkpoint: Checkpoint }>(id, "changes/revert", {
      kind: "hunks",
      path: "a.txt",
      patch,
    });
    expect(readFileSync(at(task, "a.txt"), "utf8")).toBe("one\n");
    const again = await server.client.post<{ code: string; hint: string }>(
      `/tasks/${id}/changes/revert`,
      { kind: "hunks", path: "a.txt", patch },
    );
    expect([again.status, again.body.code]).toEqual([409, "merge_conflict"]);
    expect(again.body.hint).not.toBe("");
    await post(id, "changes/revert", { kind: "files", paths: ["b.txt"] });
    expect(existsSync(at(task, "b.txt"))).toBe(false);
    await post(id, `checkpoints/${hunk.checkpoint.id}/restore`);
    expect(readFileSync(at(task, "a.txt"), "utf8")).toBe("two\n");
    expect(readFileSync(at(task, "b.txt"), "utf8")).toBe("new\n");
    const none = { kind: "files", paths: ["a.txt"], scope: "review" };
    const unknown = await server.client.post<{ code: string }>(`/tasks/${id}/changes/revert`, none);
    expect([unknown.status, unknown.body.code]).toEqual([422, "nothing_to_restore"]);
  });

  test("is refused while the agent works", async () => {
    const repo = makeRepo();
    await server.client.trust(repo);
    const folder = scratch("flag");
    const go = join(folder, "go");
    const prompt = `write: a.txt | one\nrun: touch ${folder}/there\nuntil: ${go}`;
    const { task, run } = await server.client.startFake(repo, prompt);
    await fileExists(join(folder, "there"));
    for (const [path, body] of [
      ["changes/revert", { kind: "files", paths: ["a.txt"] }],
      ["commit", { message: "x" }],
      ["rebase", {}],
      ["merge", { how: "merge" }],
    ] as const) {
      const refused = await server.client.post<{ code: string; hint: string }>(
        `/tasks/${task.id}/${path}`,
        body,
      );
      expect([path, refused.status, refused.body.code]).toEqual([path, 409, "already_running"]);
      expect(refused.body.hint).not.toBe("");
    }
    expect(await landing(task.id)).toMatchObject({ next: { action: "stop-or-wait" } });
    writeFileSync(go, "");
    await server.client.ended(task.id, run.id);
    await post(task.id, "changes/revert", { kind: "files", paths: ["a.txt"] });
  });

  test("a worktree that was removed by hand comes back with a checkpoint", async () => {
    const { repo, task, id } = await reviewed("write: a.txt | dear");
    await post(id, "changes/revert", { kind: "files", paths: ["a.txt"] });
    rmSync(at(task, ""), { recursive: true });
    const gone = await landing(id);
    expect(codes(gone)).toEqual(["no_worktree"]);
    expect(gone.next?.action).toBe("restore-worktree");
    const { body } = await server.client.get<{ checkpoints: Checkpoint[] }>(
      `/tasks/${id}/checkpoints`,
    );
    await post(id, `checkpoints/${body.checkpoints[0]?.id}/restore`);
    expect(readFileSync(at(task, "a.txt"), "utf8")).toBe("dear\n");
    git(repo, "fsck", "--strict");
  });
});

describe("leaving the machine", () => {
  test("a push, a pull request, and its state again; the next step follows", async () => {
    const { client } = server;
    const { repo, id } = await reviewed("write: a.txt | one");
    git(repo, "switch", "-q", "main");
    await post(id, "commit", { message: "Work" });
    expect(await landing(id)).toMatchObject({ remote: null, forge: null });
    const bare = join(repo, "..", "bare.git");
    git(repo, "init", "-q", "--bare", bare);
    // The person's own configuration says where GitHub is.
    const home = join(server.dataDir, "..", "home");
    const address = "https://github.com/owner/name.git";
    git(home, "config", "--file", join(home, ".gitconfig"), `url.${bare}.insteadOf`, address);
    git(repo, "remote", "add", "origin", address);
    const before = await landing(id);
    expect(before).toMatchObject({
      remote: { name: "origin", url: address, pushed: false },
      forge: { kind: "gh", available: true, reason: null },
      next: { action: "pull-request" },
    });
    const pushed = await post<{ remote: { pushed: boolean } }>(id, "push");
    expect(pushed.remote.pushed).toBe(true);
    const branch = before.branch ?? "";
    expect(git(bare, "log", "-1", "--format=%s", branch)).toBe("Work");
    const made = await client.post<{ pullRequest: { number: number } }>(
      `/tasks/${id}/pull-request`,
      { title: "Title", body: "Body" },
    );
    expect([made.status, made.body.pullRequest?.number]).toEqual([201, 7]);
    expect(await client.task(id)).toMatchObject({ pullRequest: { number: 7, state: "open" } });
    expect((await landing(id)).next).toBeNull();
    writeFileSync(join(bin, "state"), "MERGED");
    const again = await post<{ pullRequest: { state: string } }>(id, "pull-request/refresh");
    expect(again.pullRequest.state).toBe("merged");
    expect((await landing(id)).next?.action).toBe("mark-done");
  });

  test("without a remote is refused with what helps", async () => {
    const { id } = await reviewed("write: a.txt | one");
    const push = await server.client.post<{ code: string; hint: string }>(`/tasks/${id}/push`);
    expect([push.status, push.body.code]).toEqual([422, "push_failed"]);
    expect(push.body.hint).toContain("git remote add");
    const body = { title: "T", body: "" };
    const request = await server.client.post<{ code: string }>(`/tasks/${id}/pull-request`, body);
    expect([request.status, request.body.code]).toEqual([422, "forge_missing"]);
  });
});

describe("conflicts ahead", () => {
  test("are on both cards, and on the one whose base moved; and go when they are over", async () => {
    const { client } = server;
    const repo = makeRepo({ "a.txt": "one\n", "b.txt": "b\n" });
    git(repo, "switch", "-q", "--detach");
    await client.trust(repo);
    const start = async (prompt: string) => {
      const { task, run } = await client.startFake(repo, prompt, { baseRef: "main" });
      await client.ended(task.id, run.id);
      return task.id;
    };
    const one = await start("write: a.txt | first");
    const two = await start("write: a.txt | second");
    const three = await start("write: c.txt | alone");
    await client.until(one, (task) => task.conflicts?.tasks.includes(two) === true);
    await client.until(two, (task) => task.conflicts?.tasks.includes(one) === true);
    const alone = await client.until(three, (task) => task.conflicts !== null);
    expect(alone.conflicts).toEqual({ base: false, tasks: [] });
    const shown = await landing(one);
    expect(shown.conflicts).toEqual([{ taskId: two, title: expect.any(String), files: ["a.txt"] }]);
    await post(two, "commit", { message: "Second" });
    await post(two, "merge", { how: "fast-forward" });
    const moved = await client.until(one, (task) => task.conflicts?.base === true);
    expect(moved.conflicts).toEqual({ base: true, tasks: [] });
    await client.until(two, (task) => task.conflicts === null);
    await post(one, "changes/revert", { kind: "files", paths: ["a.txt"] });
    await client.until(one, (task) => task.conflicts?.base === false);
  });
});
