import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { createHost } from "./host.ts";
import type { ShortAnswers } from "./testing/short-of-files.ts";
import { Workspace } from "./testing/workspace.ts";

const work = new Workspace();
afterAll(() => work.remove());

test("making a host touches nothing", () => {
  const dataDir = work.path("untouched");
  const host = createHost({ dataDir, env: { PATH: "/usr/bin", SECRET: "x" } });
  expect(host.baseEnv()).not.toHaveProperty("SECRET");
  host.directory(`${dataDir}/sessions/a`);
  host.tmux.attachCommand("a");
  expect(existsSync(dataDir)).toBe(false);
});

test("two data directories have two tmux sockets, two ways to one directory the same", () => {
  const attach = (dataDir: string) => createHost({ dataDir, env: {} }).tmux.attachCommand("a");
  mkdirSync(work.path("one"));
  expect(attach(work.path("one"))).not.toBe(attach(work.path("two")));
  expect(attach(work.path("one"))).toBe(attach(`${work.path("one")}/../one/`));
  expect(attach(work.path("one"))).toMatch(/-S \/tmp\/tmux-\d+\/agetor-[0-9a-f]{12} attach/);
});

test("out of file descriptors: every call is a fault, and works when there are some again (PROC-10)", async () => {
  const dir = work.path("short");
  mkdirSync(dir);
  const child = Bun.spawn(
    [
      "sh",
      "-c",
      'ulimit -n 64; exec "$@"',
      "sh",
      process.execPath,
      `${import.meta.dir}/testing/short-of-files.ts`,
      dir,
    ],
    { stdout: "pipe" },
  );
  const answers = JSON.parse(await new Response(child.stdout).text()) as ShortAnswers;
  expect(await child.exited).toBe(0);
  expect(answers.spawnError).not.toBeNull();
  expect(answers).toMatchObject({
    start: "host_failed",
    launches: 0,
    tailWhileShort: 0,
    tailAfter: 1,
    runAfter: "fine\n",
    startAfter: "started",
  });
  expect(readdirSync(dir).sort()).toEqual(["late", "out", "sessions"]);
});
