import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Task } from "../../src/contract/task.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { canNotify, launch, link, listen } from "./support/browser.ts";

interface Told {
  readonly title: string;
  readonly body: string;
  /** Whether the browser has really put it up, and whether it still stands. */
  shown: boolean;
  stands: boolean;
  readonly click: () => void;
}

declare global {
  interface Window {
    told: Told[];
  }
}

const browser = await launch();
const able = await canNotify(browser);
if (!able) await browser.close();

function notifies(name: string, run: () => Promise<void>): void {
  test.skipIf(!able)(`${name} (needs a browser that notifies)`, run);
}

let server: TestServer;
let repo: string;

beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo();
  await server.client.trust(repo);
});

afterEach(async () => {
  for (const { taskId } of await pending()) {
    expect((await server.client.call("DELETE", `/tasks/${taskId}`)).status).toBe(200);
  }
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

async function pending(): Promise<readonly Interaction[]> {
  const path = "/interactions/pending";
  return (await server.client.get<{ interactions: Interaction[] }>(path)).body.interactions;
}

/** Starts a task of the scripted agent and waits until it asks. */
async function asks(script: string, title: string): Promise<Interaction> {
  const { task } = await server.client.startFake(repo, script, { title });
  await server.client.until(task.id, (now: Task) => now.pendingInteractions > 0);
  const ask = (await pending()).find(({ taskId }) => taskId === task.id);
  if (ask === undefined) throw new Error("nothing waits");
  return ask;
}

const complaints: string[] = [];

/** A browser that lets the board notify, with so many tabs of it. */
async function tabs(count: number): Promise<{ context: BrowserContext; pages: readonly Page[] }> {
  const context = await browser.newContext();
  await context.grantPermissions(["notifications"], { origin: server.client.base });
  await context.addInitScript(recordNotifications);
  const pages: Page[] = [];
  for (let n = 0; n < count; n += 1) {
    const page = await context.newPage();
    listen(page, complaints);
    await page.goto(await link(server));
    await page.locator(".board, .board-empty").waitFor();
    pages.push(page);
  }
  return { context, pages };
}

/** Runs before the page's own scripts: writes down what the browser's own notifications do. */
function recordNotifications(): void {
  const told: Told[] = [];
  window.told = told;
  window.Notification = class extends Notification {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      const one: Told = {
        title: this.title,
        body: this.body,
        shown: false,
        stands: true,
        click: () => this.dispatchEvent(new Event("click")),
      };
      this.addEventListener("show", () => {
        one.shown = true;
      });
      this.addEventListener("close", () => {
        one.stands = false;
      });
      told.push(one);
    }
  };
}

/** A browser without a screen shows every tab; here only the page hears of it. */
async function look(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((now) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => now });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}

/** What the tabs have told of a task, all of them together. */
async function toldOf(pages: readonly Page[], title: string): Promise<readonly Told[]> {
  const all = await Promise.all(
    pages.map((page) =>
      page.evaluate(() => window.told.map(({ click: _, ...rest }) => ({ ...rest }))),
    ),
  );
  return all.flat().filter((one) => one.title.startsWith(title)) as unknown as Told[];
}

async function counts(page: Page, waiting: number): Promise<void> {
  await page.waitForFunction(
    (n) => document.title.startsWith(n > 0 ? `(${n})` : "Agetor"),
    waiting,
  );
}

const whenTold = (page: Page) => page.waitForFunction(() => window.told.some((one) => one.shown));

notifies(
  "what an agent asks while nobody looks is told once, as text, and a click leads to it",
  async () => {
    const { context, pages } = await tabs(1);
    const [page] = pages as [Page];
    await look(page, "hidden");
    const ask = await asks("approve: echo \u202Etxt <img src=x onerror=alert(1)>", "A \u202Etask");
    await whenTold(page);
    const all = await toldOf(pages, "");
    expect(all).toEqual([
      {
        title: "A [U+202E]task needs you",
        body: expect.stringContaining("echo [U+202E]txt <img src=x onerror=alert(1)>"),
        shown: true,
        stands: true,
      },
    ] as unknown as Told[]);
    await look(page, "visible");
    await page.evaluate(() => window.told[0]?.click());
    await page.locator(`.inbox-docs [data-ask="${ask.id}"]`).waitFor();
    await page.waitForFunction(() => window.told[0]?.stands === false);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  },
);

notifies("an answer takes it back, wherever it was given", async () => {
  const { context, pages } = await tabs(1);
  const [page] = pages as [Page];
  await look(page, "hidden");
  const ask = await asks("question: Which? | red | blue", "Colours");
  await whenTold(page);
  await server.client.post(`/questions/${ask.id}/answer`, { selected: ["red"] });
  await page.waitForFunction(() => window.told[0]?.stands === false);
  await context.close();
});

notifies(
  "two tabs that nobody looks at tell once, and none does while one is looked at",
  async () => {
    const { context, pages } = await tabs(2);
    const [one, two] = pages as [Page, Page];
    await look(two, "hidden");
    await asks("approve: echo 1", "Seen");
    await Promise.all(pages.map((page) => counts(page, 1)));
    await look(one, "hidden");
    await asks("approve: echo 2", "First");
    await Promise.all(pages.map((page) => counts(page, 2)));
    await asks("approve: echo 3", "Second");
    await Promise.all(pages.map((page) => counts(page, 3)));
    // The later one is told: whatever could have been told of the others was.
    await Promise.race(
      pages.map((page) =>
        page.waitForFunction(() => window.told.some(({ title }) => title.startsWith("Second"))),
      ),
    );
    expect(await toldOf(pages, "Seen")).toHaveLength(0);
    expect(await toldOf(pages, "First")).toHaveLength(1);
    expect(complaints).toEqual([]);
    await context.close();
  },
);

notifies("whoever turns it off is told nothing, until it is on again", async () => {
  const { context, pages } = await tabs(1);
  const [page] = pages as [Page];
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("button", { name: "Notifications on" }).click();
  const off = page.getByRole("button", { name: "Notify me", pressed: false });
  await off.waitFor();
  await look(page, "hidden");
  await asks("approve: echo 1", "Quiet");
  await page.waitForFunction(() => document.title.startsWith("(1)"));
  await off.click();
  await page.getByRole("button", { name: "Notifications on" }).waitFor();
  await asks("approve: echo 2", "Loud");
  await whenTold(page);
  expect((await toldOf(pages, "")).map(({ title }) => title)).toEqual(["Loud needs you"]);
  expect(complaints).toEqual([]);
  await context.close();
});
