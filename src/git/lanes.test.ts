import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Locks, Slots } from "./lanes.ts";

describe("slots", () => {
  test("never let in more than their number, and let everyone in", async () => {
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 12 }),
      async (scheduler, cap, count) => {
        const slots = new Slots(cap);
        let inside = 0;
        let most = 0;
        const work = (n: number) =>
          slots.run(async () => {
            inside += 1;
            most = Math.max(most, inside);
            await scheduler.schedule(Promise.resolve());
            inside -= 1;
            if (n % 3 === 0) throw new Error("it failed");
          });
        const all = Promise.allSettled(Array.from({ length: count }, (_, n) => work(n)));
        await scheduler.waitFor(all);
        expect(inside).toBe(0);
        expect(most).toBe(Math.min(cap, count));
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });
});

describe("locks", () => {
  test("one at a time per key, in order, also after a failure", async () => {
    const locks = new Locks();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = locks.run("a", async () => {
      await gate.promise;
      seen.push("first");
      throw new Error("it failed");
    });
    const second = locks.run("a", async () => void seen.push("second"));
    const other = locks.run("b", async () => void seen.push("other"));
    await other;
    gate.resolve();
    await Promise.allSettled([first, second]);
    expect(seen).toEqual(["other", "first", "second"]);
  });
});
