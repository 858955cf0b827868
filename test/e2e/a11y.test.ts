import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { expectAccessible } from "./support/axe.ts";
import { launch, newPage } from "./support/browser.ts";
import { busyDay } from "./support/stub-data.ts";
import { stubServer } from "./support/stub-server.ts";

let browser: Browser;
const busy = stubServer(busyDay());
const empty = stubServer({ tasks: [], interactions: [] });

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  await Promise.all([busy.stop(), empty.stop()]);
});

/** Every state a card can be in stands on one screen, so the stub is asked, in both themes. */
const screens: readonly (readonly [string, () => string, (page: Page) => Promise<unknown>])[] = [
  ["the board", () => busy.url, (page) => page.locator("article.card").first().waitFor()],
  ["an empty board", () => empty.url, (page) => page.getByText("Nothing on the board").waitFor()],
  [
    "a new task",
    () => busy.url,
    async (page) => {
      await page.locator("article.card").first().waitFor();
      await page.keyboard.press("c");
      await page.getByRole("textbox", { name: "Prompt" }).fill("Do it");
      await page.getByRole("combobox", { name: "Mode", exact: true }).click();
      await page.getByRole("option", { name: /Bypass/ }).waitFor();
    },
  ],
  [
    "the menu of a card",
    () => busy.url,
    async (page) => {
      await page.locator("article.card").first().click({ button: "right" });
      await page.getByRole("menuitem", { name: "Open" }).waitFor();
    },
  ],
];

for (const colorScheme of ["light", "dark"] as const) {
  for (const [name, url, arrange] of screens) {
    test(`axe finds nothing on ${name}, ${colorScheme}`, async () => {
      const { page, close } = await newPage(browser, { colorScheme });
      await page.goto(`${url()}/#code=x`);
      await arrange(page);
      await expectAccessible(page);
      await close();
    });
  }
}

test("every control is at least 24 pixels in both directions", async () => {
  const { page, close } = await newPage(browser);
  await page.goto(`${busy.url}/#code=x`);
  await page.locator("article.card").first().waitFor();
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, input, a, [role=separator]")]
      .filter((element) => element.checkVisibility() && element.closest(".sr") === null)
      .map((element) => ({ rect: element.getBoundingClientRect(), html: element.outerHTML }))
      .filter(({ rect, html }) => rect.width > 0 && rect.height < 24 && !html.startsWith("<input"))
      .map(({ html }) => html.slice(0, 120)),
  );
  expect(small).toEqual([]);
  await close();
});
