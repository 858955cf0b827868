import { expect, test } from "bun:test";
import { slowAfter, Waiting } from "./waiting.ts";

/** A world in which time and the server do what the test says. */
function world() {
  const timers: { at: number; run: () => void }[] = [];
  const probes: ((there: boolean) => void)[] = [];
  const told: (number | null)[] = [];
  let now = 0;
  const waiting = new Waiting(
    {
      now: () => now,
      after(ms, run) {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer) >>> 0, 1);
      },
      probe() {
        const { promise, resolve } = Promise.withResolvers<boolean>();
        probes.push(resolve);
        return promise;
      },
    },
    (since) => told.push(since),
  );
  const pass = (ms: number): void => {
    now += ms;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
  };
  const answer = async (there: boolean): Promise<void> => {
    probes.shift()?.(there);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { waiting, pass, answer, told, asked: () => probes.length };
}

test("a quick answer is never asked about", () => {
  const { waiting, pass, asked, told } = world();
  const over = waiting.begin();
  over(true);
  pass(slowAfter);
  expect(asked()).toBe(0);
  expect(told).toEqual([]);
});

test("a slow request is no proof; one more without an answer is, and any answer ends it", async () => {
  const { waiting, pass, answer, asked, told } = world();
  const over = waiting.begin();
  pass(slowAfter);
  await answer(true);
  expect(told).toEqual([]);
  pass(slowAfter);
  await answer(false);
  expect(told).toEqual([2 * slowAfter]);
  pass(slowAfter);
  expect(asked()).toBe(1);
  over(true);
  expect(told).toEqual([2 * slowAfter, null]);
  await answer(true);
  pass(slowAfter);
  expect(asked()).toBe(0);
  expect(told).toEqual([2 * slowAfter, null]);
});

test("who waits is told since when, as long as nobody answers", async () => {
  const { waiting, pass, answer, told } = world();
  waiting.begin();
  pass(slowAfter);
  await answer(false);
  pass(slowAfter);
  await answer(false);
  expect(told).toEqual([0]);
  pass(slowAfter);
  await answer(true);
  expect(told).toEqual([0, null]);
});
