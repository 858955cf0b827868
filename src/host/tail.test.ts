import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { DirectoryWatches } from "./directory-watch.ts";
import { lineLimit } from "./line-splitter.ts";
import { openTail } from "./tail.ts";
import { TailBench } from "./testing/tail-bench.ts";

const bench = new TailBench();
const { work } = bench;
afterEach(() => bench.stop());
afterAll(() => work.remove());

describe("reading", () => {
  test("goes on from the offset, and follows what is appended", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\ntwo\n");
    const reader = bench.follow(path, { offset: 4 });
    await reader.count(1);
    appendFileSync(path, "thr");
    appendFileSync(path, "ee\n");
    await reader.count(2);
    expect(reader.lines).toEqual([
      { text: "two", start: 4, end: 8, oversize: false },
      { text: "three", start: 8, end: 14, oversize: false },
    ]);
  });

  test("a file and its directory that appear late (TAIL-06)", async () => {
    const path = `${bench.freshPath()}-dir/deep/out`;
    const reader = bench.follow(path);
    expect(await reader.tail.drain()).toBe(0);
    mkdirSync(`${path}/..`.replace("/out/..", ""), { recursive: true });
    writeFileSync(path, "late\n");
    await reader.count(1);
    expect(reader.texts()).toEqual(["late"]);
  });

  test("a character torn between two writes is whole (TAIL-03)", async () => {
    const path = bench.freshPath();
    const bytes = Buffer.from("a☃b\n");
    writeFileSync(path, bytes.subarray(0, 2));
    const reader = bench.follow(path);
    expect(await reader.tail.drain()).toBe(0);
    appendFileSync(path, bytes.subarray(2));
    await reader.count(1);
    expect(reader.texts()).toEqual(["a☃b"]);
  });

  test("escape sequences torn between two writes pass unchanged: cleaning is the reader's (TAIL-12)", async () => {
    const path = bench.freshPath();
    const line = "\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07\x1b]52;c;aGk=\x07";
    const reader = bench.follow(path);
    for (const piece of line) {
      appendFileSync(path, piece);
      await reader.tail.drain();
    }
    appendFileSync(path, "\n");
    await reader.count(1);
    expect(reader.texts()).toEqual([line]);
  });

  test("a linked file is followed where it is written (TAIL-05)", async () => {
    const path = bench.freshPath();
    const real = bench.freshPath();
    writeFileSync(real, "one\n");
    symlinkSync(real, path);
    const reader = bench.follow(path);
    await reader.count(1);
    const waited = performance.now();
    appendFileSync(real, "two\n");
    await reader.count(2);
    expect(performance.now() - waited).toBeLessThan(900);
  });

  test("without a watcher the file is polled (TAIL-10)", async () => {
    const path = bench.freshPath();
    const blind = new DirectoryWatches({
      makeWatcher: () => {
        throw new Error("EMFILE");
      },
    });
    const reader = bench.follow(path, {}, blind);
    appendFileSync(path, "polled\n");
    await reader.count(1);
    appendFileSync(path, "again\n");
    await reader.count(2);
  });
});

describe("batches", () => {
  test("never two calls at once, in order, at most 1000 lines or 1 MiB", async () => {
    const path = bench.freshPath();
    const small = Array.from({ length: 5_000 }, (_, index) => `line ${index}`);
    const big = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(100_000, "x"));
    writeFileSync(path, `${[...small, ...big].join("\n")}\n`);
    let running = 0;
    const texts: string[] = [];
    const sizes: number[][] = [];
    const reader = bench.follow(path, {
      onLines: async (batch) => {
        running += 1;
        expect(running).toBe(1);
        await appendFile(`${path}.seen`, "x");
        sizes.push([batch.length, batch.reduce((sum, line) => sum + line.end - line.start, 0)]);
        texts.push(...batch.map((line) => line.text));
        running -= 1;
      },
    });
    await reader.tail.drain();
    expect(texts).toEqual([...small, ...big]);
    for (const [count = 0, bytes = 0] of sizes) {
      expect(count).toBeLessThanOrEqual(1000);
      expect(bytes).toBeLessThanOrEqual(1024 * 1024);
    }
  });

  test("a rejection ends the tail, and the line counts as not taken", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\ntwo\n");
    const reader = bench.follow(path, {
      onLines: async () => {
        throw new Error("no room");
      },
    });
    expect(await reader.tail.done).toEqual({ kind: "failed", why: "no room" });
    expect(await reader.tail.drain()).toBe(0);
  });

  test("a reader that is slow holds the tail back, and nothing is lost", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "first\n");
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const texts: string[] = [];
    const reader = bench.follow(path, {
      onLines: async (batch) => {
        texts.push(...batch.map((line) => line.text));
        await held;
      },
    });
    await work.until(() => (texts.length > 0 ? true : null));
    for (let index = 0; index < 100; index += 1) appendFileSync(path, `${index}\n`);
    expect(texts).toEqual(["first"]);
    release();
    await reader.tail.drain();
    expect(texts).toHaveLength(101);
  });
});

describe("drain and finish", () => {
  test("drain reads everything there is at the call, while the file grows on", async () => {
    const path = bench.freshPath();
    const reader = bench.follow(path);
    const writer = Bun.spawn([
      "sh",
      "-c",
      `i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo "line $i"; done >>'${path}'`,
    ]);
    let last = 0;
    while (writer.exitCode === null) {
      const size = Bun.file(path).size;
      const offset = await reader.tail.drain();
      const whole = reader.lines.at(-1)?.end ?? 0;
      expect(offset).toBeGreaterThanOrEqual(last);
      expect(whole).toBeGreaterThanOrEqual(offset);
      // What was there before the call is taken, but for a torn last line.
      expect(offset).toBeGreaterThan(size - 16);
      last = offset;
      await work.until(() => true);
    }
    await writer.exited;
    expect(await reader.tail.drain()).toBe(Bun.file(path).size);
    expect(reader.lines).toHaveLength(20_000);
    expect(reader.lines.every((line, index) => line.text === `line ${index + 1}`)).toBe(true);
  });

  test("drain answers the last full line, finish takes the rest too (TAIL-01)", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\nlast words");
    const reader = bench.follow(path);
    expect(await reader.tail.drain()).toBe(4);
    expect(reader.texts()).toEqual(["one"]);
    expect(await reader.tail.finish()).toBe(14);
    expect(reader.lines.at(-1)).toEqual({ text: "last words", start: 4, end: 14, oversize: false });
    expect(await reader.tail.finish()).toBe(14);
    const again = bench.follow(path, { offset: 14 });
    expect(await again.tail.drain()).toBe(14);
    expect(again.lines).toEqual([]);
  });

  test("both answer at once when the tail has stopped", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\n");
    const reader = bench.follow(path);
    await reader.tail.drain();
    reader.stop.abort();
    const pending = reader.tail.drain();
    expect(await reader.tail.done).toEqual({ kind: "stopped" });
    expect(await pending).toBe(4);
    expect(await reader.tail.finish()).toBe(4);
  });
});

describe("size and speed", () => {
  test("a 10 MB line passes, a longer than 16 MB is marked, the next is whole (TAIL-02)", async () => {
    const path = bench.freshPath();
    const reader = bench.follow(path);
    const ten = 10 * 1024 * 1024;
    const chunk = Buffer.alloc(1024 * 1024, "x");
    for (let index = 0; index < 10; index += 1) appendFileSync(path, chunk);
    appendFileSync(path, "\n");
    for (let index = 0; index < 17; index += 1) appendFileSync(path, chunk);
    appendFileSync(path, "\nend\n");
    await reader.tail.drain();
    expect(reader.lines.map((line) => [line.start, line.end, line.oversize])).toEqual([
      [0, ten + 1, false],
      [ten + 1, ten + 1 + 17 * chunk.length + 1, true],
      [ten + 2 + 17 * chunk.length, ten + 6 + 17 * chunk.length, false],
    ]);
    expect(17 * chunk.length).toBeGreaterThan(lineLimit);
    expect(reader.texts().at(-1)).toBe("end");
  });

  test("from the disk to the reader in 30 ms, 95 times of 100", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "");
    let seen: () => void = () => undefined;
    const reader = bench.follow(path, { onLines: async () => seen() });
    await reader.tail.drain();
    const times: number[] = [];
    for (let index = 0; index < 100; index += 1) {
      const next = new Promise<void>((resolve) => {
        seen = resolve;
      });
      const written = performance.now();
      appendFileSync(path, `${index}\n`);
      await next;
      times.push(performance.now() - written);
    }
    times.sort((a, b) => a - b);
    expect(times[94]).toBeLessThan(30);
  });

  test("restarts at every offset give every line once (TAIL-07)", async () => {
    const path = bench.freshPath();
    const all = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    writeFileSync(path, `${all.join("\n")}\n`);
    const taken: string[] = [];
    for (let offset = 0; taken.length < all.length; ) {
      const stop = new AbortController();
      const tail = openTail(
        {
          path,
          offset,
          signal: stop.signal,
          onLines: async ([line]) => {
            // Stored, then the server dies: only the first line of the batch made it.
            if (stop.signal.aborted || line === undefined) return;
            taken.push(line.text);
            offset = line.end;
            stop.abort();
          },
        },
        work.watches,
      );
      await tail.done;
    }
    expect(taken).toEqual(all);
  });
});
