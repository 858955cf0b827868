import { describe, expect, test } from "bun:test";
import { longRest, Pace, type PaceClock, shortRest } from "./pace.ts";

interface View {
  readonly taskId: string;
  readonly status: "loading" | "ready" | "failed";
  readonly events: { readonly length: number };
}

/** A source that grows, and a page whose time and paint the test decides. */
class Page implements PaceClock {
  at = 1000;
  held: View = { taskId: "t", status: "ready", events: [] };
  readonly listeners = new Set<() => void>();
  /** What each drawn step showed. */
  readonly drawn: number[] = [];
  #paints: (() => void)[] = [];
  #frame: { at: number; run: () => void } | null = null;

  readonly source = {
    subscribe: (listener: () => void) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
    view: () => this.held,
  };

  now = () => this.at;
  painted = (run: () => void) => {
    this.#paints.push(run);
  };
  frameAfter = (ms: number, run: () => void) => {
    const frame = { at: this.at + ms, run };
    this.#frame = frame;
    return () => {
      if (this.#frame === frame) this.#frame = null;
    };
  };

  get waits(): boolean {
    return this.#frame !== null;
  }

  watch(): { pace: Pace<View>; leave: () => void } {
    const pace = new Pace<View>(this.source, this);
    return { pace, leave: pace.subscribe(() => this.drawn.push(pace.view().events.length)) };
  }

  say(events: number, status: View["status"] = "ready"): void {
    this.held = { ...this.held, status, events: { length: events } };
    for (const listener of this.listeners) listener();
  }

  /** What is being drawn took `ms` until it was painted. */
  paint(ms: number): void {
    this.at += ms;
    for (const run of this.#paints.splice(0)) run();
  }

  /** Lets time pass; a frame that is due in it comes. */
  pass(ms: number): void {
    this.at += ms;
    if (this.#frame === null || this.#frame.at > this.at) return;
    const { run } = this.#frame;
    this.#frame = null;
    run();
  }
}

/** A page on which every step takes 20 ms, and which has drawn the first two. */
function slowPage() {
  const page = new Page();
  const { pace, leave } = page.watch();
  for (const events of [1, 2]) {
    page.say(events);
    page.paint(20);
    page.pass(250);
  }
  return { page, pace, leave };
}

describe("the pace of a transcript", () => {
  test("what is cheap to draw is shown as it comes", () => {
    const page = new Page();
    page.watch();
    for (const events of [1, 2, 3]) {
      page.say(events);
      page.paint(4);
      page.pass(16);
    }
    expect(page.drawn).toEqual([1, 2, 3]);
  });

  test("a flood draws nothing between its steps, and loses nothing", () => {
    const { page, pace } = slowPage();
    page.say(22);
    page.paint(20);
    for (let frame = 1; frame <= 10; frame += 1) {
      page.say(22 + 16 * frame);
      page.pass(16);
    }
    expect(page.drawn).toEqual([1, 2, 22]);
    expect(pace.view().events.length).toBe(22);
    // The rest comes by itself, though nothing more is said.
    page.pass(60);
    expect(page.drawn).toEqual([1, 2, 22, 182]);
    page.paint(20);
    page.pass(1000);
    expect([page.drawn.length, page.waits]).toEqual([4, false]);
  });

  test("a few events wait only as long as one step takes, however slow the page is", () => {
    const { page } = slowPage();
    page.say(3);
    page.paint(20);
    page.say(4);
    page.pass(19);
    expect(page.drawn).toEqual([1, 2, 3]);
    page.pass(1);
    expect(page.drawn).toEqual([1, 2, 3, 4]);
  });

  test("a few that become a flood while they wait are one", () => {
    const { page } = slowPage();
    page.say(3);
    page.paint(20);
    page.say(4);
    page.say(40);
    page.pass(20);
    expect(page.drawn).toEqual([1, 2, 3]);
    page.pass(160);
    expect(page.drawn).toEqual([1, 2, 3, 40]);
  });

  test("what comes while a step is being drawn waits for its paint", () => {
    const page = new Page();
    page.watch();
    page.say(1);
    page.say(2);
    expect(page.drawn).toEqual([1]);
    page.paint(4);
    page.pass(16);
    expect(page.drawn).toEqual([1, 2]);
  });

  test("one slow step alone holds nothing up", () => {
    const page = new Page();
    page.watch();
    page.say(1);
    page.paint(4);
    page.pass(16);
    page.say(2);
    page.paint(400);
    page.pass(16);
    page.say(30);
    expect(page.drawn).toEqual([1, 2, 30]);
  });

  test("another state of the transcript does not wait", () => {
    const { page } = slowPage();
    page.say(30);
    page.paint(20);
    page.say(60);
    expect([page.drawn.at(-1), page.waits]).toEqual([30, true]);
    page.say(61, "failed");
    expect([page.drawn.at(-1), page.waits]).toEqual([61, false]);
  });

  test("nobody is told any more who has left, and who comes back sees the newest", () => {
    const { page, pace, leave } = slowPage();
    page.say(30);
    page.paint(20);
    page.say(60);
    leave();
    page.pass(1000);
    expect([page.drawn, page.listeners.size, page.waits]).toEqual([[1, 2, 30], 0, false]);
    pace.subscribe(() => undefined);
    expect(pace.view().events.length).toBe(60);
  });
});

test("a flood has a quarter of the time while its steps fit in a frame; then it misses one in twelve", () => {
  expect(longRest(4)).toBe(12);
  expect(longRest(12)).toBe(36);
  // One frame is missed by each: eleven come between two of them.
  for (const cost of [13, 20, 24]) expect(longRest(cost)).toBeCloseTo(200 - cost);
  for (const cost of [30, 2000]) expect(longRest(cost)).toBe(250);
  expect([shortRest(4), shortRest(2000)]).toEqual([4, 250]);
});
