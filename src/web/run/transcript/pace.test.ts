import { describe, expect, test } from "bun:test";
import { Pace, type PaceClock, restAfter } from "./pace.ts";

interface View {
  readonly taskId: string;
  readonly status: "loading" | "ready" | "failed";
  readonly events: number;
}

/** A source that grows, and a page whose time and paint the test decides. */
class Page implements PaceClock {
  at = 1000;
  held: View = { taskId: "t", status: "ready", events: 0 };
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
    return { pace, leave: pace.subscribe(() => this.drawn.push(pace.view().events)) };
  }

  say(events: number, status: View["status"] = "ready"): void {
    this.held = { ...this.held, status, events };
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
    const page = new Page();
    const { pace } = page.watch();
    for (const events of [1, 2]) {
      page.say(events);
      page.paint(20);
      page.pass(250);
    }
    page.say(3);
    page.paint(20);
    for (let frame = 0; frame < 10; frame += 1) {
      page.say(4 + frame);
      page.pass(16);
    }
    expect(page.drawn).toEqual([1, 2, 3]);
    expect(pace.view().events).toBe(3);
    // The rest comes by itself, though nothing more is said.
    page.pass(60);
    expect(page.drawn).toEqual([1, 2, 3, 13]);
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
    page.say(3);
    expect(page.drawn).toEqual([1, 2, 3]);
  });

  test("another state of the transcript does not wait", () => {
    const page = new Page();
    page.watch();
    for (const events of [1, 2, 3]) {
      page.say(events);
      page.paint(60);
    }
    page.pass(500);
    page.paint(60);
    page.say(4);
    expect(page.drawn.at(-1)).toBe(3);
    page.say(5, "failed");
    expect(page.drawn.at(-1)).toBe(5);
    expect(page.waits).toBe(false);
  });

  test("nobody is told any more who has left, and who comes back sees the newest", () => {
    const page = new Page();
    const { pace, leave } = page.watch();
    page.say(1);
    page.paint(60);
    page.say(2);
    page.paint(60);
    page.say(3);
    leave();
    page.pass(1000);
    expect([page.drawn, page.listeners.size, page.waits]).toEqual([[1, 2], 0, false]);
    pace.subscribe(() => undefined);
    expect(pace.view().events).toBe(3);
  });
});

test("a step that fits in a frame has a quarter of the time; longer ones miss one frame in twelve", () => {
  expect(restAfter(4)).toBe(12);
  expect(restAfter(12)).toBe(36);
  // One frame is missed by each: eleven come between two of them.
  for (const cost of [13, 20, 24]) expect(restAfter(cost)).toBeCloseTo(200 - cost);
  expect(restAfter(30)).toBe(250);
  expect(restAfter(2000)).toBe(250);
});
