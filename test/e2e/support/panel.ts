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
