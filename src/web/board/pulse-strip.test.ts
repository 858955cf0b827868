import { expect, test } from "bun:test";
import { barCount, barMs } from "../state/pulse.ts";
import { barOf, stripPaths } from "./pulse-strip.tsx";

const bars = (path: string) => path.split("M").length - 1;
const at = 1_000 * barMs;

test("nothing is drawn of the time before anything was known", () => {
  const paths = stripPaths(null, at, at - 3 * barMs, null);
  expect(bars(paths.quiet)).toBe(4);
  expect(bars(stripPaths(null, at, 0, null).quiet)).toBe(barCount);
});

test("busy bars are taller and stronger, silence after the last sign warns", () => {
  const counts = new Array<number>(barCount).fill(0);
  counts[barCount - 1] = 20;
  counts[barCount - 2] = 1;
  const paths = stripPaths({ last: 995, counts }, at, at - 20 * barMs, 996 * barMs);
  expect(paths.levels.map(bars)).toEqual([1, 0, 1]);
  expect(bars(paths.warn)).toBe(4);
  expect(barOf(1).tall).toBeLessThan(barOf(30).tall);
  expect(barOf(1_000_000).tall).toBe(14);
});
