import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileMatch } from "../../src/contract/harness.ts";
import { git, makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

/** Files that can be named in a message, over the API. */
let root: string;
let server: TestServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "agetor-files-"));
  server = await TestServer.start();
});
afterAll(async () => {
  await server.dispose();
  rmSync(root, { recursive: true, force: true });
});

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function found(query: Readonly<Record<string, string>>): Promise<string[]> {
  const path = `/files?${new URLSearchParams({ limit: "1000", ...query })}`;
  const { status, body } = await server.client.get<{ files: FileMatch[] }>(path);
  expect([status, body]).toEqual([200, body]);
  return body.files.map((file) => file.path + (file.isDirectory ? "/" : "")).sort();
}

test("of a repository are those git sees: nothing ignored, gone or outside, and nothing runs", async () => {
  const repo = makeRepo({ ".gitignore": "dist/\n*.key\n", "src/main.ts": "1", "gone.ts": "1" });
  write(repo, { "dist/out.js": "1", "secret.key": "1", "src/new.ts": "1", "nested/a.ts": "1" });
  git(join(repo, "nested"), "init", "-q");
  rmSync(join(repo, "gone.ts"));
  write(root, { "outside/private.ts": "1" });
  symlinkSync(join(root, "outside"), join(repo, "way-out"));
  const ran = join(root, "ran");
  git(repo, "config", "core.fsmonitor", `touch ${ran}; false`);
  const files = await found({ workdir: repo });
  expect(files).toEqual([".gitignore", "nested/", "src/", "src/main.ts", "src/new.ts", "way-out"]);
  expect(await found({ workdir: join(repo, "src") })).toEqual(["main.ts", "new.ts"]);
  expect(existsSync(ran)).toBe(false);
});

test("of a task are those where its agent starts, by what is typed", async () => {
  const repo = makeRepo({ "README.md": "1", "app/src/card.ts": "1", "app/src/board.ts": "1" });
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(join(repo, "app"), "write: app/own.ts | 1");
  await server.client.ended(task.id, run.id);
  const { worktreePath } = await server.client.task(task.id);
  write(worktreePath ?? "", { "app/src/made-here.ts": "1" });
  expect(await found({ taskId: task.id, q: "made" })).toEqual(["src/made-here.ts"]);
  expect(await found({ taskId: task.id, q: "card" })).toContain("src/card.ts");
  expect(await found({ taskId: task.id, q: "readme" })).toEqual([]);
});

test("of a folder without git are those that lie there, without what programs made", async () => {
  const folder = join(root, "plain");
  write(folder, {
    "a.txt": "1",
    "sub/b.txt": "1",
    "node_modules/x/index.js": "1",
    ".hidden/c": "1",
  });
  symlinkSync("/", join(folder, "everything"));
  const names = ["a.txt", "sub/", "sub/b.txt", ".hidden/", ".hidden/c", "everything"];
  expect(await found({ workdir: folder })).toEqual(names.sort());
});

test("are asked for of exactly one place that is there", async () => {
  for (const [query, status] of [
    ["", 400],
    [`?workdir=${root}&taskId=01J00000000000000000000000`, 400],
    ["?taskId=01J00000000000000000000000", 404],
    ["?workdir=relative/folder", 422],
    [`?workdir=${root}/none`, 422],
    [`?workdir=${root}&limit=0`, 400],
  ] as const) {
    expect([query, (await server.client.get(`/files${query}`)).status]).toEqual([query, status]);
  }
});
