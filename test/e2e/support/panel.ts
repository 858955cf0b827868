import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { TestServer } from "../../support/server.ts";
import { link, newPage, type Opened } from "./browser.ts";

/** Opens the board and on it the panel of a task, as its link does. */
export async function openPanel(
  browser: Browser,
  server: TestServer,
  taskId: string,
  query = "",
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const opened = await newPage(browser, options);
  await opened.page.goto(await link(server));
  await opened.page.locator(".board, .board-empty").waitFor();
  await showTask(opened.page, taskId, query);
  return opened;
}

/** Goes to a task without loading the page again. */
export async function showTask(page: Page, taskId: string, query = ""): Promise<void> {
  await page.evaluate((url) => {
    history.pushState(null, "", url);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/?task=${taskId}${query}`);
  await page.locator(".panel .composer").waitFor();
}

/** The texts the agent wrote, as they stand in the part of the transcript that is drawn. */
export function said(page: Page): Promise<string[]> {
  return page.locator(".row .said .md").allTextContents();
}

export function ended(page: Page, word: string, count = 1) {
  return page.locator(".row .end", { hasText: word }).nth(count - 1);
}

export async function send(page: Page, text: string): Promise<void> {
  const field = page.locator(".composer textarea");
  await field.fill(text);
  await field.press("Enter");
}

/** Everything the page asks of the network, by host. */
export function watchHosts(page: Page): Set<string> {
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  return hosts;
}

/** Scrolls the transcript as a wheel does, until it has come to rest. */
export async function wheel(page: Page, by: number): Promise<void> {
  await page.getByLabel("Transcript, scrolls").hover();
  await page.mouse.wheel(0, by);
  await rest(page);
}

/** Resolves when the transcript has stood still for some frames. */
async function rest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const list = document.querySelector(".wrap .scroll");
    let last = Number.NaN;
    for (let same = 0; same < 6; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      same = list?.scrollTop === last ? same + 1 : 0;
      last = list?.scrollTop ?? 0;
    }
  });
}

/** The first row that is wholly in view: its key, and where it stands. */
export function firstRow(page: Page): Promise<{ key: string; y: number }> {
  return page.evaluate(() => {
    const top = document.querySelector(".wrap .scroll")?.getBoundingClientRect().top ?? 0;
    const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")]
      .map((row) => ({ key: row.dataset["row"] ?? "", y: row.getBoundingClientRect().top }))
      .filter(({ y }) => y >= top)
      .sort((a, b) => a.y - b.y);
    return rows[0] ?? { key: "", y: Number.NaN };
  });
}

/** How far a row has moved since, in px. */
export async function drift(page: Page, before: { key: string; y: number }): Promise<number> {
  const box = await page.locator(`[data-row="${before.key}"]`).boundingBox();
  return Math.abs((box?.y ?? Number.NaN) - before.y);
}

const olderRequest = /\/transcript\?.*before=/;

/**
 * Reads upwards until older events are fetched, and answers by how much what is read moved when they
 * came, in px.
 */
export async function olderPage(page: Page): Promise<number> {
  const gate = Promise.withResolvers<void>();
  let asked = false;
  await page.route(olderRequest, async (route) => {
    asked = true;
    await gate.promise;
    await route.continue();
  });
  for (let step = 0; step < 60 && !asked; step += 1) await wheel(page, -1200);
  const before = await firstRow(page);
  const height = await page.evaluate(() => document.querySelector(".wrap .scroll")?.scrollHeight);
  gate.resolve();
  await page.waitForFunction(
    (was) => (document.querySelector(".wrap .scroll")?.scrollHeight ?? 0) > (was ?? 0) + 2000,
    height,
  );
  await rest(page);
  const moved = await drift(page, before);
  await page.unroute(olderRequest);
  return moved;
}
