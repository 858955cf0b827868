import { describe, expect, test } from "bun:test";
import { ListWindow, type View } from "./window.ts";

interface Row {
  readonly key: string;
}

/** Rows with real heights behind a view of 300 px, drawn as the list draws them. */
class Stage implements View {
  readonly window = new ListWindow(40);
  readonly clientHeight = 300;
  readonly real = new Map<string, number>();
  rows: readonly Row[] = [];
  follows = true;
  /** How often rows were drawn. */
  drawn = 0;
  #top = 0;

  /** A view that is beyond the end of what became shorter is moved there. */
  get scrollTop(): number {
    this.scrollTop = this.#top;
    return this.#top;
  }
  set scrollTop(top: number) {
    this.#top = Math.max(0, Math.min(top, this.scrollHeight - this.clientHeight));
  }
  /** As the browser has it: guesses above and below what is drawn. */
  get scrollHeight(): number {
    const { first, end } = this.window.drawn;
    const { heights } = this.window;
    const drawn = this.rows.slice(first, end).reduce((sum, row) => sum + this.#height(row), 0);
    return heights.top(first) + drawn + heights.total - heights.top(end);
  }

  #height({ key }: Row): number {
    return this.real.get(key) ?? 40;
  }

  show(rows: readonly Row[]): void {
    this.window.attach(this);
    this.window.take(rows, this.rows);
    this.rows = rows;
    this.draw();
  }

  draw(): void {
    for (let more = true; more; ) {
      this.drawn += 1;
      const { first, end } = this.window.draw(this.follows);
      for (const row of this.rows.slice(first, end))
        this.window.measure(row.key, this.#height(row));
      more = this.window.settle(this.follows);
    }
  }

  /** A row changes by itself. */
  grow(key: string, height: number): void {
    this.real.set(key, height);
    this.window.hold();
    this.window.measure(key, height);
    if (this.window.settle(this.follows)) this.draw();
  }

  scroll(by: number): void {
    this.follows = false;
    this.scrollTop += by;
    this.window.scrolled();
    if (this.window.enough() !== "yes") this.draw();
  }

  /** Where a drawn row stands in the view. */
  place(key: string): number {
    const { first, end } = this.window.drawn;
    let y = this.window.heights.top(first) - this.#top;
    for (const row of this.rows.slice(first, end)) {
      if (row.key === key) return y;
      y += this.#height(row);
    }
    return Number.NaN;
  }

  get left(): number {
    return this.scrollHeight - this.clientHeight - this.#top;
  }
}

const many = (from: number, count: number): Row[] =>
  Array.from({ length: count }, (_, n) => ({ key: `r${from + n}` }));

describe("a list at its end", () => {
  test("stays there whatever comes, and draws it once", () => {
    const stage = new Stage();
    for (let n = 0; n < 2000; n += 1) stage.real.set(`r${n}`, 20 + ((n * 37) % 90));
    stage.show(many(0, 500));
    const before = stage.drawn;
    for (let count = 510; count <= 2000; count += 10) {
      stage.show(many(0, count));
      expect(stage.left).toBe(0);
    }
    expect(stage.drawn - before).toBe(150);
    const { first, end } = stage.window.drawn;
    expect([end, end - first < 20]).toEqual([2000, true]);
  });

  test("draws more when what it drew is lower than thought", () => {
    const stage = new Stage();
    for (let n = 0; n < 100; n += 1) stage.real.set(`r${n}`, 10);
    stage.show(many(0, 100));
    expect(stage.left).toBe(0);
    expect(stage.window.drawn.first).toBeLessThanOrEqual(70);
  });

  test("is at its end also when a row grows by itself, or everything fits", () => {
    const stage = new Stage();
    stage.show(many(0, 3));
    expect([stage.window.drawn, stage.left <= 0]).toEqual([{ first: 0, end: 3 }, true]);
    stage.show(many(0, 50));
    stage.grow("r49", 700);
    expect(stage.left).toBe(0);
  });
});

describe("a reader who scrolled up", () => {
  function reader(): Stage {
    const stage = new Stage();
    for (let n = -1000; n < 1000; n += 1) stage.real.set(`r${n}`, 20 + (Math.abs(n * 53) % 70));
    stage.show(many(0, 400));
    stage.scroll(-3000);
    return stage;
  }
  const seen = (stage: Stage): string => {
    const { first, end } = stage.window.drawn;
    const row = stage.rows.slice(first, end).find(({ key }) => stage.place(key) >= 0);
    return row?.key ?? "";
  };

  test("sees the same row in the same place when rows come at either end or go in front", () => {
    const stage = reader();
    const key = seen(stage);
    const y = stage.place(key);
    stage.show(many(0, 900));
    expect(stage.place(key)).toBe(y);
    stage.show(many(-600, 1500));
    expect(stage.place(key)).toBe(y);
    stage.show(many(100, 800));
    expect(stage.place(key)).toBe(y);
  });

  test("is not moved by what grows above or below, and has all of the view filled", () => {
    const stage = reader();
    const key = seen(stage);
    const y = stage.place(key);
    const { first, end } = stage.window.drawn;
    stage.grow(`r${first}`, 900);
    expect(stage.place(key)).toBe(y);
    stage.grow(`r${first + 1}`, 3);
    expect(stage.place(key)).toBe(y);
    stage.grow(`r${end - 1}`, 500);
    expect(stage.place(key)).toBe(y);
    expect(stage.window.enough()).not.toBe("no");
  });

  test("moves by what they scroll, while heights turn out other than thought", () => {
    const stage = reader();
    for (let step = 0; step < 40; step += 1) {
      const key = seen(stage);
      const y = stage.place(key);
      stage.scroll(-150);
      expect(stage.place(key)).toBe(y + 150);
      expect(stage.window.enough()).not.toBe("no");
    }
  });

  test("keeps their place when their row goes into another, and at the new end when all below went", () => {
    const stage = reader();
    const key = seen(stage);
    const index = stage.rows.findIndex((row) => row.key === key);
    const next = stage.rows[index + 1]?.key ?? "";
    const y = stage.place(key);
    stage.show(stage.rows.filter((row) => row.key !== key));
    expect(stage.place(next)).toBe(y);
    stage.show(stage.rows.slice(0, index - 20));
    expect(stage.left).toBe(0);
    expect(stage.window.enough()).not.toBe("no");
  });

  test("stays where they are when they let go of the end and rows above turn out lower", () => {
    for (const height of [12, 90]) {
      const stage = new Stage();
      for (let n = 0; n < 400; n += 1) stage.real.set(`r${n}`, n > 370 ? 40 : height);
      stage.show(many(0, 400));
      const y = stage.place("r399");
      stage.follows = false;
      stage.window.hold();
      stage.draw();
      expect([stage.window.drawn.first < 390, stage.place("r399")]).toEqual([true, y]);
    }
  });

  test("goes to a row, also far away, and no farther than there is", () => {
    const stage = reader();
    stage.window.goTo(30, -12);
    stage.draw();
    expect(stage.place("r30")).toBe(12);
    stage.window.goTo(399, 0);
    stage.draw();
    expect(stage.left).toBe(0);
    stage.window.goTo(4000, 0);
    stage.draw();
    expect(stage.left).toBe(0);
  });
});
