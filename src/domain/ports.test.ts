import { expect, test } from "bun:test";
import fc from "fast-check";
import { portCandidates, portSpace, type Range } from "./ports.ts";

test("ranges lie side by side, from the start on and around", () => {
  const all = [...portCandidates([], 10, 50)];
  expect(all.slice(0, 3)).toEqual([20_050, 20_060, 20_070]);
  const wrapped = all.indexOf(20_000);
  expect(all[wrapped - 1]).toBe(32_750);
  expect(all[wrapped + 4]).toBe(20_040);
  // Then those a connection may take at any time.
  expect(all[wrapped + 5]).toBe(32_768);
  expect(new Set(all).size).toBe(all.length);
});

test("never one that touches a taken range, never outside the space", () => {
  const range = fc.record({
    first: fc.integer({ min: portSpace.low - 50, max: portSpace.high }),
    count: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(
      fc.array(range, { maxLength: 40 }),
      fc.integer({ min: 1, max: 100 }),
      fc.nat(100_000),
      (taken, count, start) => {
        const ports = new Set(taken.flatMap((range) => portsOf(range)));
        const wrong = [...portCandidates(taken, count, start)].filter(
          (first) =>
            first < portSpace.low ||
            first + count > portSpace.high ||
            portsOf({ first, count }).some((port) => ports.has(port)),
        );
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});

test("nothing is left when everything is taken", () => {
  const all = [{ first: portSpace.low, count: portSpace.high - portSpace.low }];
  expect([...portCandidates(all, 1, 0)]).toEqual([]);
});

function portsOf({ first, count }: Range): number[] {
  return Array.from({ length: count }, (_, n) => first + n);
}
