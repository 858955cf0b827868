import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { TestServer } from "../support/server.ts";
import { built, enter } from "./chromium.ts";
import { fillBoard } from "./fill.ts";
import { type Figure, median } from "./table.ts";

const cards = 2000;
const rounds = 9;

/** What a person waits for on the board: its first paint, and each of their own moves. */
export async function* boardFigures(browser: Browser): AsyncGenerator<Figure> {
  const workdir = realpathSync(mkdtempSync(join(tmpdir(), "agetor-bench-plain-")));
  let server = await TestServer.start();
  try {
    const bare = await enter(browser, server);
    const nothing = await firstPaint(bare);
    await bare.context().close();
    await server.stop();
    fillBoard(server.dataDir, cards, workdir);
    server = await server.restart();
    const page = await enter(browser, server);
    yield* weight(await loadedFirst(page), await reactAlone());
    yield {
      name: "board of 2,000 cards: reload to cards painted",
      value: await firstPaint(page),
      unit: "ms",
      budget: 400,
      wants: "at most",
      against: { name: "an empty board", value: nothing },
    };
    // The rest of the cards comes behind the first screen.
    await page.waitForTimeout(2000);
    yield {
      name: "board of 2,000 cards: elements in the page",
      value: await page.evaluate(() => document.querySelectorAll("*").length),
      unit: "nodes",
      budget: 3000,
      wants: "at most",
      against: { name: "its cards", value: cards },
    };
    yield* moves(page);
    await page.context().close();
  } finally {
    await server.dispose();
    rmSync(workdir, { recursive: true, force: true });
  }
}

/** From navigation to two frames after the first card, or the word that there is none. */
async function firstPaint(page: Page): Promise<number> {
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
  const zipped = (path: string) => Bun.gzipSync(readFileSync(`${built}${path}`)).length / 1000;
  const sum = (extension: string) =>
    [...new Set([...named, ...seen])]
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

/** Moves by key and by pointer on the full board: from the input to the paint that shows it. */
async function* moves(page: Page): AsyncGenerator<Figure> {
  const card = page.locator('[data-column="backlog"] article.card').nth(2);
  const key = async (name: string): Promise<number> => {
    await page.keyboard.press(name);
    return await lastInput(page);
  };
  await card.focus();
  const idle: number[] = [];
  for (let round = 0; round < rounds; round += 1) idle.push(await key("Shift"));
  await key("Space");
  const carried: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    carried.push(await key("ArrowRight"), await key("ArrowLeft"));
  }
  await key("Escape");
  const against = { name: "a key that does nothing", value: median(idle) };
  yield {
    name: "board of 2,000 cards: move by key to paint",
    value: median(carried),
    unit: "ms",
    budget: 50,
    wants: "at most",
    against,
  };
  const dragged: number[] = [];
  for (let round = 0; round < rounds; round += 1) dragged.push(await drag(page));
  yield {
    name: "board of 2,000 cards: start of a drag to paint",
    value: median(dragged),
    unit: "ms",
    budget: 50,
    wants: "at most",
    against,
  };
}

async function drag(page: Page): Promise<number> {
  const box = await page.locator('[data-column="backlog"] article.card').nth(1).boundingBox();
  if (box === null) return Number.NaN;
  const [x, y] = [box.x + box.width / 2, box.y + 20];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 8, y + 4, { steps: 2 });
  const took = await lastInput(page);
  await page.mouse.up();
  await page.waitForTimeout(200);
  return took;
}

async function lastInput(page: Page): Promise<number> {
  await page.waitForFunction(() => window.bench.inputs.length > 0);
  return await page.evaluate(() => window.bench.inputs.splice(0).at(-1) ?? Number.NaN);
}
