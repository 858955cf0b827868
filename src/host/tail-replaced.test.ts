import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { TailBench } from "./testing/tail-bench.ts";

const bench = new TailBench();
const { work } = bench;
afterEach(() => bench.stop());
afterAll(() => work.remove());

describe("another file (TAIL-05)", () => {
  test("cut", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\ntwo\n");
    const reader = bench.follow(path);
    await reader.count(2);
    truncateSync(path, 4);
    expect(await reader.tail.done).toMatchObject({ kind: "failed" });
    expect(reader.replaced).toEqual(["truncated"]);
  });

  test("cut and written anew to the same length and more, between two looks", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\ntwo\n");
    const reader = bench.follow(path);
    await reader.count(2);
    writeFileSync(path, "ONE\nTWO\nthree\n");
    expect(await reader.tail.done).toMatchObject({ kind: "failed" });
    expect(reader.replaced).toEqual(["truncated"]);
    expect(reader.lines).toHaveLength(2);
  });

  test("replaced: what the old one got before is still read", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\n");
    const reader = bench.follow(path);
    await reader.count(1);
    writeFileSync(`${path}.new`, "other\n");
    appendFileSync(path, "two\n");
    renameSync(`${path}.new`, path);
    expect(await reader.tail.done).toMatchObject({ kind: "failed" });
    expect(reader.texts()).toEqual(["one", "two"]);
    expect(reader.replaced).toEqual(["replaced"]);
  });

  test("removed", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "one\n");
    const reader = bench.follow(path);
    await reader.count(1);
    rmSync(path);
    expect(await reader.tail.done).toMatchObject({ kind: "failed" });
    expect(reader.replaced).toEqual(["missing"]);
  });

  test("after a restart: gone, shorter than the offset, or the offset is inside a line", async () => {
    const path = bench.freshPath();
    for (const [content, why] of [
      [null, "missing"],
      ["one\n", "truncated"],
      ["a longer line than before\n", "truncated"],
    ] as const) {
      if (content !== null) writeFileSync(path, content);
      const reader = bench.follow(path, { offset: 8 });
      expect(await reader.tail.done).toMatchObject({ kind: "failed" });
      expect(reader.replaced).toEqual([why]);
      expect(reader.lines).toEqual([]);
    }
  });

  test("before a line was taken it is no loss", async () => {
    const path = bench.freshPath();
    writeFileSync(path, "half a li");
    const reader = bench.follow(path);
    expect(await reader.tail.drain()).toBe(0);
    writeFileSync(`${path}.new`, "whole\n");
    renameSync(`${path}.new`, path);
    await reader.count(1);
    expect(reader.texts()).toEqual(["whole"]);
    expect(reader.replaced).toEqual([]);
  });

  test("a FIFO, a directory and a device are refused, and never waited for", async () => {
    const path = bench.freshPath();
    Bun.spawnSync(["mkfifo", path]);
    for (const odd of [path, work.dir, "/dev/zero"]) {
      const reader = bench.follow(odd);
      expect(await reader.tail.done).toMatchObject({ kind: "failed" });
      expect(reader.lines).toEqual([]);
    }
  });
});
