import { expect, test } from "bun:test";
import { selftest } from "./selftest.ts";

test("holds on this machine", async () => {
  const outcomes = await selftest(process.env);
  expect(outcomes.filter((outcome) => !outcome.passed)).toEqual([]);
  expect(outcomes.length).toBe(8);
}, 30_000);
