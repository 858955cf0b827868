import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launch } from "./support/browser.ts";
import { type Desk, desk, entry, line, openDesk, refundFile, section } from "./support/review.ts";
import { refund } from "./support/review-world.ts";

let browser: Browser;
let now: Desk;

beforeAll(async () => {
  browser = await launch();
});

afterEach(() => now.stub.stop());

afterAll(() => browser.close());

const field = (page: Page, name: RegExp) => page.getByRole("textbox", { name });
const saved = (page: Page, text: string) => page.locator(".say", { hasText: text });
const gutter = (page: Page, text: string) =>
  line(page, refund.path, text).last().locator("u").first();

test("by the pointer: on a line, over lines; what is typed outlives a reload, and all goes as one message", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await gutter(page, "claimKey(tx, req.key").click();
  await field(page, /create.ts, line 42/).fill("Compare the digest first.");
  await page.getByRole("button", { name: "Add to review" }).click();
  await saved(page, "Compare the digest first.").getByRole("button", { name: "Edit" }).waitFor();

  const from = await gutter(page, "const entry = await tx.ledger").boundingBox();
  const to = await gutter(page, "return settle(tx").boundingBox();
  if (from === null || to === null) throw new Error("the lines are not there");
  await page.mouse.move(from.x + 8, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 8, to.y + 10, { steps: 4 });
  await page.mouse.up();
  await field(page, /create.ts, lines 45–47/).fill("Half a thought");
  await page.reload();
  expect(await field(page, /create.ts, lines 45–47/).inputValue()).toBe("Half a thought");
  expect(now.review.comments()).toHaveLength(1);

  await page.getByRole("button", { name: "Send 2 comments" }).click();
  await page.getByRole("dialog").getByText("src/refunds/create.ts, lines 45–47").waitFor();
  await field(page, /Words before/).fill("Two things:");
  await page.getByRole("dialog").getByRole("button", { name: "Send 2 comments" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(now.review.sent).toEqual(["Two things:\nCompare the digest first.\nHalf a thought"]);
  // The run has begun, and the screen says so.
  await page.locator(".rv-strip", { hasText: "is at work" }).waitFor();
  await page.locator(".rv-strip", { hasText: "the comments" }).waitFor();
  await saved(page, "Half a thought")
    .getByText(/sent in run 1/)
    .waitFor();
  await page.getByRole("button", { name: "Send comments" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("by the keyboard alone: hunk, lines, comment, send", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await page.keyboard.press("n");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.locator('[role="status"].sr', { hasText: "Line 43, added: if" }).waitFor({
    state: "attached",
  });
  await page.keyboard.press("c");
  await page.keyboard.type("Say why.");
  expect(await field(page, /lines 41–43/).inputValue()).toBe("Say why.");
  await page.keyboard.press("Control+Enter");
  await saved(page, "Say why.").getByText("lines 41–43").waitFor();
  await page.waitForFunction(() => document.activeElement?.matches(".rv-scroll"));
  // The other half: a removed line.
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("c");
  await page.keyboard.type("Was that wrong?");
  await page.keyboard.press("Control+Enter");
  await saved(page, "Was that wrong?").getByText("removed line 43").waitFor();
  await page.waitForFunction(() => document.activeElement?.matches(".rv-scroll"));
  await page.keyboard.press("Shift+C");
  await page.keyboard.type("Good work.");
  await page.keyboard.press("Control+Enter");
  await section(page, "").getByText("Good work.").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(now.review.sent).toEqual(["Say why.\nWas that wrong?\nGood work."]);
  expect(now.review.comments().map(({ range, path }) => [path, range?.side, range?.start])).toEqual(
    [
      [refund.path, "new", 41],
      [refund.path, "old", 43],
      [null, undefined, undefined],
    ],
  );
  expect(complaints).toEqual([]);
  await close();
});

test("a thread tells what became of its lines: addressed with the change, outdated with the old lines", async () => {
  now = desk();
  const on = (start: number, end: number) => ({
    path: refund.path,
    range: { side: "new" as const, start, end },
  });
  now.review.say({ ...on(42, 43), body: "Compare the digest." }, now.task.runId);
  now.review.say({ ...on(47, 47), body: "Name it." }, now.task.runId);
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await saved(page, "Compare the digest.").getByText("Open", { exact: true }).waitFor();
  const text = now.review.repo.now.get(refund.path)?.text ?? "";
  now.review.write({ [refund.path]: text.replace("digest(req))", "digest(req), same)") }, "r9");
  const first = saved(page, "Compare the digest.");
  await first.getByText("Addressed").waitFor();
  await first.getByRole("button", { name: "Show change" }).click();
  await first.locator(".ln.a", { hasText: "digest(req), same)" }).waitFor();
  await first.locator(".ln.d", { hasText: "digest(req))" }).waitFor();
  await first.getByRole("button", { name: "Reopen" }).click();
  await first.getByText("Open", { exact: true }).waitFor();
  await first.getByRole("button", { name: "Settle" }).click();
  await first.getByText("Settled").waitFor();
  const then = now.review.repo.now.get(refund.path)?.text ?? "";
  now.review.write({ [refund.path]: then.replace("    return settle", "    return await settle") });
  const second = saved(page, "Name it.");
  await second.getByText("Outdated").waitFor();
  await second.locator(".was", { hasText: "return settle(tx" }).waitFor();
  await entry(page, "create.ts").locator(".cnt", { hasText: "1" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("nothing that was written is lost: a draft and a field can be brought back", async () => {
  now = desk();
  now.review.say({ path: refund.path, range: null, body: "On the file." });
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  const draft = saved(page, "On the file.");
  await draft.getByRole("button", { name: "Discard" }).click();
  await draft.waitFor({ state: "detached" });
  expect(now.review.comments()).toHaveLength(0);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await draft.getByText("on the file", { exact: true }).waitFor();
  await draft.getByRole("button", { name: "Edit" }).click();
  const edit = field(page, /create.ts, on the file/);
  await edit.fill("On the whole file.");
  await edit.press("Escape");
  // Escape leaves the field, with the words in it.
  await page.waitForFunction(() => document.activeElement?.matches(".rv-scroll"));
  expect(await edit.inputValue()).toBe("On the whole file.");
  await edit.press("Control+Enter");
  await saved(page, "On the whole file.").getByRole("button", { name: "Edit" }).waitFor();
  await gutter(page, "claimKey(tx, req.key").click();
  await field(page, /line 42/).fill("Never mind");
  await page.getByRole("button", { name: "Discard" }).last().click();
  await field(page, /line 42/).waitFor({ state: "detached" });
  await page
    .locator(".toast", { hasText: "what you wrote" })
    .getByRole("button", { name: "Undo" })
    .click();
  expect(await field(page, /line 42/).inputValue()).toBe("Never mind");
  expect(complaints).toEqual([]);
  await close();
});

test("a comment that cannot be stored or sent stays where it was typed", async () => {
  now = desk();
  const { page, close } = await openDesk(browser, now, refundFile);
  const refuse = {
    error: "The disk is full.",
    code: "disk_full",
    hint: "Make room.",
    details: null,
  };
  await page.route("**/comments", (route) => route.fulfill({ status: 507, json: refuse }));
  await gutter(page, "claimKey(tx, req.key").click();
  await field(page, /line 42/).fill("Keep me");
  await page.keyboard.press("Control+Enter");
  await page.locator(".toast", { hasText: "the disk is full" }).waitFor();
  expect(await field(page, /line 42/).inputValue()).toBe("Keep me");
  await page.unroute("**/comments");
  await page.locator(".toast button", { hasText: "Retry" }).click();
  await saved(page, "Keep me").getByRole("button", { name: "Edit" }).waitFor();
  await page.route("**/review/send", (route) => route.fulfill({ status: 507, json: refuse }));
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Send 1 comment" }).click();
  await page.getByRole("alert").getByText("The disk is full.").waitFor();
  await page.unroute("**/review/send");
  await page.getByRole("dialog").getByRole("button", { name: "Send 1 comment" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(now.review.sent).toEqual(["Keep me"]);
  await close();
});

test("lines of an older state take comments, too: they stand where the same words are", async () => {
  now = desk();
  now.review.repo.commit("Claim a key first", Date.now());
  const { page, complaints, close } = await openDesk(browser, now, `&scope=commit${refundFile}`);
  await gutter(page, "claimKey(tx, req.key").click();
  await field(page, /line 42/).fill("In the commit");
  await page.keyboard.press("Control+Enter");
  await saved(page, "In the commit").getByRole("button", { name: "Edit" }).waitFor();
  expect(now.review.comments()[0]).toMatchObject({
    quote: "    const first = await claimKey(tx, req.key, digest(req))",
    range: { side: "new", start: 42, end: 42 },
  });
  const [thread, its] = await Promise.all([
    saved(page, "In the commit").boundingBox(),
    gutter(page, "claimKey(tx, req.key").boundingBox(),
  ]);
  expect((thread?.y ?? 0) - (its?.y ?? 0)).toBeWithin(20, 40);
  expect(complaints).toEqual([]);
  await close();
});
