import { afterAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  watch,
} from "node:fs";
import { appendFile } from "node:fs/promises";
import { DirectoryWatches } from "./directory-watch.ts";
import { Workspace } from "./testing/workspace.ts";

const work = new Workspace();
afterAll(() => work.remove());

/** Counts calls, and lets a test wait for the next one. */
function counter() {
  let count = 0;
  let wake: () => void = () => undefined;
  return {
    call: () => {
      count += 1;
      wake();
    },
    get count() {
      return count;
    },
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
}

describe("watching", () => {
  test("one watcher serves all files of a directory, and closes with the last", async () => {
    const made: string[] = [];
    const closed: string[] = [];
    const watches = new DirectoryWatches({
      makeWatcher: (dir, onEvent) => {
        made.push(dir);
        const watcher = watch(dir, (_event, name) => onEvent(name));
        watcher.on("close", () => closed.push(dir));
        return watcher;
      },
    });
    const dir = work.path("shared");
    mkdirSync(dir);
    const a = counter();
    const b = counter();
    const closeA = watches.subscribe(`${dir}/a`, a.call);
    const closeB = watches.subscribe(`${dir}/b`, b.call);
    expect(made).toEqual([dir]);
    const heard = b.next();
    await appendFile(`${dir}/b`, "x");
    await heard;
    closeA();
    closeA();
    expect(closed).toEqual([]);
    closeB();
    await work.until(() => (closed.length === 1 ? true : null));
  });

  test("a change right behind another, also of another file, is not missed", async () => {
    const watches = new DirectoryWatches();
    const dir = work.path("close");
    mkdirSync(dir);
    const a = counter();
    const b = counter();
    const closers = [watches.subscribe(`${dir}/a`, a.call), watches.subscribe(`${dir}/b`, b.call)];
    const late: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      const heard = [a.next(), b.next()];
      appendFileSync(`${dir}/${round % 2 === 0 ? "a" : "b"}`, "x");
      appendFileSync(`${dir}/${round % 2 === 0 ? "b" : "a"}`, "x");
      const written = performance.now();
      await Promise.all(heard);
      late.push(performance.now() - written);
    }
    // The safety look alone would take about a second now and then.
    expect(Math.max(...late)).toBeLessThan(500);
    for (const close of closers) close();
  });

  test.skipIf(process.platform !== "linux")(
    "a hundred directories take one inotify instance, V20 (Linux only)",
    () => {
      const watches = new DirectoryWatches();
      const closers = Array.from({ length: 100 }, (_, index) => {
        const dir = work.path("many", String(index));
        mkdirSync(dir, { recursive: true });
        return watches.subscribe(`${dir}/x`, () => undefined);
      });
      const links = readdirSync("/proc/self/fd").map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return "";
        }
      });
      expect(links.filter((link) => link.includes("inotify")).length).toBeLessThanOrEqual(2);
      for (const close of closers) close();
    },
  );

  test("a directory that comes later, and one that is replaced, are found again", async () => {
    const watches = new DirectoryWatches();
    const dir = work.path("later");
    const seen = counter();
    const close = watches.subscribe(`${dir}/x`, seen.call);
    mkdirSync(dir);
    await seen.next();
    renameSync(dir, work.path("gone"));
    mkdirSync(dir);
    // The safety look notices the other inode; from then on events come at once.
    await seen.next();
    const before = seen.count;
    await appendFile(`${dir}/x`, "x");
    await work.until(() => (seen.count > before ? true : null));
    close();
  });
});

describe("without watchers (TAIL-10)", () => {
  test("files are polled, and that is said once", async () => {
    const notices: string[] = [];
    let tries = 0;
    const watches = new DirectoryWatches({
      onNotice: (notice) => notices.push(notice),
      makeWatcher: (): FSWatcher => {
        tries += 1;
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      },
    });
    const seen = counter();
    const started = performance.now();
    const close = watches.subscribe(work.path("x"), seen.call);
    await seen.next();
    await seen.next();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(tries).toBe(1);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("polled");
    close();
  });
});
