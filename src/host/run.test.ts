import { afterAll, expect, test } from "bun:test";
import { Processes } from "./process.ts";
import { runCommand } from "./run.ts";
import { Workspace } from "./testing/workspace.ts";

const work = new Workspace();
afterAll(() => work.remove());
const env = { PATH: process.env["PATH"] ?? "" };
const sh = (script: string, timeoutMs = 10_000, input?: string) =>
  runCommand({
    argv: ["sh", "-c", script],
    env,
    timeoutMs,
    ...(input === undefined ? {} : { input }),
  });

test("answers output, exit code and signal", async () => {
  expect(await sh("echo out; echo err >&2; exit 3")).toEqual({
    code: 3,
    signal: null,
    stdout: "out\n",
    stderr: "err\n",
    timedOut: false,
    spawnError: null,
  });
  expect(await sh("kill -9 $$")).toMatchObject({ code: null, signal: "SIGKILL" });
});

test("gives input and exactly the environment it is told", async () => {
  expect((await sh("cat", 10_000, "hello\nthere")).stdout).toBe("hello\nthere");
  const seen = await runCommand({
    argv: ["/usr/bin/env"],
    env: { ONLY: "this" },
    timeoutMs: 5_000,
    cwd: work.dir,
  });
  expect(seen.stdout).toBe("ONLY=this\n");
});

test("input nobody reads, or that is larger than a pipe, is no failure", async () => {
  const big = "x".repeat(3_000_000);
  expect(await sh("exit 0", 10_000, big)).toMatchObject({ code: 0, spawnError: null });
  expect((await sh("wc -c", 10_000, big)).stdout.trim()).toBe("3000000");
});

test("a missing program, a missing directory and one that is no program are told, not thrown", async () => {
  const missing = await runCommand({ argv: ["/nonexistent/x"], env, timeoutMs: 1_000 });
  expect(missing.spawnError).not.toBeNull();
  expect(missing.code).toBeNull();
  const nowhere = await runCommand({ argv: ["sh"], cwd: "/nonexistent", env, timeoutMs: 1_000 });
  expect(nowhere.spawnError).not.toBeNull();
  await Bun.write(work.path("text"), "text");
  const text = await runCommand({ argv: [work.path("text")], env, timeoutMs: 1_000 });
  expect(text.spawnError).not.toBeNull();
});

test("over its time the whole group goes", async () => {
  const note = work.path("child");
  const output = await sh(`trap '' TERM; sleep 600 & echo $! >'${note}'; wait`, 300);
  expect(output.timedOut).toBe(true);
  expect(output.signal).toBe("SIGKILL");
  const child = Number(await Bun.file(note).text());
  const processes = new Processes();
  await work.until(async () => ((await processes.identify(child)) === null ? true : null));
});

test("100 MB of output are read to their end and kept to the limit", async () => {
  const output = await sh("head -c 100000000 /dev/zero | tr '\\0' x; echo end >&2", 30_000);
  expect(output.code).toBe(0);
  expect(output.stdout.length).toBe(1024 * 1024);
  expect(output.stderr).toBe("end\n");
});

test("a helper that keeps the output open does not keep us", async () => {
  const output = await sh("sleep 600 & echo $!", 30_000);
  expect(output).toMatchObject({ code: 0, timedOut: false });
  process.kill(Number(output.stdout), "SIGKILL");
});
