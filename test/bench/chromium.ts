import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import type { TestServer } from "../support/server.ts";
import { watchPage } from "./page.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The built board, as the server serves it. */
export const built = fileURLToPath(new URL("../../dist/web", import.meta.url));

/** Builds the board when that was not done yet: only what people load is worth measuring. */
export function ensureBuilt(): void {
  if (existsSync(`${built}/index.html`)) return;
  const { exitCode } = Bun.spawnSync([process.execPath, "run", "build"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (exitCode !== 0) throw new Error("the board could not be built");
}

/** The browser of the machine, with nothing going on in it but the page. */
export async function launch(): Promise<Browser> {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const found = names.map((name) => Bun.which(name)).find((path) => path !== null);
  const executablePath = process.env["AGETOR_CHROMIUM"] ?? process.env["CHROME_PATH"] ?? found;
  if (executablePath == null) throw new Error("name a Chromium in AGETOR_CHROMIUM");
  return await chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
      "--disable-backgrounding-occluded-windows",
    ],
  });
}

/** A tab that is in: the token stays with it over every further navigation. */
export async function enter(browser: Browser, server: TestServer): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.addInitScript(watchPage);
  const { body } = await server.client.post<{ code: string }>("/auth/code");
  await page.goto(`${server.client.base}/#code=${body.code}`);
  await page.locator("article.card, .board-empty").first().waitFor();
  return page;
}
