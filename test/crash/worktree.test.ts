import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { doing, filesOf, introduce, startFree, status } from "../../src/git/testing/landing.ts";
import { type Sandbox, sandbox, unwrap } from "../../src/git/testing/sandbox.ts";
import type { Ask } from "./mortal.ts";

const mortal = fileURLToPath(new URL("mortal.ts", import.meta.url));

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
  introduce(box);
});
afterEach(() => box[Symbol.dispose]());

type Started = Awaited<ReturnType<typeof startFree>>;

/** A task with commits and every kind of uncommitted work, on a base that has moved. */
async function worksite(): Promise<Started> {
  const started = await startFree(box, {
    "a.txt": "a\n",
    "b.txt": "b\n",
    "gone.txt": "gone\n",
    "run.sh": "#!/bin/sh\n",
    "dir/x": "x\n",
  });
  const { repo, task } = started;
  box.write(task.path, { "a.txt": "task\n", "c.txt": "c\n" });
  box.sh(task.path, "add", "-A");
  box.sh(task.path, "commit", "-qm", "the work");
  box.write(repo, { "b.txt": "base\n", "new-in-base/n.txt": "n\n" });
  box.sh(repo, "add", "-A");
  box.sh(repo, "commit", "-qm", "the base moves");
  box.sh(repo, "push", "-q", ".", "HEAD:main");
  return started;
}

function mess({ task }: Started): void {
  box.write(task.path, { "a.txt": "mess\n", "new/deep.txt": "new\n", "c.txt": "c2\n" });
  rmSync(join(task.path, "gone.txt"));
  chmodSync(join(task.path, "run.sh"), 0o755);
  rmSync(join(task.path, "dir"), { recursive: true });
  symlinkSync("a.txt", join(task.path, "dir"));
}

/** How everything stands, without what depends on the clock. */
function portrait({ repo, task }: Started) {
  const refs = ["agetor/t0", "main", `refs/agetor/base/${task.id}`];
  return {
    files: filesOf(task.path),
    status: status(box, task.path),
    head: box.sh(task.path, "symbolic-ref", "HEAD"),
    refs: refs.map((ref) => box.sh(repo, "log", "--format=%s %T %an", ref, "--")),
  };
}

/** Nothing of ours lies around, and git finds nothing wrong. */
function whole({ repo, task }: Started): void {
  box.sh(repo, "fsck", "--strict", "--no-dangling");
  const admin = join(repo, ".git/worktrees", task.id);
  const left = readdirSync(admin, { recursive: true, encoding: "utf8" });
  expect(left.filter((name) => /\.lock$|agetor-move$|index\.agetor/.test(name))).toEqual([]);
}

function run(ask: Ask, at: number): { killed: boolean; out: string } {
  const child = spawnSync(process.execPath, [mortal], {
    env: {
      PATH: process.env["PATH"],
      HOME: box.home,
      DIE_AT: String(at),
      ASK: JSON.stringify(ask),
    },
    encoding: "utf8",
  });
  if (child.signal === "SIGKILL") return { killed: true, out: "" };
  if (child.status !== 0) throw new Error(child.stderr);
  return { killed: false, out: child.stdout };
}

/**
 * Kills it at every step. Whoever looks next finds all of it done or nothing; and the checkpoint
 * leads back to how it was.
 */
async function atEveryStep(started: Started, what: Ask["what"], wish: unknown): Promise<number> {
  const { site } = started;
  const ask: Ask = { dataDir: box.dataDir, home: box.home, site, doing: doing(), what, wish };
  const [folder, data] = [started.repo, box.dataDir];
  const kept = `${box.root}/kept`;
  cpSync(folder, `${kept}/repo`, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  cpSync(data, `${kept}/data`, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  const reset = (): void => {
    for (const [name, place] of [
      ["repo", folder],
      ["data", data],
    ] as const) {
      rmSync(place, { recursive: true });
      cpSync(`${kept}/${name}`, place, {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
    }
  };
  const before = portrait(started);
  const { out } = run(ask, 0);
  expect(out).toContain('"ok":true');
  const after = portrait(started);
  expect(after).not.toEqual(before);
  for (let at = 1; ; at += 1) {
    reset();
    if (!run(ask, at).killed) return at - 1;
    unwrap(await box.git.landing.recover(site));
    whole(started);
    const now = portrait(started);
    const step = `step ${at}`;
    expect([step, [before, after].some((one) => same(one, now)) ? "whole" : now]).toEqual([
      step,
      "whole",
    ]);
    const pinned = box.sh(folder, "rev-parse", `refs/agetor/base/${site.taskId}`);
    const back = { ...site, baseSha: pinned };
    unwrap(await box.git.landing.restoreCheckpoint(back, doing(), ask.doing.id));
    expect([step, portrait(started)]).toEqual([
      step,
      { ...before, status: unstaged(before.status) },
    ]);
    whole(started);
  }
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What is staged comes back as uncommitted, not as staged. */
function unstaged(rows: readonly string[]): string[] {
  return rows
    .map((row) => row.replace(/^M /, " M").replace(/^D /, " D").replace(/^A /, "??"))
    .sort();
}

describe("killed in the middle of", () => {
  test("a revert", async () => {
    const started = await worksite();
    mess(started);
    const paths = ["a.txt", "new/deep.txt", "gone.txt", "dir/x", "dir", "run.sh"];
    const wish = { kind: "files", paths, old: { kind: "commit", sha: started.task.baseSha } };
    expect(await atEveryStep(started, "revert", wish)).toBeGreaterThan(10);
  }, 120_000);

  test("a commit", async () => {
    const started = await worksite();
    mess(started);
    const paths = ["a.txt", "gone.txt", "new/deep.txt"];
    const wish = { message: "Some of it", paths, hooks: false };
    expect(await atEveryStep(started, "commit", wish)).toBeGreaterThan(5);
  }, 120_000);

  test("a merge", async () => {
    const started = await worksite();
    const wish = { base: "main", how: "merge", message: "Merge it" };
    box.sh(started.repo, "switch", "-q", "--detach", "main~1");
    expect(await atEveryStep(started, "merge", wish)).toBeGreaterThan(2);
  }, 120_000);

  test("a rebase", async () => {
    const started = await worksite();
    mess(started);
    expect(await atEveryStep(started, "rebase", "main")).toBeGreaterThan(10);
  }, 120_000);

  test("a restoration", async () => {
    const started = await worksite();
    mess(started);
    const { site, task } = started;
    const all = { message: "All", paths: null, hooks: false };
    const first = doing();
    unwrap(await box.git.landing.commit(site, first, all));
    box.write(task.path, { "a.txt": "later\n", "later.txt": "later\n" });
    box.sh(task.path, "rm", "-q", "c.txt");
    expect(await atEveryStep(started, "restore", first.id)).toBeGreaterThan(10);
  }, 120_000);
});
