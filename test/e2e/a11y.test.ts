import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { expectAccessible } from "./support/axe.ts";
import { launch, newPage } from "./support/browser.ts";
import { desk } from "./support/review.ts";
import { refund } from "./support/review-world.ts";
import { busyDay } from "./support/stub-data.ts";
import { hold, someCheckpoints } from "./support/stub-landing.ts";
import { StubRepo, treeOf } from "./support/stub-repo.ts";
import { stubServer } from "./support/stub-server.ts";

let browser: Browser;
const busy = stubServer(busyDay());
const empty = stubServer({ tasks: [], interactions: [] });
const full = desk();
const unchanged = desk(new StubRepo(treeOf({}), treeOf({})));

/** A review in the middle of the talk: each kind of thread, marks, folded and special files. */
function talk(): void {
  const { review, task } = full;
  const on = (start: number, end: number) => ({
    path: refund.path,
    range: { side: "new" as const, start, end },
  });
  review.view(["src/outbox/put.ts", "docs/openapi.json"]);
  review.say({ ...on(42, 43), body: "Compare the digest." }, task.runId);
  review.say({ ...on(45, 45), body: "Name it." }, task.runId);
  review.say({ ...on(65, 66), body: "From when?" }, task.runId);
  review.say({ ...on(47, 48), body: "Say so." });
  const next = refund.after.replace("digest(req))", "digest(req), same)");
  review.write({ [refund.path]: next, "docs/openapi.json": "{}\n" }, task.runId);
  review.write({ [refund.path]: next.replace("const entry = await tx", "const it = await tx") });
}
talk();
hold(full.review.landing);
full.review.landing.checkpoints = someCheckpoints();

/** Opens a review by its link. */
async function review(page: Page, { task }: typeof full, query = ""): Promise<void> {
  await page.evaluate((url) => {
    history.pushState(null, "", url);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/?task=${task.id}&view=review${query}`);
  await page.locator(".rv .fs, .rv-none").first().waitFor();
}

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  await Promise.all([busy.stop(), empty.stop(), full.stub.stop(), unchanged.stub.stop()]);
});

/** Every state a card can be in stands on one screen, so the stub is asked, in both themes. */
const screens: readonly (readonly [string, () => string, (page: Page) => Promise<unknown>])[] = [
  ["the board", () => busy.url, (page) => page.locator("article.card").first().waitFor()],
  [
    "the first screen",
    () => empty.url,
    async (page) => {
      await page.locator('[data-check="tmux"]').waitFor();
      await page.getByText("Two agents can work").waitFor();
    },
  ],
  [
    "an empty board",
    () => empty.url,
    async (page) => {
      await page.getByRole("button", { name: "Open the board" }).click();
      await page.getByText("Nothing on the board").waitFor();
      // For the other theme the first screen is to come again.
      await page.evaluate(() =>
        fetch("/preferences/ui.welcomed", {
          method: "PUT",
          body: JSON.stringify({ value: false }),
        }),
      );
    },
  ],
  [
    "the doctor",
    () => busy.url,
    async (page) => {
      await page.locator("article.card").first().waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("d");
      await page.locator('[data-check="agent:codex"] .wh').click();
    },
  ],
  [
    "the usage",
    () => busy.url,
    async (page) => {
      await page.locator("article.card").first().waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("u");
      await page.getByRole("table", { name: "By task" }).waitFor();
    },
  ],
  [
    "an account",
    () => busy.url,
    async (page) => {
      await page.locator("article.card").first().waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press(",");
      await page.getByRole("button", { name: /Claude side/ }).click();
      await page.getByRole("button", { name: /^Test/ }).click();
      await page.getByText("not shared with another account").waitFor();
    },
  ],
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
  [
    "a review with every kind of thread",
    () => full.stub.url,
    async (page) => {
      await review(page, full, `&file=${encodeURIComponent(refund.path)}`);
      await page.locator(".frows .k").first().waitFor();
      await page.getByRole("button", { name: "Show change" }).first().click();
      await page.keyboard.press("n");
      await page.keyboard.press("c");
      await page.keyboard.type("Half a thought");
    },
  ],
  [
    "a review in one column, with pictures and notes",
    () => full.stub.url,
    async (page) => {
      await review(page, full);
      await page.locator(".pic img").first().waitFor();
      await page.locator(".seg label", { hasText: "Unified" }).click();
      await page.locator(".is-unified").waitFor();
    },
  ],
  [
    "the comments of a review before they are sent",
    () => full.stub.url,
    async (page) => {
      await review(page, full);
      await page.keyboard.press("Control+Enter");
      await page.getByRole("dialog").waitFor();
    },
  ],
  [
    "the landing of a review with much in its way, and its merge",
    () => full.stub.url,
    async (page) => {
      await review(page, full);
      await page.keyboard.press("Shift+L");
      await page.getByRole("menuitem", { name: "Merge into main" }).click();
      await page.getByRole("dialog").waitFor();
    },
  ],
  [
    "a commit before it is made",
    () => full.stub.url,
    async (page) => {
      await review(page, full);
      await page.keyboard.press("l");
      await page.locator(".picked").waitFor();
    },
  ],
  [
    "a pull request before it is opened",
    () => unchanged.stub.url,
    async (page) => {
      await review(page, unchanged);
      await page.keyboard.press("Shift+L");
      await page.getByRole("menuitem", { name: "Open a pull request" }).click();
      await page.getByRole("dialog").waitFor();
    },
  ],
  [
    "ways back, with one to be confirmed",
    () => full.stub.url,
    async (page) => {
      await review(page, full);
      await page.keyboard.press("b");
      await page.getByRole("button", { name: /^Go back: Before merging/ }).click();
      await page.getByRole("button", { name: "Go back to this" }).waitFor();
    },
  ],
  [
    "a review without changes",
    () => unchanged.stub.url,
    async (page) => {
      await review(page, unchanged);
      await page.getByText("No file has changed").waitFor();
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
  expect(await smallOnes(page)).toEqual([]);
  await page.goto(`${full.stub.url}/#code=x`);
  await page.locator("article.card").first().waitFor();
  await review(page, full, `&file=${encodeURIComponent(refund.path)}`);
  await page.getByRole("button", { name: "Show change" }).first().waitFor();
  expect(await smallOnes(page)).toEqual([]);
  await close();
});

function smallOnes(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, input, a, label, [role=separator]")]
      .filter((element) => element.checkVisibility() && element.closest(".sr") === null)
      .map((element) => ({ rect: element.getBoundingClientRect(), html: element.outerHTML }))
      .filter(({ rect, html }) => rect.width > 0 && rect.height < 24 && !html.startsWith("<input"))
      .map(({ html }) => html.slice(0, 120)),
  );
}
