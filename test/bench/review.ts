import type { Browser, Page } from "playwright-core";
import { hugeRepo } from "../e2e/support/review-world.ts";
import { busyDay } from "../e2e/support/stub-data.ts";
import type { StubRepo } from "../e2e/support/stub-repo.ts";
import { stubServer } from "../e2e/support/stub-server.ts";
import { heap, metric, openDevtools } from "./devtools.ts";
import { scrollSlowly, watchPage } from "./page.ts";
import { type Figure, median } from "./table.ts";

const files = 200;
const linesEach = 145;
const rounds = 5;
const seconds = 5;

interface Measured {
  /** From navigation to two frames after the first line, in ms. */
  readonly painted: number;
  /** What of that the page itself worked, in ms: on a busy machine the rest is waiting. */
  readonly own: number;
  readonly heap: number;
  readonly nodes: number;
}

/**
 * The page alone, against a server that answers from memory: what it takes to read the work of an
 * agent that went over everything.
 */
export async function* reviewFigures(browser: Browser): AsyncGenerator<Figure> {
  const small = await measured(browser, hugeRepo(1, 20));
  const huge = hugeRepo(files, linesEach);
  const { files: changed } = huge.changes({
    scope: "base",
    run: null,
    commit: null,
    whitespace: "show",
  });
  const lines = changed.reduce((sum, { patch }) => sum + (patch ?? "").split("\n").length, 0);
  const of = (what: string) => `review, ${files} files, ${lines.toLocaleString()} lines: ${what}`;
  const big = await measured(browser, huge);
  const than = (value: number) => ({ name: "one small file", value });
  yield {
    name: of("its link to painted"),
    value: big.painted,
    unit: "ms",
    budget: 1200,
    wants: "at most",
    against: than(small.painted),
  };
  yield {
    name: of("processor time to painted"),
    value: big.own,
    unit: "ms",
    budget: 600,
    wants: "at most",
    against: than(small.own),
  };
  yield {
    name: of("heap"),
    value: big.heap,
    unit: "MB",
    budget: 25,
    wants: "at most",
    against: than(small.heap),
  };
  yield {
    name: of("elements"),
    value: big.nodes,
    unit: "nodes",
    budget: 5000,
    wants: "at most",
    against: than(small.nodes),
  };
  yield* scrolling(browser, huge, of);
}

/** A page in the review of a task with these files. */
async function opened<T>(
  browser: Browser,
  repo: StubRepo,
  work: (page: Page, url: string) => Promise<T>,
): Promise<T> {
  const world = busyDay();
  const stub = stubServer(world);
  const task = world.tasks.find((one) => one.column === "review");
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  try {
    stub.reviewOf(task?.id ?? "", repo);
    const page = await context.newPage();
    await page.addInitScript(watchPage);
    await page.goto(`${stub.url}/#code=x`);
    await page.locator("article.card").first().waitFor();
    return await work(page, `${stub.url}/?task=${task?.id}&view=review`);
  } finally {
    await context.close();
    await stub.stop();
  }
}

function measured(browser: Browser, repo: StubRepo): Promise<Measured> {
  return opened(browser, repo, async (page, url) => {
    const devtools = await openDevtools(page);
    const took: number[] = [];
    const own: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await page.goto("about:blank");
      const before = await metric(devtools, "TaskDuration");
      await page.goto(url, { waitUntil: "commit" });
      await page.waitForFunction(() => window.bench?.lines != null);
      const after = await metric(devtools, "TaskDuration");
      took.push(await page.evaluate(() => window.bench.lines ?? Number.NaN));
      // A new process counts from zero.
      own.push((after - (before > after ? 0 : before)) * 1000);
    }
    // The inks of what is seen belong to what it weighs.
    await page.locator(".frows .k").first().waitFor();
    return {
      painted: median(took),
      own: median(own),
      heap: await heap(devtools),
      nodes: await page.evaluate(() => document.querySelectorAll("*").length),
    };
  });
}

async function* scrolling(
  browser: Browser,
  repo: StubRepo,
  of: (what: string) => string,
): AsyncGenerator<Figure> {
  const [idle, slow, own] = await opened(browser, repo, async (page, url) => {
    await page.goto(url);
    await page.locator(".frows .k").first().waitFor();
    const devtools = await openDevtools(page);
    const still = await page.evaluate(standStill, 2000);
    const before = await metric(devtools, "TaskDuration");
    const moved = await page.evaluate(scrollSlowly, seconds * 1000);
    const busy = (await metric(devtools, "TaskDuration")) - before;
    return [still, moved.p95, (busy * 1000) / moved.frames] as const;
  });
  yield {
    name: of("slow scroll, p95 frame"),
    value: slow,
    unit: "ms",
    budget: 34,
    wants: "at most",
    against: { name: "the page at rest", value: idle },
  };
  yield {
    name: of("slow scroll, processor time per frame"),
    value: own,
    unit: "ms",
    budget: 1000 / 60,
    wants: "at most",
    against: null,
  };
}

/** The p95 frame of a page in which nothing happens. */
function standStill(forMs: number): Promise<number> {
  const times: number[] = [];
  return new Promise((resolve) => {
    const frame = (at: number): void => {
      times.push(at);
      if (at - (times[0] ?? at) < forMs) {
        requestAnimationFrame(frame);
        return;
      }
      const took = times.slice(1).map((time, index) => time - (times[index] ?? time));
      took.sort((a, b) => a - b);
      resolve(took[Math.floor(took.length * 0.95)] ?? 0);
    };
    requestAnimationFrame(frame);
  });
}
