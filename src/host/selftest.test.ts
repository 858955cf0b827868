import { expect } from "bun:test";
import { selftest } from "./selftest.ts";
import { tmuxTest } from "./testing/tmux-bench.ts";

tmuxTest(
  "holds on this machine",
  async () => {
    const outcomes = await selftest(process.env);
    expect(outcomes.filter((outcome) => !outcome.passed)).toEqual([]);
    expect(outcomes.length).toBe(8);
  },
  30_000,
);
