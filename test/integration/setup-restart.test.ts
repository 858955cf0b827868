import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { writeFiles } from "../support/repo.ts";
import { fileExists } from "../support/server.ts";
import { toolOf, Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

interface Started {
  readonly task: Task;
  readonly run: Run;
}

/** A task whose set-up runs, counts itself, and waits for `go`. */
async function running(): Promise<Started> {
  yard = await Yard.open();
  const begin = `${yard.tick("count")}\necho $$ > ${yard.at("pid")}`;
  const setup = `${begin}\n${yard.until("go")}\necho late`;
  await yard.client.setUp(yard.repo, { setup });
  const started = await yard.client.startFake(yard.repo, "say: hello");
  await fileExists(yard.at("pid"));
  return started;
}

async function finished({ task, run }: Started): Promise<void> {
  const events = await yard.client.ended(task.id, run.id);
  expect(yard.count("count")).toBe(1);
  const { calls, results } = toolOf(events, "setup");
  expect(calls).toHaveLength(1);
  expect(results).toMatchObject([{ status: "succeeded", output: "late\n" }]);
  expect((await yard.client.task(task.id)).column).toBe("review");
}

describe("a server that is gone in the middle of a set-up", () => {
  test("killed: the next one goes on with it, once", async () => {
    const started = await running();
    await yard.crash();
    await yard.client.until(started.task.id, (task) => task.live?.verb === "Setting up");
    yard.let("go");
    await finished(started);
  });

  test("killed, and over before the next one comes: its result stands", async () => {
    const started = await running();
    await yard.server.kill();
    yard.let("go");
    await fileExists(join(yard.server.dataDir, "setup", started.task.id, "1", "exit"));
    yard.server = await yard.server.restart();
    await finished(started);
  });

  test("told to end: it leaves the set-up alive", async () => {
    const started = await running();
    expect(await yard.server.stop()).toBe(0);
    expect(yard.runs("pid")).toBe(true);
    yard.server = await yard.server.restart();
    yard.let("go");
    await finished(started);
  });

  test("told to end while files are looked for: nothing has failed, and the next one copies them", async () => {
    yard = await Yard.open({ ".gitignore": ".env\n" });
    const { repo } = yard;
    await yard.client.setUp(repo, { copy: [".env"] });
    writeFiles(repo, { ".env": "A=1\n" });
    // A git that tells when it is asked for the ignored files, and then takes its time.
    const git = Bun.which("git") ?? "git";
    const slow = `case "$*" in *" -X "*) touch ${yard.at("asked")}; exec sleep 600;; esac`;
    const folder = yard.at("bin");
    writeFiles(folder, { git: `#!/bin/sh\n${slow}\nexec ${git} "$@"\n` });
    chmodSync(join(folder, "git"), 0o755);
    await yard.server.stop();
    const env = { PATH: `${folder}:${process.env["PATH"]}` };
    yard.server = await yard.server.restart({ env });
    const { task, run } = await yard.client.startFake(repo, "run: cat .env");
    await fileExists(yard.at("asked"));
    expect(await yard.server.stop()).toBe(0);
    yard.server = await yard.server.restart();
    const events = await yard.client.ended(task.id, run.id);
    expect(toolOf(events, "Bash").results).toMatchObject([{ output: "A=1\n" }]);
    expect((await yard.client.task(task.id)).column).toBe("review");
  });

  test("and the set-up was killed meanwhile: the run has failed and can be started again", async () => {
    const { task, run } = await running();
    await yard.server.kill();
    process.kill(-Number(readFileSync(yard.at("pid"), "utf8")), "SIGKILL");
    yard.server = await yard.server.restart();
    await yard.client.ended(task.id, run.id);
    const failed = await yard.client.task(task.id);
    expect(failed.failure?.message).toContain("was ended by SIGKILL");
    yard.let("go");
    await yard.start(task.id);
    expect(yard.count("count")).toBe(2);
  });
});
