import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { card, link, newPage } from "./support/browser.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage();

async function add(prompt: string, more = {}): Promise<Task> {
  const body = { prompt, workdir: stage.repo, agent: "fake", ...more };
  return (await stage.server.client.post<{ task: Task }>("/tasks", body)).body.task;
}

async function remove({ id }: Task): Promise<void> {
  await stage.server.client.call("DELETE", `/tasks/${id}`);
}

async function board() {
  const opened = await newPage(stage.browser);
  await opened.page.goto(await link(stage.server));
  await opened.page.locator(".board, .board-empty").waitFor();
  return opened;
}

async function goTo(page: Page, query: string): Promise<void> {
  await page.evaluate((url) => {
    history.pushState(null, "", url);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/?${query}`);
}

const focusOn = (page: Page, selector: string) =>
  page.waitForFunction((at) => document.activeElement?.matches(at) === true, selector);

test("Escape closes the panel of a task that is gone, and the focus goes to the board", async () => {
  const kept = await add("Stays on the board");
  const { page, complaints, close } = await board();
  await card(page, kept.title).waitFor();
  await goTo(page, "task=nobody");
  await page.getByText("This task is not on the board").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".panel").waitFor({ state: "detached" });
  await focusOn(page, "[data-card]");

  const gone = await add("Goes while it is open");
  await card(page, gone.title).click();
  await page.locator(".panel .composer").waitFor();
  await remove(gone);
  await page.getByText("This task is not on the board").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".panel").waitFor({ state: "detached" });
  await focusOn(page, "[data-card]");
  expect(complaints).toEqual([]);
  await remove(kept);
  await close();
});

test("Escape leaves the review of a task that is gone", async () => {
  const kept = await add("Stays on the board");
  const gone = await add("Goes under its review");
  const { page, complaints, close } = await board();
  await card(page, kept.title).waitFor();
  for (const from of ["", "&tab=changes"]) {
    await goTo(page, `task=nobody&view=review${from}`);
    await page.getByRole("button", { name: "Back to the board" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".board").waitFor();
    expect(new URL(page.url()).search).toBe("");
    await focusOn(page, "[data-card]");
  }
  await goTo(page, `task=${gone.id}&view=review`);
  await page.locator(".rv").waitFor();
  await remove(gone);
  await page.getByRole("button", { name: "Back to the board" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".board").waitFor();
  await focusOn(page, "[data-card]");
  expect(complaints).toEqual([]);
  await remove(kept);
  await close();
});
