import { afterEach, expect, test } from "bun:test";
import { appendFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../agents/driver.ts";
import type { LiveFrame } from "../contract/event.ts";
import { type Sandbox, sandbox, startTask } from "../git/testing/sandbox.ts";
import { createHost } from "../host/host.ts";
import { FolderTree, treeBudget } from "../host/tree-watch.ts";
import type { Host } from "../host/types.ts";
import { type TestStore, tempStore } from "../store/testing/harness.ts";
import { aRun, aTask } from "../store/testing/records.ts";
import { Core, type EngineDeps } from "./core.ts";
import { Hub } from "./hub.ts";
import { LiveChanges } from "./live-changes.ts";

const opened: { readonly box: Sandbox; readonly store: TestStore; readonly live: LiveChanges }[] =
  [];
afterEach(() => {
  for (const { box, store, live } of opened.splice(0)) {
    live.stop();
    store[Symbol.dispose]();
    box[Symbol.dispose]();
  }
});

/** Time that only passes when a test says so. */
class Time implements Clock {
  #now = 0;
  readonly #timers = new Map<object, { readonly at: number; readonly run: () => void }>();

  now = (): number => this.#now;
  monotonic = (): number => this.#now;

  after = (ms: number, run: () => void): (() => void) => {
    const key = {};
    this.#timers.set(key, { at: this.#now + ms, run });
    return () => void this.#timers.delete(key);
  };

  /** Milliseconds until each timer rings, the next one first. */
  waiting(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const [key, { at, run }] of [...this.#timers]) {
      if (at > this.#now || !this.#timers.delete(key)) continue;
      run();
    }
  }
}

/** A real store, hub, git and watcher around one idle task; time stands still. */
async function scene(mostFolders: number) {
  const box = sandbox();
  const { id, path, baseSha, commonDir } = await startTask(
    box,
    box.repo("repo", { "a/b/c.txt": "1\n" }),
  );
  const store = tempStore();
  const task = aTask(id, { worktreePath: path, baseSha, commonDir, runId: id, workdir: path });
  store.transact((tx) => {
    tx.putTask(task);
    tx.putRun(aRun(id, id, { phase: { kind: "ended", outcome: { kind: "succeeded" } } }));
  });
  const hub = new Hub(store, () => []);
  const clock = new Time();
  const notices: string[] = [];
  const budget = treeBudget({ most: mostFolders, onNotice: (notice) => notices.push(notice) });
  const host: Host = {
    ...createHost({ dataDir: box.dataDir, env: { PATH: process.env["PATH"], HOME: box.home } }),
    watchTree: (options) => new FolderTree(options, budget),
  };
  const deps: Partial<EngineDeps> = { store, git: box.git, host, clock, log: () => undefined };
  const core = new Core(deps as EngineDeps, hub);
  const live = new LiveChanges(core);
  opened.push({ box, store, live });
  const frames: LiveFrame[] = [];
  let heard: () => void = () => undefined;
  const watch = () =>
    hub.open(
      { scope: { kind: "global", taskIds: [id] }, after: null, tail: null },
      {
        event: () => true,
        reset: () => true,
        draft: (frame) => {
          frames.push(frame);
          heard();
          return true;
        },
      },
    );
  const frame = async (): Promise<LiveFrame> => {
    while (frames.length === 0) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
    return frames.shift() as LiveFrame;
  };
  /** Resolves when the next look is due, with the time until then. */
  const due = async (): Promise<number> => {
    while (clock.waiting().length === 0) await new Promise((resolve) => setImmediate(resolve));
    return clock.waiting()[0] ?? Number.NaN;
  };
  return { id, path, store, clock, budget, notices, live, frames, watch, frame, due };
}

test("a task that is watched is looked at once its folders are, then only when they say so", async () => {
  const { id, path, store, clock, budget, frame, frames, watch, due } = await scene(100);
  expect(clock.waiting()).toEqual([]);
  const end = watch();
  clock.pass(await due());
  expect(await frame()).toEqual({ type: "changes", taskId: id, at: clock.now() });
  // What changed before the folders were watched was not heard: one more look, then silence.
  clock.pass(await due());
  appendFileSync(join(path, "a/b/c.txt"), "2\n");
  clock.pass(await due());
  await frame();
  expect(store.task(id)?.stats).toMatchObject({ files: 1, additions: 1 });
  expect(budget.open).toBe(3);
  end();
  expect(budget.open).toBe(0);
  expect(frames).toEqual([]);
  // Nobody watches, nothing works: what changes now is not looked at by anybody.
  while (clock.waiting().length > 0) {
    clock.pass(await due());
    await new Promise((resolve) => setImmediate(resolve));
  }
  appendFileSync(join(path, "a/b/c.txt"), "3\n");
  expect(clock.waiting()).toEqual([]);
});

test("too many folders to watch: tools are the sign, and a look every ten seconds", async () => {
  const { id, path, clock, budget, notices, live, frame, frames, watch, due } = await scene(2);
  const end = watch();
  clock.pass(await due());
  await frame();
  expect(notices).toHaveLength(1);
  expect(budget.open).toBe(0);
  expect(await due()).toBeGreaterThan(5_000);
  // Nothing has changed, so nobody is told, but the next look is due again.
  clock.pass(await due());
  expect(await due()).toBeGreaterThan(5_000);
  expect(frames).toEqual([]);
  appendFileSync(join(path, "a/b/c.txt"), "2\n");
  clock.pass(await due());
  await frame();
  // The result of a tool is a sign that is not waited for.
  appendFileSync(join(path, "a/b/c.txt"), "3\n");
  expect(await due()).toBeGreaterThan(5_000);
  live.touch(id);
  expect(await due()).toBeLessThan(2_000);
  clock.pass(await due());
  await frame();
  end();
});

test("who leaves and comes back while a look is under way is told all the same", async () => {
  const { id, path, clock, budget, frame, watch, due } = await scene(100);
  const end = watch();
  clock.pass(await due());
  end();
  watch();
  await frame();
  clock.pass(await due());
  // The folders are watched again by now, or will be by the look that is due.
  while (budget.open < 3) clock.pass(await due());
  appendFileSync(join(path, "a/b/c.txt"), "2\n");
  clock.pass(await due());
  expect(await frame()).toMatchObject({ taskId: id });
});

test("a worktree that is gone is tried again, and watched once it is back", async () => {
  const { path, clock, budget, frame, watch, due } = await scene(100);
  renameSync(path, `${path}-away`);
  watch();
  clock.pass(await due());
  expect(await due()).toBeGreaterThan(5_000);
  expect(budget.open).toBe(0);
  renameSync(`${path}-away`, path);
  clock.pass(await due());
  await frame();
  expect(budget.open).toBe(3);
});
