import { appendFileSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, CDPSession, Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { TestServer } from "../support/server.ts";
import { enter } from "./chromium.ts";
import { heap, metric, openDevtools } from "./devtools.ts";
import { fillTranscript } from "./fill.ts";
import { lineOf, markOf } from "./lines.ts";
import { type Frames, watchFrames } from "./page.ts";
import { type Figure, median, percentile } from "./table.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a person sees of an agent at work. */
export async function* transcriptFigures(browser: Browser): AsyncGenerator<Figure> {
  const workdir = realpathSync(mkdtempSync(join(tmpdir(), "agetor-bench-plain-")));
  let server = await TestServer.start();
  try {
    await server.client.trust(workdir);
    const long = await held(server, workdir);
    const [session = ""] = readdirSync(join(server.dataDir, "sessions"));
    const out = join(server.dataDir, "sessions", session, "out");
    const short = await held(server, workdir);
    yield await lineToPage(browser, server, long, out);
    await server.stop();
    fillTranscript(server.dataDir, long.id, 100_000);
    fillTranscript(server.dataDir, short.id, 1);
    server = await server.restart();
    const page = await enter(browser, server);
    yield* opening(page, server, long, short);
    yield* pinned(page, out);
  } finally {
    await server.dispose();
    rmSync(workdir, { recursive: true, force: true });
  }
}

/** A task whose agent waits for a file that never comes: whatever it says, we write. */
async function held(server: TestServer, workdir: string): Promise<Task> {
  const script = `until: ${join(workdir, "never")}`;
  const { task } = await server.client.startFake(workdir, script, { isolation: "none" });
  return await server.client.until(task.id, ({ phase }) => phase?.kind === "working");
}

/** From a line the agent has written to its row in the page, one line at a time. */
async function lineToPage(
  browser: Browser,
  server: TestServer,
  task: Task,
  out: string,
): Promise<Figure> {
  const count = 300;
  const page = await enter(browser, server);
  await page.goto(`${server.client.base}/?task=${task.id}`);
  await page.locator(".panel .row").first().waitFor();
  const streamed = new Map<number, number>();
  const stream = server.client.events(`/tasks/${task.id}/events`, ({ type, data }) => {
    if (type !== "assistant.text") return false;
    const mark = Number(/^mark-(\d+)/.exec((data as { text: string }).text)?.[1]);
    streamed.set(mark, Date.now());
    return mark === count - 1;
  });
  await pause(1000);
  const written: number[] = [];
  for (let n = 0; n < count; n += 1) {
    written.push(Date.now());
    appendFileSync(out, markOf(n));
    // Not in step with the frames of the page.
    await pause(20 + ((n * 7) % 31));
  }
  await stream;
  await page.waitForFunction((last) => window.bench.marks[last] !== undefined, count - 1);
  const marks = await page.evaluate(() => window.bench.marks);
  await page.context().close();
  const since = (at: (n: number) => number | undefined) =>
    written.map((time, n) => (at(n) ?? Number.NaN) - time);
  const seen = since((n) => marks[n]);
  if (seen.some(Number.isNaN)) throw new Error("a line never came to the page");
  return {
    name: "line written by the agent to row in the page, p95",
    value: percentile(seen, 95),
    unit: "ms",
    budget: 100,
    wants: "at most",
    against: {
      name: "frame on a stream, p95",
      value: percentile(
        since((n) => streamed.get(n)),
        95,
      ),
    },
  };
}

async function* opening(
  page: Page,
  server: TestServer,
  long: Task,
  short: Task,
): AsyncGenerator<Figure> {
  const rounds = 7;
  const byLink = async (task: Task): Promise<number> => {
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await page.goto(`${server.client.base}/?task=${task.id}`);
      await page.waitForFunction(() => window.bench.end !== null);
      took.push(await page.evaluate(() => window.bench.end ?? Number.NaN));
    }
    return median(took);
  };
  const byClick = async (task: Task): Promise<number> => {
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await page.goto(server.client.base);
      await page.locator(`[data-card="${task.id}"]`).waitFor();
      await pause(1000);
      await page.locator(`[data-card="${task.id}"] h3`).click();
      await page.waitForFunction(() => window.bench.end !== null);
      took.push(await page.evaluate(() => (window.bench.end ?? Number.NaN) - window.bench.pressed));
    }
    return median(took);
  };
  const linked = await byLink(short);
  const clicked = await byClick(short);
  yield {
    name: "transcript of 100,000 events: click to last row painted",
    value: await byClick(long),
    unit: "ms",
    budget: 700,
    wants: "at most",
    against: { name: "one event", value: clicked },
  };
  yield {
    name: "transcript of 100,000 events: its link to last row painted",
    value: await byLink(long),
    unit: "ms",
    budget: 700,
    wants: "at most",
    against: { name: "one event", value: linked },
  };
}

const seconds = 10;

/** The open transcript at its end while the agent writes a thousand lines a second. */
async function* pinned(page: Page, out: string): AsyncGenerator<Figure> {
  const devtools = await openDevtools(page);
  await pause(1000);
  const idle = await framesFor(page, devtools, 3000);
  const before = await heap(devtools);
  const watching = framesFor(page, devtools, seconds * 1000);
  const first = 1_000_000;
  const end = first + (await writeLines(out, first));
  const busy = await watching;
  const at = Date.now();
  appendFileSync(out, markOf(end));
  await page.waitForFunction((mark) => window.bench.marks[mark] !== undefined, end);
  const late = await page.evaluate((mark) => window.bench.marks[mark] ?? Number.NaN, end);
  const of = (what: string) => `1,000 events a second for ${seconds} s: ${what}`;
  const most = { unit: "ms", wants: "at most", against: null } as const;
  const than = (value: number) => ({ name: "the idle page", value });
  yield {
    name: of("frames"),
    value: busy.fps,
    unit: "per s",
    budget: 55,
    wants: "at least",
    against: than(idle.fps),
  };
  yield {
    ...most,
    name: of("processor time per frame"),
    value: busy.own,
    budget: 1000 / 60,
    against: than(idle.own),
  };
  yield { ...most, name: of("p99 frame"), value: busy.p99, budget: 34, against: than(idle.p99) };
  yield { ...most, name: of("tasks over 50 ms"), value: busy.longTasks, unit: "times", budget: 2 };
  yield { ...most, name: of("farthest from the end"), value: busy.gap, unit: "px", budget: 48 };
  yield { ...most, name: of("last line to its row"), value: late - at, budget: 1000 };
  yield {
    ...most,
    name: of("growth of the heap"),
    value: (await heap(devtools)) - before,
    unit: "MB",
    budget: 6,
    against: { name: "the heap before", value: before },
  };
}

/** Writes a thousand lines a second, evenly; answers how many. */
async function writeLines(out: string, first: number): Promise<number> {
  const count = seconds * 1000;
  const began = performance.now();
  for (let written = 0; written < count; await pause(8)) {
    const due = Math.min(count, Math.floor(performance.now() - began));
    let lines = "";
    for (; written < due; written += 1) lines += lineOf(first + written);
    if (lines !== "") appendFileSync(out, lines);
  }
  return count;
}

async function framesFor(
  page: Page,
  devtools: CDPSession,
  forMs: number,
): Promise<Frames & { readonly own: number }> {
  const before = await metric(devtools, "TaskDuration");
  const frames = await page.evaluate(watchFrames, forMs);
  const busy = (await metric(devtools, "TaskDuration")) - before;
  return { ...frames, own: (busy * 1000) / (frames.fps * (forMs / 1000)) };
}
