import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { expectAccessible } from "./support/axe.ts";
import { launch, newPage } from "./support/browser.ts";
import { busyDay } from "./support/stub-data.ts";
import { stubServer } from "./support/stub-server.ts";

let browser: Browser;
const busy = stubServer(busyDay());

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  await busy.stop();
});

/** What the sheet says, heading by heading, with the keys of each line. */
async function read(page: Page): Promise<Record<string, string[]>> {
  await page.locator(".keys-sheet li").first().waitFor();
  return await page.evaluate(() => {
    const groups = [...document.querySelectorAll(".keys-sheet section")].map((group) => {
      const lines = [...group.querySelectorAll("li")].map((line) => {
        const caps = [...line.querySelectorAll("kbd")].map((one) => one.dataset["keys"]);
        return `${line.firstElementChild?.textContent}: ${caps.join(" | ")}`;
      });
      return [group.querySelector("h3")?.textContent ?? "", lines];
    });
    return Object.fromEntries(groups);
  });
}

const focusedIn = (page: Page, selector: string) =>
  page.waitForFunction((at) => document.activeElement?.closest(at) != null, selector);

test("? shows the keys that hold here, and only those", async () => {
  const { page, complaints, close } = await newPage(browser);
  await page.goto(`${busy.url}/#code=x`);
  await page.locator("article.card").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await focusedIn(page, "article.card");
  await page.keyboard.press("?");
  const onBoard = await read(page);
  expect(Object.keys(onBoard)).toEqual(["Board", "Everywhere"]);
  expect(onBoard["Board"]).toContain("Move between the cards: ← | ↓ | ↑ | → | H | J | K | L");
  expect(onBoard["Board"]).toContain("Open the task: ↵");
  expect(onBoard["Everywhere"]).toContain("New task: C");
  expect(onBoard["Everywhere"]).toContain("Show the keys: ?");
  const lines = Object.values(onBoard).flat();
  expect(new Set(lines.map((line) => line.split(":")[0])).size).toBe(lines.length);
  await expectAccessible(page);
  await page.keyboard.press("?");
  await page.locator(".keys-sheet").waitFor({ state: "detached" });
  await focusedIn(page, "article.card");

  await page.keyboard.press("/");
  await page.keyboard.type("what?");
  expect(await page.getByLabel("Filter tasks").inputValue()).toBe("what?");
  expect(await page.locator(".keys-sheet").count()).toBe(0);
  await page.keyboard.press("Escape");

  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.locator("[data-ask]").first().waitFor();
  await page.getByRole("button", { name: "Keys", exact: true }).click();
  const inInbox = await read(page);
  expect(Object.keys(inInbox)).toEqual(["What an agent asks", "Needs you", "Everywhere"]);
  expect(inInbox["What an agent asks"]).toContain("Allow once: Y");
  expect(inInbox["Needs you"]).toContain("Next request: J | ↓");
  await page.keyboard.press("Escape");
  await page.locator(".keys-sheet").waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await close();
});
