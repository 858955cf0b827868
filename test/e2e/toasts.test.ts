import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Locator } from "playwright-core";
import { git, makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { launch, link, newPage } from "./support/browser.ts";
import { ended, openPanel, showTask } from "./support/panel.ts";

/** News comes while something else is open: it never lies over what is about to be pressed. */
let server: TestServer;
let browser: Browser;
let repo: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  repo = makeRepo({ "README.md": "# x\n" }, "shop");
  git(repo, "config", "user.name", "Ada");
  git(repo, "config", "user.email", "ada@example.test");
  await server.client.trust(repo);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

async function top(element: Locator): Promise<number> {
  return (await element.boundingBox())?.y ?? Number.NaN;
}

async function bottom(element: Locator): Promise<number> {
  const box = await element.boundingBox();
  return box === null ? Number.NaN : box.y + box.height;
}

test.each([1440, 900])("at a width of %d a toast stands above the composer", async (width) => {
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const viewport = { width, height: 900 };
  const { page, complaints, close } = await openPanel(browser, server, task.id, "", { viewport });
  await ended(page, "Finished").waitFor();
  await server.client.startFake(repo, "say: done", { title: `News at ${width}` });
  const toast = page.locator(".toast", { hasText: `News at ${width} is ready for review` });
  await toast.waitFor();
  await toast.hover();
  const composer = page.locator(".composer");
  expect(await bottom(toast)).toBeLessThanOrEqual(await top(composer));
  // It goes up with a field that grows, and down to the edge when the panel is left.
  await page.locator(".composer textarea").fill("one\ntwo\nthree\nfour\nfive\nsix");
  expect(await bottom(toast)).toBeLessThanOrEqual(await top(composer));
  await page.locator(".composer textarea").fill("");
  await toast.hover();
  await page.evaluate(() => {
    history.pushState(null, "", "/");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await composer.waitFor({ state: "detached" });
  expect(await bottom(toast)).toBeCloseTo(900 - 16, 0);
  await showTask(page, task.id);
  expect(await bottom(toast)).toBeLessThanOrEqual(await top(composer));
  expect(complaints).toEqual([]);
  await close();
});

test.each([1440, 900])("at a width of %d a toast stands above the landing bar", async (width) => {
  const { task, run } = await server.client.startFake(repo, `write: landed-${width}.txt | hello`);
  await server.client.ended(task.id, run.id);
  const viewport = { width, height: 900 };
  const { page, complaints, close } = await newPage(browser, { viewport });
  await page.goto(await link(server));
  await page.locator(`[data-card="${task.id}"]`).focus();
  await page.keyboard.press("r");
  const bar = page.locator(".land");
  await bar.getByRole("button", { name: "Ways back" }).waitFor();
  await page.keyboard.press("l");
  await page.locator(".land-sheet").waitFor();
  await page.getByRole("textbox", { name: "Message" }).fill("Add a file");
  await page.getByRole("dialog").getByRole("button", { name: "Commit" }).last().click();
  const toast = page.locator(".toast", { hasText: "Committed" });
  await toast.waitFor();
  await page.locator(".land-sheet").waitFor({ state: "detached" });
  await toast.hover();
  // The bar is taller or shorter once it knows what is next: the toast goes along.
  await page.getByText("Merges cleanly").waitFor();
  await page.waitForFunction(() => {
    const [toasts, land] = [".toasts", ".land"].map((it) => document.querySelector(it));
    const floor = land?.getBoundingClientRect().top ?? Number.NaN;
    return Math.abs((toasts?.getBoundingClientRect().bottom ?? 0) - (floor - 16)) < 1;
  });
  expect(complaints).toEqual([]);
  await close();
});
