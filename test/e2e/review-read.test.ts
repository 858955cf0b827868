import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { card, launch, newPage } from "./support/browser.ts";
import { type Desk, desk, entry, line, openDesk, refundFile, section } from "./support/review.ts";
import { hostile, refund, refundRepo } from "./support/review-world.ts";
import { StubRepo, treeOf } from "./support/stub-repo.ts";

let browser: Browser;
let now: Desk;

beforeAll(async () => {
  browser = await launch();
});

afterEach(() => now.stub.stop());

afterAll(() => browser.close());

test("opens from its card, by the pointer and by R, and Escape goes back to the card", async () => {
  now = desk();
  const { page, complaints, close } = await newPage(browser);
  await page.goto(`${now.stub.url}/#code=x`);
  const its = card(page, now.task.title);
  await its.hover();
  await its.getByRole("button", { name: /^Review:/ }).click();
  await page.locator(".rv .fs").first().waitFor();
  expect(new URL(page.url()).search).toContain(`task=${now.task.id}&view=review`);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches("[data-card]"));
  expect(new URL(page.url()).search).toBe("");
  await page.keyboard.press("r");
  await page.locator(".rv .fs").first().waitFor();
  await page.keyboard.press("Escape");
  await page.waitForFunction(
    (id) => document.activeElement?.getAttribute("data-card") === id,
    now.task.id,
  );
  expect(complaints).toEqual([]);
  await close();
});

test("opens from the panel at the file that is shown there, and goes back to its button", async () => {
  now = desk();
  const { page, close } = await newPage(browser);
  await page.goto(`${now.stub.url}/#code=x`);
  await card(page, now.task.title).click();
  await page.getByRole("tab", { name: /Changes/ }).click();
  await page.locator(".f1", { hasText: "worker.ts" }).click();
  await page.keyboard.press("Shift+R");
  await section(page, "src/outbox/worker.ts").waitFor();
  expect(new URL(page.url()).searchParams.get("file")).toBe("src/outbox/worker.ts");
  await page.keyboard.press("Escape");
  await page.locator(".main-diff").waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Review"));
  await close();
});

test("a link opens a file; the address follows the reader from there", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  const y = (path: string) =>
    section(page, path)
      .boundingBox()
      .then((box) => box?.y);
  const top = (await page.locator(".rv-scroll").boundingBox())?.y;
  expect(await y(refund.path)).toBe(top);
  expect(await entry(page, "create.ts").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("]");
  expect(await y("src/refunds/key.ts")).toBe(top);
  await page.waitForFunction(() => location.search.includes("key.ts"));
  await page.reload();
  await section(page, "src/refunds/key.ts").waitFor();
  expect(await y("src/refunds/key.ts")).toBe(top);
  await page.keyboard.press("[");
  expect(await y(refund.path)).toBe(top);
  // One file at a time, for those who want nothing beside it.
  await page.keyboard.press("f");
  await page.getByRole("button", { name: "Only this file" }).waitFor();
  expect(await page.locator(".fs").count()).toBe(1);
  await page.keyboard.press("]");
  await section(page, "src/refunds/key.ts").waitFor();
  expect(await y("src/refunds/key.ts")).toBe(top);
  await page.keyboard.press("f");
  await section(page, "src/refunds/model.ts").waitFor();
  expect(await y("src/refunds/key.ts")).toBe(top);
  expect(complaints).toEqual([]);
  await close();
});

test("the tree filters, folds and leads to files by keys alone", async () => {
  now = desk();
  const { page, close } = await openDesk(browser, now);
  const names = () => page.locator('[role="treeitem"] .name').allTextContents();
  expect((await names()).slice(0, 4)).toEqual(["assets", "logo.png", "bin", "migrate"]);
  await page.keyboard.press("t");
  await page.keyboard.type("refunds key");
  await page.waitForFunction(() => document.querySelectorAll('[role="treeitem"]').length === 2);
  expect(await names()).toEqual(["src/refunds", "key.ts"]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches(".rv-scroll"));
  await page.waitForFunction(() => location.search.includes("key.ts"));
  await page.keyboard.press("t");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.locator('[role="treeitem"][aria-expanded="false"]', { hasText: "refunds" }).waitFor();
  expect(await names()).not.toContain("create.ts");
  await close();
});

test("what was looked at is folded and counted; what changes after loses its mark", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  await page.getByText("0 of 14 viewed").waitFor();
  await page.keyboard.press("v");
  await page.getByText("1 of 14 viewed").waitFor();
  await section(page, refund.path).locator(".fh.is-folded").waitFor({ state: "attached" });
  // The reader is taken on to the next file.
  await page.waitForFunction(() => location.search.includes("key.ts"));
  await entry(page, "worker.ts").locator(".vw").click();
  await page.getByText("2 of 14 viewed").waitFor();
  await page.reload();
  await page.getByText("2 of 14 viewed").waitFor();
  now.review.write({ "src/outbox/worker.ts": "export const drain = null;\n" });
  await page.getByText("1 of 14 viewed").waitFor();
  await entry(page, "worker.ts").locator("[title='Changed since you viewed it']").waitFor();
  expect(await entry(page, "worker.ts").getAttribute("aria-checked")).toBe("false");
  await page.keyboard.press("t");
  await page.keyboard.type("worker");
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await section(page, "src/outbox/worker.ts").getByText("Changed since viewed").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("compares since the base, uncommitted, the last turn, my review, and by commit", async () => {
  const repo = refundRepo();
  now = desk(repo);
  repo.commit("Claim a key first", Date.now() - 60_000);
  repo.turns.push({ run: "r2", start: repo.now, end: null });
  const { page, complaints, close } = await openDesk(browser, now, refundFile);
  const choose = (name: string) => page.locator(".scopes").getByText(name, { exact: true }).click();
  await choose("Uncommitted");
  await page.getByText("Everything is committed").waitFor();
  now.review.write({ "src/refunds/key.ts": "export const claimed = null;\n" });
  await line(page, "src/refunds/key.ts", "claimed = null").waitFor();
  expect(new URL(page.url()).searchParams.get("scope")).toBe("uncommitted");
  await choose("Last turn");
  await line(page, "src/refunds/key.ts", "claimed = null").waitFor();
  expect(await page.locator(".fs").count()).toBe(1);
  await page.getByRole("button", { name: "Mark as reviewed" }).click();
  await choose("Since my review");
  await page.getByText(/Nothing changed since you looked at/).waitFor();
  now.review.write({ "docs/idempotency.md": "# Idempotency\n" });
  await page.getByText(/^1 file changed since you looked at \d/).waitFor();
  await page.getByRole("button", { name: "By commit" }).click();
  await page.getByRole("menuitem", { name: "Claim a key first" }).click();
  await page.locator(".by-commit", { hasText: "Claim a key first" }).waitFor();
  await entry(page, "logo.png").waitFor();
  expect(new URL(page.url()).searchParams.get("commit")).toHaveLength(40);
  await choose("Since base");
  await page.getByText(/14 files/).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("hidden lines can be seen: before, between and behind the hunks", async () => {
  const text = (word: string) =>
    Array.from({ length: 200 }, (_, n) =>
      [60, 90].includes(n + 1) ? `${word} ${n + 1}` : `line ${n + 1}`,
    ).join("\n");
  now = desk(
    new StubRepo(treeOf({ "a.ts": `${text("old")}\n` }), treeOf({ "a.ts": `${text("new")}\n` })),
  );
  const { page, complaints, close } = await openDesk(browser, now);
  const numbers = () => page.locator(".dr .ln:first-child > i").allTextContents();
  expect((await numbers())[0]).toBe("57");
  const hunk = await page.locator(".hunk").first().boundingBox();
  await page.getByRole("button", { name: "Show more above" }).click();
  await page.getByText("36 lines hidden").waitFor();
  expect((await numbers())[0]).toBe("37");
  // What came in pushed the hunk down; nothing above it moved.
  expect((await page.locator(".hunk").first().boundingBox())?.y).toBe(hunk?.y ?? -1);
  await page.getByRole("button", { name: "Show the hidden lines" }).first().click();
  await page.getByText("36 lines hidden").waitFor({ state: "detached" });
  expect((await numbers())[0]).toBe("1");
  await page.keyboard.press("End");
  await page.getByRole("button", { name: "Show the hidden lines" }).click();
  await page.locator(".rv-scroll").press("End");
  await line(page, "a.ts", "line 93").first().waitFor();
  await page.getByText("107 lines hidden").waitFor();
  await page.getByRole("button", { name: "Show more below" }).click();
  await line(page, "a.ts", "line 113").first().waitFor();
  await page.getByText("87 lines hidden").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("one column or two, wrapped or not, with white space or without; the choice stays", async () => {
  const repo = new StubRepo(
    treeOf({ "a.ts": `one\n${"x ".repeat(400)}\nthree\n` }),
    treeOf({ "a.ts": `one\n${"y ".repeat(400)}\n  three\n` }),
  );
  now = desk(repo);
  const { page, complaints, close } = await openDesk(browser, now);
  await page.locator(".dr.two").first().waitFor();
  const height = () =>
    line(page, "a.ts", "y y")
      .first()
      .boundingBox()
      .then((box) => box?.height ?? 0);
  expect(await height()).toBe(20);
  const before = await line(page, "a.ts", "y y").locator(".t").boundingBox();
  await page.getByLabel("Scroll the lines sideways").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(
    (x) => (document.querySelector(".ln.a .t")?.getBoundingClientRect().x ?? x) < x - 10,
    before?.x ?? 0,
  );
  await page.locator(".rv-scroll").focus();
  await page.keyboard.press("u");
  await page.locator(".is-unified").waitFor();
  await page.keyboard.press("w");
  await page.locator(".rv-scroll.wraps").waitFor();
  expect(await height()).toBeGreaterThan(60);
  await page.getByRole("button", { name: "Ignore whitespace" }).click();
  await section(page, "a.ts").locator(".dr .ln:not(.a):not(.d)", { hasText: "three" }).waitFor();
  await page.reload();
  await page.locator(".rv-scroll.wraps.is-unified").waitFor();
  expect(
    await page.getByRole("button", { name: "Ignore whitespace" }).getAttribute("aria-pressed"),
  ).toBe("true");
  expect(complaints).toEqual([]);
  await close();
});

test("says in words what is not in lines, and shows pictures side by side", async () => {
  const repo = refundRepo();
  now = desk(repo);
  const large = Array.from({ length: 30_000 }, (_, n) => `const large${n} = ${n};`).join("\n");
  now.review.write({
    "big.sql": large,
    "data.bin": { text: null, bytes: new Uint8Array([1, 2]) },
    "no-end.txt": "no newline at the end",
  });
  const { page, complaints, close } = await openDesk(browser, now);
  const pictures = section(page, "assets/logo.png").locator("img");
  await pictures.nth(1).waitFor();
  expect(await pictures.first().getAttribute("src")).toStartWith("blob:");
  await section(page, "assets/logo.png").getByText("10 × 10").waitFor();
  await section(page, "bin/migrate").getByText("Made executable (100644 → 100755).").waitFor();
  const at = (path: string) =>
    entry(page, path)
      .click()
      .then(() => page.locator(".rv-scroll"));
  await at("model.ts");
  await section(page, "src/refunds/model.ts")
    .getByText("Renamed from src/refunds/types.ts")
    .waitFor();
  await at("data.bin");
  await section(page, "data.bin").getByText("A binary file.").waitFor();
  await at("no-end.txt");
  await section(page, "no-end.txt").getByText("No newline at end of file").waitFor();
  await at("bun.lock");
  await section(page, "bun.lock").getByRole("button", { name: "Show 12 changed lines" }).click();
  await line(page, "bun.lock", "right-11").waitFor();
  await at("big.sql");
  await section(page, "big.sql").getByRole("button", { name: "Load its lines" }).click();
  await line(page, "big.sql", "large3 = 3").waitFor();
  expect(await page.locator(".dr").count()).toBeLessThan(200);
  expect(complaints).toEqual([]);
  await close();
});

test("hostile text is seen for what it is, and does nothing", async () => {
  now = desk(new StubRepo(treeOf({}), treeOf({ [hostile.path]: hostile.text })));
  const { page, complaints, close } = await openDesk(browser, now);
  await page.locator(".unseen", { hasText: "U+202E" }).waitFor();
  const seen = await page.locator(".unseen").allTextContents();
  for (const code of ["U+2066", "U+2069", "U+200B", "U+001B", "U+0007", "U+00A0"]) {
    expect(seen).toContain(code);
  }
  await page.getByText("5,000 more characters").waitFor();
  expect(await page.evaluate(() => (globalThis as { __pwn?: number }).__pwn)).toBeUndefined();
  expect(await page.locator(".rv :is(script, iframe, style, img)").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test("every state says what comes next: nothing changed, not readable, not reviewed", async () => {
  now = desk(new StubRepo(treeOf({ a: "x\n" }), treeOf({ a: "x\n" })));
  const { page, close } = await openDesk(browser, now);
  await page.getByText("No file has changed").waitFor();
  await page.getByRole("button", { name: "Open run" }).first().waitFor();
  await page.route("**/changes?scope=turn*", (route) =>
    route.fulfill({
      status: 422,
      json: { error: "The folder is gone.", code: "repo_gone", hint: "Restore it.", details: null },
    }),
  );
  await page.locator(".scopes").getByText("Last turn").click();
  await page.getByText("The changes cannot be read").waitFor();
  await page.getByText("The folder is gone. Restore it.").waitFor();
  await page.unroute("**/changes?scope=turn*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The last turn changed no file").waitFor();
  // What is read stays readable when it cannot be read again.
  now.review.write({ a: "y\n" });
  await page.locator(".scopes").getByText("Since base").click();
  await line(page, "a", "y").last().waitFor();
  await page.route("**/changes", (route) =>
    route.fulfill({
      status: 422,
      json: { error: "Gone.", code: "repo_gone", hint: null, details: null },
    }),
  );
  now.review.write({ b: "z\n" });
  await page.getByText(/could not be read again/).waitFor();
  expect(await line(page, "a", "y").count()).toBeGreaterThan(0);
  await page.unroute("**/changes");
  await page.getByRole("button", { name: "Try again" }).click();
  await entry(page, "b").waitFor();
  now.review.write({ a: "x\n", b: null });
  await page.goto(`${now.stub.url}/?task=${now.task.id}&view=review&scope=review`);
  await page.getByText("You have not marked it as reviewed yet").waitFor();
  await page.getByRole("button", { name: "Since base" }).click();
  await page.getByText("No file has changed").waitFor();
  await page.goto(`${now.stub.url}/?task=nobody&view=review`);
  await page.getByText("This task is not on the board").waitFor();
  await close();
});

test("in a narrow window the files are a drawer", async () => {
  now = desk();
  const { page, complaints, close } = await openDesk(browser, now, "", {
    viewport: { width: 900, height: 700 },
  });
  expect(await page.locator(".rv-tree").isVisible()).toBe(false);
  await page.getByRole("button", { name: "Files", exact: true }).click();
  await entry(page, "create.ts").click();
  await page.locator(".rv-tree").waitFor({ state: "hidden" });
  await page.waitForFunction(() => location.search.includes("create.ts"));
  await page.keyboard.press("t");
  await page.waitForFunction(() => document.activeElement?.matches(".rv-tree input"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator(".rv-tree").waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.activeElement?.matches(".rv-scroll"));
  expect(complaints).toEqual([]);
  await close();
});

test.each([1440, 900, 600, 420])(
  "at a width of %d no control of the bars lies over another",
  async (width) => {
    now = desk();
    const viewport = { width, height: 700 };
    const { page, close } = await openDesk(browser, now, "", { viewport });
    const boxes = await page.locator(".sub > :not(.grow)").evaluateAll((all) =>
      all
        .map((element) => element.getBoundingClientRect())
        .filter((box) => box.width > 0)
        .map(({ left, right, top, bottom }) => ({ left, right, top, bottom })),
    );
    expect(boxes.length).toBeGreaterThanOrEqual(4);
    for (const [at, one] of boxes.entries()) {
      expect(one.right).toBeLessThanOrEqual(width);
      for (const other of boxes.slice(at + 1)) {
        const apart = one.right <= other.left || one.bottom <= other.top || other.bottom <= one.top;
        expect(apart).toBe(true);
      }
    }
    // Words may scroll away in a control that has no room; they never leave it.
    const spilled = await page.locator(".sub > .scopes").evaluate((element) => {
      const inner = Math.max(
        ...[...element.children].map((it) => it.getBoundingClientRect().right),
      );
      return (
        inner > element.getBoundingClientRect().right + 1 &&
        getComputedStyle(element).overflowX === "visible"
      );
    });
    expect(spilled).toBe(false);
    await close();
  },
);
