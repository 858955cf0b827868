import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";

import { join } from "node:path";
import type { Review, ReviewComment } from "../../src/contract/review.ts";
import type { Run } from "../../src/contract/run.ts";
import type { QueuedMessage, Task } from "../../src/contract/task.ts";
import type { Client } from "../support/client.ts";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;

beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo();
  await server.client.trust(repo);
});
afterAll(() => server.dispose());

const text = "one\\ntwo\\nthree\\nfour\\nfive";

/** A task whose agent wrote five lines and ended. */
async function reviewed(prompt = `write: a.txt | ${text}`): Promise<Task> {
  const { client } = server;
  const { task, run } = await client.startFake(repo, prompt);
  await client.ended(task.id, run.id);
  return client.task(task.id);
}

async function comment(task: Task, body: object, client: Client = server.client) {
  const reply = await client.post<{ comment: ReviewComment }>(`/tasks/${task.id}/comments`, body);
  expect([reply.status, reply.body]).toEqual([201, reply.body]);
  return reply.body.comment;
}

async function review(task: Task, client: Client = server.client): Promise<Review> {
  return (await client.get<{ review: Review }>(`/tasks/${task.id}/review`)).body.review;
}

const on = (start: number, end: number) => ({
  path: "a.txt",
  range: { side: "new", start, end } as const,
});

function write(task: Task, name: string, content: string): void {
  writeFileSync(join(task.worktreePath ?? "", name), content);
}

describe("comments on changes", () => {
  test("are drafts that follow their lines until they are sent as one message", async () => {
    const task = await reviewed();
    const first = await comment(task, { ...on(2, 3), body: "Say it in capitals" });
    expect(first).toMatchObject({
      state: "draft",
      quote: "two\nthree",
      current: { side: "new", start: 2, end: 3 },
      sentIn: null,
    });
    await comment(task, { body: "write: a.txt | zero\\none\\nTWO\\nTHREE\\nfour\\nfive" });
    write(task, "a.txt", "zero\none\ntwo\nthree\nfour\nfive\n");
    expect((await review(task)).comments[0]?.current).toEqual({ side: "new", start: 3, end: 4 });
    const sent = await server.client.post<{ run: Run }>(`/tasks/${task.id}/review/send`, {
      text: "Nearly there.",
    });
    expect(sent.status).toBe(202);
    expect(sent.body.run.prompt).toBe(
      [
        "Nearly there.",
        "Review of your changes, 2 comments. Work through all of them.",
        "1. `a.txt`, lines 3 to 4:",
        "```\ntwo\nthree\n```",
        "Say it in capitals",
        "2. on the whole:",
        "write: a.txt | zero\\none\\nTWO\\nTHREE\\nfour\\nfive",
      ].join("\n\n"),
    );
    await server.client.ended(task.id, sent.body.run.id);
    const [lines, whole] = (await review(task)).comments;
    expect(lines).toMatchObject({
      state: "addressed",
      quote: "two\nthree",
      current: { side: "new", start: 3, end: 4 },
      currentText: "TWO\nTHREE",
      sentIn: sent.body.run.id,
      addressedIn: sent.body.run.id,
    });
    expect(whole).toMatchObject({ state: "open", sentIn: sent.body.run.id, settled: false });
  });

  test("know which run changed their lines, also when it was a later one", async () => {
    const task = await reviewed();
    await comment(task, { ...on(5, 5), body: "say: I will" });
    const { body } = await server.client.post<{ run: Run }>(`/tasks/${task.id}/review/send`);
    await server.client.ended(task.id, body.run.id);
    expect((await review(task)).comments[0]).toMatchObject({ state: "open", addressedIn: null });
    const later = await server.client.post<{ run: Run }>(`/runs/${body.run.id}/input`, {
      text: "write: a.txt | one\\ntwo\\nthree\\nfour\\nFIVE",
    });
    await server.client.ended(task.id, later.body.run.id);
    expect((await review(task)).comments[0]).toMatchObject({
      state: "addressed",
      addressedIn: later.body.run.id,
      currentText: "FIVE",
    });
  });

  test("of lines that anyone else changed, or that are gone, are outdated and keep their quote", async () => {
    const task = await reviewed();
    const draft = await comment(task, { ...on(2, 2), body: "say: hm" });
    const { body } = await server.client.post<{ run: Run }>(`/tasks/${task.id}/review/send`);
    await server.client.ended(task.id, body.run.id);
    rmSync(join(task.worktreePath ?? "", "a.txt"));
    expect((await review(task)).comments[0]).toMatchObject({
      id: draft.id,
      state: "outdated",
      quote: "two",
      current: null,
    });
  });

  test("are settled and reopened by the person; a sent one is not rewritten", async () => {
    const task = await reviewed();
    const made = await comment(task, { path: "a.txt", body: "say: fine" });
    const path = `/tasks/${task.id}/comments/${made.id}`;
    expect((await server.client.call("PATCH", path, { body: "say: better" })).status).toBe(200);
    const { body } = await server.client.post<{ run: Run }>(`/tasks/${task.id}/review/send`);
    expect(body.run.prompt).toContain("say: better");
    await server.client.ended(task.id, body.run.id);
    const patch = (change: object) =>
      server.client.call<{ comment: ReviewComment; code: string }>("PATCH", path, change);
    expect((await patch({ body: "other" })).body.code).toBe("locked");
    expect((await patch({ settled: true })).body.comment.state).toBe("addressed");
    expect((await patch({ settled: false })).body.comment).toMatchObject({
      state: "open",
      settled: true,
    });
  });

  test("of a message that was taken back from the queue are drafts again", async () => {
    const { client } = server;
    const flag = join(scratch("flag"), "go");
    const { task, run } = await client.startFake(repo, `until: ${flag}`);
    await client.until(task.id, (seen) => seen.column === "running");
    const made = await comment(task, { body: "Wait for me" });
    const sent = await client.post<{ queued: QueuedMessage }>(`/tasks/${task.id}/review/send`);
    expect((await review(task)).comments[0]).toMatchObject({ state: "open", sentIn: null });
    const again = await client.post<{ code: string }>(`/tasks/${task.id}/review/send`);
    expect([again.status, again.body.code]).toEqual([400, "invalid_request"]);
    await client.call("DELETE", `/tasks/${task.id}/queue/${sent.body.queued.id}`);
    expect((await review(task)).comments[0]).toMatchObject({ id: made.id, state: "draft" });
    writeFileSync(flag, "");
    await client.ended(task.id, run.id);
  });

  test("bad places and unknown comments are refused, and nothing outside is read", async () => {
    const task = await reviewed();
    const post = (body: object) =>
      server.client.post<{ code: string }>(`/tasks/${task.id}/comments`, body);
    const wrong = [
      { range: { side: "new", start: 1, end: 1 }, body: "no file" },
      { ...on(3, 2), body: "backwards" },
      { ...on(1, 2), quote: "one", body: "another number of lines" },
      { ...on(0, 0), body: "lines begin at 1" },
      { body: "" },
      { body: "x", more: true },
    ];
    for (const body of wrong) {
      const reply = await post(body);
      expect([body, reply.status, reply.body.code]).toEqual([body, 400, "invalid_request"]);
    }
    symlinkSync("/etc/hostname", join(task.worktreePath ?? "", "link"));
    for (const path of ["link", "../../agetor.sqlite", "/etc/hostname"]) {
      const made = await comment(task, { ...on(1, 1), path, body: "Look outside" });
      expect([path, made.quote, made.current]).toEqual([path, "", null]);
    }
    const unknown = await server.client.post<{ code: string }>(`/tasks/${task.id}/review/send`, {
      comments: ["01JD0000000000000000000000"],
    });
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const other = await reviewed();
    const [first] = (await review(task)).comments;
    const path = `/tasks/${other.id}/comments/${first?.id}`;
    expect((await server.client.call("DELETE", path)).status).toBe(404);
  });

  test("a send that is repeated with its key sends once", async () => {
    const task = await reviewed();
    await comment(task, { body: "say: once" });
    const key = { "idempotency-key": "01JD0000000000000000000REV" };
    const path = `/tasks/${task.id}/review/send`;
    const [one, two] = await Promise.all([
      server.client.post<{ run: Run }>(path, {}, key),
      server.client.post<{ run: Run }>(path, {}, key),
    ]);
    expect([one.status, two.body]).toEqual([202, one.body]);
    await server.client.ended(task.id, one.body.run.id);
    expect((await server.client.runs(task.id)).length).toBe(2);
  });
});

describe("files looked at", () => {
  test("are marked by their content, and everything outlives a kill -9", async () => {
    const dying = await TestServer.start();
    try {
      await dying.client.trust(repo);
      const { task, run } = await dying.client.startFake(repo, `write: a.txt | ${text}`);
      await dying.client.ended(task.id, run.id);
      await comment(task, { ...on(1, 1), body: "Keep me" }, dying.client);
      const put = (files: object[]) =>
        dying.client.call("PUT", `/tasks/${task.id}/viewed`, { files });
      await put([
        { path: "a.txt", id: "first" },
        { path: "b.txt", id: "other" },
      ]);
      await put([
        { path: "a.txt", id: "second" },
        { path: "b.txt", id: null },
      ]);
      await dying.kill();
      const next = await dying.restart();
      try {
        const kept = await review(task, next.client);
        expect(kept.comments.map(({ body, quote }) => [body, quote])).toEqual([["Keep me", "one"]]);
        expect(kept.viewed.map(({ path, id }) => [path, id])).toEqual([["a.txt", "second"]]);
      } finally {
        await next.kill();
      }
    } finally {
      await dying.dispose();
    }
  });
});
