import { afterEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { createParser } from "eventsource-parser";
import type { ChangesFrame } from "../../src/contract/changes.ts";
import type { Event, LiveFrame } from "../../src/contract/event.ts";
import { git, makeRepo, writeFiles } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

const servers: TestServer[] = [];
const streams: AbortController[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.abort();
  for (const server of servers.splice(0)) await server.dispose();
});

async function serve(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await TestServer.start({ env });
  servers.push(server);
  return server;
}

/** A stream that watches tasks; `changed` resolves with the next frame that says so. */
async function watch(server: TestServer, ...ids: string[]) {
  const abort = new AbortController();
  streams.push(abort);
  const query = new URLSearchParams(ids.map((id): [string, string] => ["task", id]));
  const response = await fetch(`${server.client.base}/events?${query}`, {
    headers: { authorization: `Bearer ${server.client.token}` },
    signal: abort.signal,
  });
  const frames: ChangesFrame[] = [];
  let wake: () => void = () => undefined;
  const parser = createParser({
    onEvent: ({ data }) => {
      const frame = JSON.parse(data) as LiveFrame | Event;
      if (frame.type !== "changes") return;
      frames.push(frame as ChangesFrame);
      wake();
    },
  });
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk, { stream: true }));
  };
  read().catch(() => undefined);
  const changed = async (): Promise<ChangesFrame> => {
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { changed, frames, close: () => abort.abort() };
}

/** An idle task with a worktree. */
async function idle(server: TestServer, repo: string) {
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(repo, "write: first.txt | 1");
  await server.client.ended(task.id, run.id);
  // The card has its numbers: everything the run left to do about changes is done.
  await server.client.until(task.id, (now) => now.stats !== null && now.stats.files > 0);
  return server.client.task(task.id);
}

describe("who watches a task hears of its files", () => {
  test("by hand in any folder, new ones too; commits; a review in another window", async () => {
    const server = await serve();
    const repo = makeRepo({ "src/deep/a.txt": "1\n", ".gitignore": "node_modules/\n*.log\n" });
    const task = await idle(server, repo);
    const worktree = task.worktreePath ?? "";
    const stream = await watch(server, task.id);
    expect(await stream.changed()).toMatchObject({ type: "changes", taskId: task.id });
    const numbers = (files: number) =>
      server.client.until(task.id, (now) => now.stats?.files === files);
    appendFileSync(join(worktree, "src/deep/a.txt"), "2\n");
    await stream.changed();
    await numbers(2);
    writeFiles(worktree, { "new/folder/b.txt": "1\n" });
    await stream.changed();
    await numbers(3);
    writeFiles(worktree, { "new/folder/c.txt": "1\n" });
    await stream.changed();
    await numbers(4);
    git(worktree, "add", "-A");
    await stream.changed();
    git(worktree, "commit", "-qm", "by hand");
    await stream.changed();
    await server.client.post(`/tasks/${task.id}/reviewed`);
    await stream.changed();
  });

  test("what git ignores is no news, and a burst costs two processes", async () => {
    const log = join(makeRepo(), "..", "git.log");
    const bin = join(log, "..", "bin");
    const real = Bun.which("git") ?? "git";
    mkdirSync(bin);
    writeFileSync(join(bin, "git"), `#!/bin/sh\necho "$*" >> ${log}\nexec ${real} "$@"\n`);
    chmodSync(join(bin, "git"), 0o755);
    const server = await serve({ PATH: `${bin}${delimiter}${process.env["PATH"]}` });
    const repo = makeRepo({ "a.txt": "1\n", ".gitignore": "node_modules/\n" });
    const task = await idle(server, repo);
    const worktree = task.worktreePath ?? "";
    writeFiles(worktree, { "node_modules/x/index.js": "1\n" });
    const stream = await watch(server, task.id);
    await stream.changed();
    const numbers = (lines: number) =>
      server.client.until(task.id, (now) => now.stats?.additions === lines);
    // Heard once it is watched for sure: the second look after the folders were opened is over.
    appendFileSync(join(worktree, "a.txt"), "2\n");
    await stream.changed();
    await numbers(2);
    writeFileSync(log, "");
    for (let n = 0; n < 50; n += 1) {
      writeFiles(worktree, { [`node_modules/x/${n}.js`]: "1\n" });
      appendFileSync(join(worktree, "a.txt"), "3\n");
    }
    await stream.changed();
    await numbers(52);
    for (let n = 0; n < 50; n += 1) writeFiles(worktree, { [`node_modules/x/y${n}/z.js`]: "1\n" });
    appendFileSync(join(worktree, "a.txt"), "4\n");
    await stream.changed();
    await numbers(53);
    const commands = readFileSync(log, "utf8").trim().split("\n");
    const names = commands.map((command) => /(?:^| )(diff|status|ls-files) /.exec(command)?.[1]);
    expect(names.sort()).toEqual(["diff", "diff", "status", "status"]);
  });

  test("each hears of its own task only; a deleted one is let go of; who comes late is told", async () => {
    const server = await serve();
    const repo = makeRepo();
    const first = await idle(server, repo);
    const second = await idle(server, repo);
    const stream = await watch(server, second.id);
    await stream.changed();
    appendFileSync(join(first.worktreePath ?? "", "README.md"), "unseen\n");
    appendFileSync(join(second.worktreePath ?? "", "README.md"), "seen\n");
    expect(await stream.changed()).toMatchObject({ taskId: second.id });
    await server.client.call("DELETE", `/tasks/${second.id}`);
    expect(existsSync(second.worktreePath ?? "")).toBe(false);
    const late = await watch(server, first.id);
    expect(await late.changed()).toMatchObject({ taskId: first.id });
    await server.client.until(first.id, (now) => now.stats?.files === 2);
  });

  test("the card of a working agent counts without anybody watching", async () => {
    const server = await serve();
    const repo = makeRepo();
    await server.client.trust(repo);
    const go = join(repo, "..", "go");
    const { task, run } = await server.client.startFake(repo, `say: hi\nuntil: ${go}`);
    const { worktreePath } = await server.client.until(task.id, (now) => now.column === "running");
    await server.client.until(task.id, (now) => now.stats?.files === 0);
    // No tool says so: only the files do.
    writeFiles(worktreePath ?? "", { "quiet.txt": "1\n" });
    await server.client.until(task.id, (now) => now.stats?.files === 1);
    writeFileSync(go, "");
    await server.client.ended(task.id, run.id);
  });

  test("the person's own checkout is watched for who looks at its task", async () => {
    const server = await serve();
    const repo = makeRepo({ "sub/a.txt": "1\n" });
    await server.client.trust(repo);
    const workdir = join(repo, "sub");
    const started = await server.client.startFake(workdir, "say: hi", { isolation: "none" });
    await server.client.ended(started.task.id, started.run.id);
    const stream = await watch(server, started.task.id);
    await stream.changed();
    writeFiles(repo, { "elsewhere/b.txt": "1\n" });
    await stream.changed();
    expect((await server.client.task(started.task.id)).stats?.files ?? 0).toBe(0);
  });
});
