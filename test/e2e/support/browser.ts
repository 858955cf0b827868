import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { TestServer } from "../../support/server.ts";

/** The browser of the machine; the test runner names it. */
export async function launch(more: readonly string[] = []): Promise<Browser> {
  const executablePath =
    process.env["AGETOR_CHROMIUM"] ??
    ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("name a Chromium in AGETOR_CHROMIUM");
  return await chromium.launch({ executablePath, args: ["--no-sandbox", ...more] });
}

/** Whether pages of this browser may notify when they are let; Chromium's small headless one never. */
export async function canNotify(browser: Browser): Promise<boolean> {
  const page = () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: page });
  const origin = `http://127.0.0.1:${server.port}`;
  const context = await browser.newContext();
  await context.grantPermissions(["notifications"], { origin });
  const tab = await context.newPage();
  await tab.goto(origin);
  const granted = await tab.evaluate(() => Notification.permission === "granted");
  await context.close();
  await server.stop(true);
  return granted;
}

export interface Opened {
  readonly page: Page;
  /** Everything the page complained of: CSP, errors, exceptions. Refused requests are not listed. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A page in a browser of its own, with everything it complains of. */
export async function newPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  listen(page, complaints);
  return { page, complaints, close: () => context.close() };
}

export function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // A refused request is the server's answer, which the page shows; so is one that was cut off.
    if (message.text().startsWith("Failed to load resource")) return;
    complaints.push(message.text());
  });
}

/** The way a person gets in: a link that works once. */
export async function link(server: TestServer): Promise<string> {
  const { body } = await server.client.post<{ code: string }>("/auth/code");
  return `${server.client.base}/#code=${body.code}`;
}

export function card(page: Page, title: string) {
  return page.locator("article.card", { hasText: title });
}

/** The cards of a column, as their titles, once there are `count` of them. */
export async function titlesIn(page: Page, column: string, count: number): Promise<string[]> {
  const cards = page.locator(`[data-column="${column}"] article.card h3`);
  await cards.nth(count - 1).waitFor();
  await page.waitForFunction(
    ([name, wanted]) =>
      document.querySelectorAll(`[data-column="${name}"] article.card`).length === wanted,
    [column, count] as const,
  );
  return await cards.allTextContents();
}
