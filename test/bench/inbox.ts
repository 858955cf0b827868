import { appendFileSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Interaction } from "../../src/contract/interaction.ts";
import { TestServer } from "../support/server.ts";
import { enter } from "./chromium.ts";
import { askOf, withdrawalOf } from "./lines.ts";
import { watchInbox } from "./page.ts";
import { type Figure, median, percentile } from "./table.ts";

const questions = 200;
const open = 100;
const rounds = 7;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a person waits for in the inbox. */
export async function* inboxFigures(browser: Browser): AsyncGenerator<Figure> {
  const workdir = realpathSync(mkdtempSync(join(tmpdir(), "agetor-bench-plain-")));
  const server = await TestServer.start();
  try {
    await server.client.trust(workdir);
    yield await askToInbox(browser, server, workdir);
    const page = await enter(browser, server);
    await page.addInitScript(watchInbox);
    await ask(server, workdir, 1);
    const alone = await opening(page, server);
    await ask(server, workdir, open - 1);
    const full = await opening(page, server);
    for (const way of ["click", "link"] as const) {
      yield {
        name: `inbox of ${open} questions: ${way} to its first form painted`,
        value: full[way],
        unit: "ms",
        budget: 400,
        wants: "at most",
        against: { name: "one question", value: alone[way] },
      };
    }
    yield {
      name: `inbox of ${open} questions: elements in the page`,
      value: full.nodes,
      unit: "nodes",
      budget: 3000,
      wants: "at most",
      against: { name: "one question", value: alone.nodes },
    };
    yield* steps(page);
    yield* answering(page, server);
  } finally {
    await server.dispose();
    rmSync(workdir, { recursive: true, force: true });
  }
}

/**
 * From the line with which an agent asks to its entry painted in the open inbox, one question at a
 * time. The line is written by us in the agent's place, so both ends are read from the clock of
 * this machine.
 */
async function askToInbox(browser: Browser, server: TestServer, workdir: string): Promise<Figure> {
  const script = `until: ${join(workdir, "never")}`;
  const { task } = await server.client.startFake(workdir, script, { isolation: "none" });
  await server.client.until(task.id, ({ phase }) => phase?.kind === "working");
  const [session = ""] = readdirSync(join(server.dataDir, "sessions"));
  const out = join(server.dataDir, "sessions", session, "out");
  const page = await enter(browser, server);
  await page.addInitScript(watchInbox);
  await page.goto(`${server.client.base}/?view=inbox`);
  await page.getByText("Nothing waits for you").waitFor();
  const streamed: number[] = [];
  const stream = server.client.events("/events", ({ type }) => {
    if (type === "interaction.opened") streamed.push(Date.now());
    return streamed.length === questions;
  });
  await pause(1000);
  const written: number[] = [];
  const seen: number[] = [];
  for (let n = 0; n < questions; n += 1) {
    // Not in step with the frames of the page.
    await pause(10 + ((n * 7) % 31));
    written.push(Date.now());
    appendFileSync(out, askOf(n));
    await page.waitForFunction((mark) => window.bench.asked[mark] !== undefined, n);
    seen.push(await page.evaluate((mark) => window.bench.asked[mark] ?? Number.NaN, n));
    appendFileSync(out, withdrawalOf(n));
    await page.getByText("nothing waiting").waitFor();
  }
  await stream;
  await page.context().close();
  await server.client.call("DELETE", `/tasks/${task.id}`);
  const since = (times: readonly number[]) => times.map((time, n) => time - (written[n] ?? 0));
  return {
    name: "question asked by the agent to its entry in the inbox, p95",
    value: percentile(since(seen), 95),
    unit: "ms",
    budget: 150,
    wants: "at most",
    against: { name: "frame on a stream, p95", value: percentile(since(streamed), 95) },
  };
}

/** Tasks whose agents each ask one thing and wait. */
async function ask(server: TestServer, workdir: string, count: number): Promise<void> {
  const before = (await pending(server)).length;
  for (let n = before; n < before + count; n += 1) {
    const script = `question: Which way for case ${n} of the old format? | this | that | neither`;
    await server.client.startFake(workdir, script, { isolation: "none" });
  }
  while ((await pending(server)).length < before + count) await pause(100);
}

async function pending(server: TestServer): Promise<readonly Interaction[]> {
  const path = "/interactions/pending";
  return (await server.client.get<{ interactions: Interaction[] }>(path)).body.interactions;
}

async function opening(
  page: Page,
  server: TestServer,
): Promise<{ click: number; link: number; nodes: number }> {
  const click: number[] = [];
  const link: number[] = [];
  const opened = () => page.waitForFunction(() => window.bench.inbox !== null);
  for (let round = 0; round < rounds; round += 1) {
    await page.goto(server.client.base);
    await page.locator("article.card").first().waitFor();
    await pause(1000);
    await page.getByRole("navigation").getByRole("button", { name: "Needs you" }).click();
    await opened();
    click.push(
      await page.evaluate(() => (window.bench.inbox ?? Number.NaN) - window.bench.pressed),
    );
    await page.goto(`${server.client.base}/?view=inbox`);
    await opened();
    link.push(await page.evaluate(() => window.bench.inbox ?? Number.NaN));
  }
  await pause(1000);
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  return { click: median(click), link: median(link), nodes };
}

/** Walks down over half of the requests and up again: from the key to the paint of the ring. */
async function* steps(page: Page): AsyncGenerator<Figure> {
  const idle: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.keyboard.press("Shift");
    await page.waitForFunction(() => window.bench.inputs.length > 0);
    idle.push(await page.evaluate(() => window.bench.inputs.splice(0).at(-1) ?? Number.NaN));
  }
  const took: number[] = [];
  for (const key of ["j", "k"]) {
    for (let step = 0; step < open / 2; step += 1) {
      await page.evaluate(() => window.bench.steps.splice(0));
      await page.keyboard.press(key);
      await page.waitForFunction(() => window.bench.steps.length > 0);
      took.push(await page.evaluate(() => window.bench.steps.at(-1) ?? Number.NaN));
    }
  }
  yield {
    name: `inbox of ${open} questions: step by key to paint, p95`,
    value: percentile(took, 95),
    unit: "ms",
    budget: 50,
    wants: "at most",
    against: { name: "a key that does nothing", value: median(idle) },
  };
}

const answers = 5;

/** Answers one in the middle: the others stay, and where the person looks nothing moves. */
async function* answering(page: Page, server: TestServer): AsyncGenerator<Figure> {
  for (let step = 0; step < open / 2; step += 1) await page.keyboard.press("j");
  const place = () =>
    page.evaluate(() => document.activeElement?.getBoundingClientRect().top ?? Number.NaN);
  const took: number[] = [];
  let moved = 0;
  for (let count = 0; count < answers; count += 1) {
    await page.locator(".ask.is-armed:focus").waitFor();
    await page.keyboard.press("1");
    await page.locator(".ask:focus input:checked").waitFor();
    const before = await place();
    await page.evaluate(() => window.bench.inputs.splice(0));
    await page.keyboard.press("Enter");
    await page.locator(".ask.is-over:focus").waitFor();
    await page.waitForFunction(() => window.bench.inputs.length > 0);
    took.push(await page.evaluate(() => window.bench.inputs.at(-1) ?? Number.NaN));
    await page
      .getByRole("main")
      .getByText(`${open - 1 - count} waiting`)
      .waitFor();
    while ((await pending(server)).length !== open - 1 - count) await pause(20);
    await pause(500);
    moved = Math.max(moved, Math.abs((await place()) - before));
    await page.keyboard.press("j");
  }
  const most = { unit: "ms", wants: "at most", against: null } as const;
  const of = (what: string) => `inbox of ${open} questions, one answered: ${what}`;
  yield { ...most, name: of("key to paint"), value: median(took), budget: 50 };
  yield { ...most, name: of("how far it moved"), value: moved, unit: "px", budget: 1 };
}
