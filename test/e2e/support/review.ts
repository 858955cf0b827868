import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Task } from "../../../src/contract/task.ts";
import { newPage, type Opened } from "./browser.ts";
import { refund, refundRepo } from "./review-world.ts";
import { busyDay } from "./stub-data.ts";
import type { StubRepo } from "./stub-repo.ts";
import type { StubReview } from "./stub-review.ts";
import { stubServer } from "./stub-server.ts";

export interface Desk {
  readonly stub: ReturnType<typeof stubServer>;
  readonly task: Task;
  readonly review: StubReview;
}

/** A board with a task in Review, and the files of that task. */
export function desk(repo: StubRepo = refundRepo()): Desk {
  const world = busyDay();
  const stub = stubServer(world);
  const task = world.tasks.find((one) => one.column === "review");
  if (task?.runId == null) throw new Error("the world has no task in review");
  const review = stub.reviewOf(task.id, repo);
  repo.turns.push({ run: task.runId, start: repo.base, end: repo.now });
  return { stub, task, review };
}

/** Opens the review of the desk's task by its link. */
export async function openDesk(
  browser: Browser,
  { stub, task }: Desk,
  query = "",
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const opened = await newPage(browser, options);
  await opened.page.goto(`${stub.url}/#code=x`);
  await opened.page.locator("article.card").first().waitFor();
  await opened.page.evaluate((url) => {
    history.pushState(null, "", url);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/?task=${task.id}&view=review${query}`);
  await opened.page.locator(".rv .fs, .rv-none").first().waitFor();
  return opened;
}

export const refundFile = `&file=${encodeURIComponent(refund.path)}`;

/** One file of the review. */
export function section(page: Page, path: string) {
  return page.locator(`.fs[data-path="${path}"]`);
}

/** The lines of a file that have a text in them, outside of threads. */
export function line(page: Page, path: string, text: string) {
  return section(page, path).locator(".dr .ln", { hasText: text });
}

/** The row of the tree that names a file. */
export function entry(page: Page, name: string) {
  return page.locator('[role="treeitem"]', { has: page.locator(".name", { hasText: name }) });
}

/** How far the page has scrolled, and where a line stands in the window. */
export async function standing(page: Page, path: string, text: string): Promise<number> {
  const box = await line(page, path, text).first().boundingBox();
  return box?.y ?? Number.NaN;
}
