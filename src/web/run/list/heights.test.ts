import { describe, expect, test } from "bun:test";
import { Heights } from "./heights.ts";

const rows = (...keys: string[]) => keys.map((key) => ({ key }));

describe("the heights of rows", () => {
  test("are a guess until they were measured, and stay known by key", () => {
    const heights = new Heights(40);
    heights.take(rows("a", "b", "c"));
    expect([heights.top(1), heights.total]).toEqual([40, 120]);
    expect([heights.set(1, 100), heights.set(1, 100)]).toEqual([true, false]);
    expect([heights.top(1), heights.top(2), heights.total]).toEqual([40, 140, 180]);
    heights.take(rows("x", "a", "b", "c"));
    expect([heights.top(2), heights.top(3), heights.total]).toEqual([80, 180, 220]);
  });

  test("say which row is at a height", () => {
    const heights = new Heights(40);
    expect(heights.at(10)).toBe(0);
    heights.take(rows("a", "b", "c"));
    heights.set(0, 25);
    expect([-5, 0, 24.9, 25, 64.9, 65, 1000].map((y) => heights.at(y))).toEqual([
      0, 0, 0, 1, 1, 2, 2,
    ]);
  });

  test("a row that is not there has none", () => {
    const heights = new Heights(40);
    heights.take(rows("a"));
    expect(heights.set(7, 10)).toBe(false);
    expect([heights.top(-3), heights.top(9), heights.key(9)]).toEqual([0, 40, null]);
  });

  test("are forgotten once far more rows are gone than are there", () => {
    const heights = new Heights(40);
    heights.take(Array.from({ length: 3000 }, (_, n) => ({ key: `r${n}` })));
    for (let n = 0; n < 3000; n += 1) heights.set(n, 10);
    heights.take(rows("r1", "r2999", "new"));
    expect(heights.total).toBe(60);
    heights.take(rows("r5", "r2999"));
    expect(heights.total).toBe(50);
  });

  test("are the same as adding them all up, whatever changes where", () => {
    const heights = new Heights(44);
    const known = new Map<string, number>();
    let now: { key: string }[] = [];
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let step = 0; step < 2000; step += 1) {
      const added = rows(`k${step}`, `l${step}`);
      if (random(3) === 0) now = random(4) === 0 ? [...added, ...now] : [...now, ...added];
      if (random(20) === 0) now = now.filter((_, index) => index % 5 !== 0);
      if (random(50) === 0) now = now.slice(now.length >> 1);
      heights.take(now);
      const index = random(now.length + 1);
      const height = 10 + random(200);
      const { key } = now[index] ?? {};
      if (key !== undefined) {
        heights.set(index, height);
        known.set(key, height);
      }
      const at = random(now.length + 1);
      const sum = now.slice(0, at).reduce((y, row) => y + (known.get(row.key) ?? 44), 0);
      expect(heights.top(at)).toBe(sum);
    }
  });
});
