import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { TestServer } from "../support/server.ts";
import { built, ensureBuilt, enter, launch } from "./chromium.ts";
import { fillBoard } from "./fill.ts";
import { type Figure, median } from "./table.ts";

/** Figures of the built board in a real browser against a real server. */
export async function* browserFigures(): AsyncGenerator<Figure> {
  ensureBuilt();
  const browser = await launch();
  try {
    yield* board(browser);
  } finally {
    await browser.close();
  }
}

const cards = 2000;

async function* board(browser: Browser): AsyncGenerator<Figure> {
  const workdir = realpathSync(mkdtempSync(join(tmpdir(), "agetor-bench-plain-")));
  const empty = await TestServer.start();
  const bare = await firstPaint(await enter(browser, empty), 7);
  await empty.stop();
  fillBoard(empty.dataDir, cards, workdir);
  const server = await empty.restart();
  const page = await enter(browser, server);
  yield* weight(await loadedFirst(page), await reactAlone());
  const took = await firstPaint(page, 7);
  // The rest of the cards comes behind the first screen.
  await page.getByLabel(`Done, ${cards * 0.48} tasks`).waitFor();
  await page.waitForTimeout(1000);
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  await page.context().close();
  await server.dispose();
  rmSync(workdir, { recursive: true, force: true });
  yield {
    name: "board of 2,000 cards: reload to cards painted",
    value: took,
    unit: "ms",
    budget: 400,
    wants: "at most",
    against: { name: "an empty board", value: bare },
  };
  yield {
    name: "board of 2,000 cards: elements in the page",
    value: nodes,
    unit: "nodes",
    budget: 3000,
    wants: "at most",
    against: { name: "its cards", value: cards },
  };
}

/** From navigation to two frames after the first card, or the word that there is none. */
async function firstPaint(page: Page, rounds: number): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.reload();
    await page.waitForFunction(() => window.bench.board !== null);
    took.push(await page.evaluate(() => window.bench.board ?? Number.NaN));
  }
  return median(took);
}

/** The scripts and style sheets that stand between the address and the first card. */
async function loadedFirst(page: Page): Promise<readonly string[]> {
  await page.reload();
  await page.waitForFunction(() => window.bench.board !== null);
  return await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ startTime }) => startTime < (window.bench.board ?? 0))
      .map(({ name }) => new URL(name).pathname),
  );
}

async function reactAlone(): Promise<number> {
  const { outputs } = await Bun.build({
    entrypoints: [fileURLToPath(new URL("react-alone.ts", import.meta.url))],
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const code = await outputs[0]?.text();
  return code === undefined ? Number.NaN : Bun.gzipSync(code).length / 1000;
}

function* weight(seen: readonly string[], react: number): Generator<Figure> {
  const page = readFileSync(`${built}/index.html`, "utf8");
  const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
    ([, path = ""]) => path,
  );
  const files = [...new Set([...named, ...seen])];
  const zipped = (path: string) => Bun.gzipSync(readFileSync(`${built}${path}`)).length / 1000;
  const sum = (extension: string) =>
    files
      .filter((path) => path.endsWith(extension))
      .reduce((total, path) => total + zipped(path), 0);
  yield {
    name: "scripts before the first card, gzipped",
    value: sum(".js"),
    unit: "KB",
    budget: 220,
    wants: "at most",
    against: { name: "React alone", value: react },
  };
  yield {
    name: "style sheets before the first card, gzipped",
    value: sum(".css"),
    unit: "KB",
    budget: 15,
    wants: "at most",
    against: null,
  };
}
