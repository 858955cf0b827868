import { expect, test } from "bun:test";
import { Facts } from "./facts.ts";

/** A clock whose every alarm is rung by the test. */
function alarms() {
  const due: (() => void)[] = [];
  const after = (_ms: number, run: () => void): (() => void) => {
    due.push(run);
    return () => undefined;
  };
  return { due, clock: { now: () => 0, monotonic: () => 0, after } };
}

test("a limit of time begins anew for as long as what was read cannot be stored", async () => {
  const { due, clock } = alarms();
  let held = true;
  const facts = new Facts(clock, () => held);
  let known: string | null = null;
  const answer = facts.until(() => known, 5_000);
  due.shift()?.();
  expect(due).toHaveLength(1);
  held = false;
  known = "here";
  facts.changed();
  expect(await answer).toBe("here");

  known = null;
  const late = facts.until(() => known, 5_000);
  due.at(-1)?.();
  expect(await late).toBeNull();
});
