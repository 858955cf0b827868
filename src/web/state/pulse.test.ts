import { expect, test } from "bun:test";
import { addToRing, barCount, barMs, beat, pulseOf } from "./pulse.ts";

const ringAt = (last: number) => ({ last, counts: new Array<number>(barCount).fill(0) });

test("events of the same ten seconds share a bar, later ones move the strip on", () => {
  const ring = ringAt(100);
  addToRing(ring, 100 * barMs + 1, 2);
  addToRing(ring, 100 * barMs + 9_999, 3);
  addToRing(ring, 102 * barMs, 1);
  expect(ring.last).toBe(102);
  expect(ring.counts.slice(-3)).toEqual([5, 0, 1]);
  expect(ring.counts).toHaveLength(barCount);
});

test("an old event lands in its own bar, a far too old one nowhere", () => {
  const ring = ringAt(100);
  expect(addToRing(ring, 98 * barMs, 4)).toBe(true);
  expect(ring.counts.at(-3)).toBe(4);
  expect(addToRing(ring, (100 - barCount) * barMs, 4)).toBe(false);
});

test("a long silence empties the strip", () => {
  const ring = ringAt(100);
  addToRing(ring, 100 * barMs, 9);
  addToRing(ring, (100 + 3 * barCount) * barMs, 1);
  expect(ring.counts.filter((count) => count > 0)).toEqual([1]);
  expect(ring.counts).toHaveLength(barCount);
});

test("activity frames beat, deleting ends it", () => {
  beat([{ type: "activity", taskId: "p", at: barMs * 7, events: 4, live: null }]);
  const first = pulseOf("p");
  expect(first?.counts.at(-1)).toBe(4);
  expect(pulseOf("p")).toBe(first);
  beat([{ seq: 1, at: 1, type: "task.deleted", taskId: "p", runId: null, data: {} }]);
  expect(pulseOf("p")).toBeNull();
});
