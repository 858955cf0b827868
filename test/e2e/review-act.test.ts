import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launch } from "./support/browser.ts";
import {
  type Desk,
  desk,
  entry,
  line,
  openDesk,
  refundFile,
  section,
  standing,
} from "./support/review.ts";
import { refund } from "./support/review-world.ts";

let browser: Browser;
let now: Desk;

beforeAll(async () => {
  browser = await launch();
});

afterEach(() => now.stub.stop());

afterAll(() => browser.close());

const text = (path: string): string | null => now.review.repo.now.get(path)?.text ?? null;

test("a hunk is reverted without a question, and brought back by one press", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  const hunk = section(page, refund.path).locator(".hunk", { hasText: "9 lines hidden" });
  await hunk.hover();
  await hunk.getByRole("button", { name: "Revert hunk" }).click();
  await line(page, refund.path, "insertKey").waitFor({ state: "detached" });
  expect(text(refund.path)).not.toContain("insertKey");
  expect(text(refund.path)).toContain("ctx.db.transaction");
  await page
    .locator(".toast", { hasText: "Reverted a hunk of create.ts" })
    .getByText("Undo")
    .click();
  await line(page, refund.path, "insertKey").waitFor();
  expect(text(refund.path)).toBe(refund.after);
  expect(complaints).toEqual([]);
  await close();
});

test("what was reverted shows, also when its files were seen before the answer came", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  const hunk = section(page, refund.path).locator(".hunk", { hasText: "9 lines hidden" });
  const news = section(page, refund.path).getByRole("button", { name: "Changed, show" });
  await page.route("**/changes/revert", async (route) => {
    const answer = await route.fetch();
    await news.waitFor();
    await route.fulfill({ response: answer });
  });
  await hunk.hover();
  await hunk.getByRole("button", { name: "Revert hunk" }).click();
  await line(page, refund.path, "insertKey").waitFor({ state: "detached" });
  expect(await news.count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test("at a line, by the keyboard: its menu reverts the hunk and opens the editor there", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await page.keyboard.press("n");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Open in the editor here" }).click();
  await page.waitForFunction(() => document.activeElement?.matches(".rv-scroll"));
  expect(now.stub.opened).toEqual([
    {
      taskId: now.task.id,
      path: `${now.task.workdir}/${refund.path}`,
      app: "editor",
      line: 40,
    },
  ]);
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: /Comment on line 40/ }).press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches("textarea"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Revert this hunk" }).press("Enter");
  await line(page, refund.path, "ctx.db.transaction").waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await close();
});

test("a file and a whole turn are reverted, and brought back", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await section(page, refund.path).getByRole("button", { name: "Revert create.ts" }).click();
  await section(page, refund.path).waitFor({ state: "detached" });
  expect(text(refund.path)).toBe(refund.before);
  await page.locator(".toast", { hasText: "Reverted create.ts" }).getByText("Undo").click();
  await entry(page, "create.ts").waitFor();
  expect(text(refund.path)).toBe(refund.after);
  await page.locator(".scopes").getByText("Last turn").click();
  await page.getByRole("button", { name: "Revert this turn" }).click();
  // What is left of it is seen since the base.
  await page.getByText("No file has changed").waitFor();
  expect(now.review.repo.now).toEqual(new Map(now.review.repo.base));
  await page.locator(".toast", { hasText: "this turn" }).getByText("Undo").click();
  await entry(page, "create.ts").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("what cannot be reverted says why, and that nothing was touched", async () => {
  now = desk();
  const { page, close } = await openDesk(browser, now, refundFile);
  const hunk = section(page, refund.path).locator(".hunk", { hasText: "9 lines hidden" });
  // The agent was quicker: what the person sees is not what stands there.
  now.review.repo.now = new Map(now.review.repo.now).set(refund.path, { text: "all new\n" });
  await hunk.hover();
  await hunk.getByRole("button", { name: "Revert hunk" }).click();
  await page.locator(".toast", { hasText: "the file has changed since" }).waitFor();
  expect(text(refund.path)).toBe("all new\n");
  await close();
});

test("path and patch are copied as they are", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const choose = async (name: string) => {
    await section(page, refund.path).getByRole("button", { name: "More for create.ts" }).click();
    await page.getByRole("menuitem", { name }).click();
  };
  await choose("Copy path");
  await page
    .locator('[role="status"].sr', { hasText: "Path copied" })
    .waitFor({ state: "attached" });
  expect(await copied()).toBe(refund.path);
  await choose("Copy patch");
  await page.locator('[role="status"].sr', { hasText: "Copied the patch" }).waitFor({
    state: "attached",
  });
  expect(await copied()).toStartWith(`diff --git a/${refund.path} b/${refund.path}\n`);
  expect(complaints).toEqual([]);
  await close();
});

test("other files change as the agent works; the one that is read stays until it is asked for", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await line(page, refund.path, "return settle(tx").first().waitFor();
  const y = await standing(page, refund.path, "return settle(tx");
  // A longer file above, a new one above, and this one itself.
  const many = Array.from({ length: 40 }, (_, n) => `- line ${n}`).join("\n");
  now.review.write({
    "docs/idempotency.md": `${many}\n`,
    "a-first.txt": "new\n",
    [refund.path]: refund.after.replace("return settle(", "return finish("),
  });
  await entry(page, "a-first.txt").waitFor();
  const news = section(page, refund.path).getByRole("button", { name: "Changed, show" });
  await news.waitFor();
  expect(await standing(page, refund.path, "return settle(tx")).toBe(y);
  expect(await line(page, refund.path, "return finish(").count()).toBe(0);
  await news.click();
  await line(page, refund.path, "return finish(").first().waitFor();
  expect(await standing(page, refund.path, "return finish(")).toBe(y);
  // Whoever goes on has nothing to ask for.
  now.review.write({ [refund.path]: refund.after });
  await news.waitFor();
  await page.keyboard.press("]");
  await page.keyboard.press("[");
  await line(page, refund.path, "return settle(tx").first().waitFor();
  expect(await news.count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test("a comment that is being typed stays under the fingers while files change", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await page.keyboard.press("n");
  await page.keyboard.press("c");
  await page.keyboard.type("While you ");
  const box = () => page.locator("textarea").boundingBox();
  const before = await box();
  now.review.write({ "a-first.txt": "new\n", [refund.path]: `// on top\n${refund.after}` });
  await entry(page, "a-first.txt").waitFor();
  expect((await box())?.y).toBe(before?.y ?? -1);
  await page.keyboard.type("work.");
  expect(await page.locator("textarea").inputValue()).toBe("While you work.");
  expect(complaints).toEqual([]);
  await close();
});

test("nothing is asked while nothing happens, and one question answers a storm", async () => {
  now = desk();
  const { page, close } = await openDesk(browser, now, refundFile);
  await line(page, refund.path, "return settle(tx").first().waitFor();
  let asked = 0;
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.endsWith("/changes")) asked += 1;
  });
  for (let n = 0; n < 25; n += 1) now.review.write({ "storm.txt": `${n}\n` });
  await entry(page, "storm.txt").waitFor();
  expect(asked).toBe(1);
  await close();
});

test("goes on over a server that was away: what was read stays, what was missed comes", async () => {
  now = desk();
  const { page, close } = await openDesk(browser, now, refundFile);
  await line(page, refund.path, "return settle(tx").first().waitFor();
  now.stub.fall();
  await page.getByText("Server not reachable").waitFor();
  expect(await line(page, refund.path, "return settle(tx").count()).toBeGreaterThan(0);
  now.review.repo.now = new Map(now.review.repo.now).set("missed.txt", { text: "x\n" });
  now.stub.rise();
  await entry(page, "missed.txt").waitFor();
  await close();
});
