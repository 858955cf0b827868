import { expect, test } from "bun:test";
import type { Clock } from "../driver.ts";
import { NetworkWatch } from "./network.ts";

class ManualClock implements Clock {
  #now = 0;
  #timers: { at: number; run: () => void }[] = [];
  now = (): number => this.#now;
  monotonic = (): number => this.#now;
  after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((it) => it !== timer);
    };
  };
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((it) => it.at <= this.#now);
    this.#timers = this.#timers.filter((it) => it.at > this.#now);
    for (const timer of due) timer.run();
  }
  get waiting(): number {
    return this.#timers.length;
  }
}

function watch() {
  const clock = new ManualClock();
  const said: string[] = [];
  const it = new NetworkWatch(
    clock,
    { noticeMs: 20_000, giveUpMs: 600_000 },
    {
      notice: (turnId, { code }) => said.push(`${turnId} ${code}`),
      giveUp: (turnId) => said.push(`${turnId} stop`),
    },
  );
  return { clock, said, it };
}

const retrying = { message: "Reconnecting...", since: 0 };

test("a short break says nothing", () => {
  const { clock, said, it } = watch();
  it.look({ turn: { id: "t" }, retrying });
  clock.pass(19_999);
  it.look({ turn: { id: "t" }, retrying: null });
  clock.pass(1_000_000);
  expect(said).toEqual([]);
  expect(clock.waiting).toBe(0);
});

test("a long one is said once, then ends the turn", () => {
  const { clock, said, it } = watch();
  it.look({ turn: { id: "t" }, retrying });
  clock.pass(20_000);
  it.look({ turn: { id: "t" }, retrying });
  clock.pass(580_000);
  expect(said).toEqual(["t network_waiting", "t stop"]);
});

test("the next turn has a clock of its own", () => {
  const { clock, said, it } = watch();
  it.look({ turn: { id: "a" }, retrying });
  clock.pass(15_000);
  it.look({ turn: { id: "b" }, retrying });
  clock.pass(15_000);
  expect(said).toEqual([]);
  clock.pass(5_000);
  expect(said).toEqual(["b network_waiting"]);
  it.look({ turn: null, retrying: null });
  expect(clock.waiting).toBe(0);
});
