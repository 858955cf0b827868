import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { card, link, newPage } from "./support/browser.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage();

async function add(prompt: string, column: string): Promise<Task> {
  const body = { prompt, workdir: stage.repo, agent: "fake", column };
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

/** Resolves when the focus is on what matches and says `text`. */
const focusOn = (page: Page, selector: string, text: string) =>
  page.waitForFunction(
    ([at, words]) => {
      const active = document.activeElement;
      return active?.matches(at) === true && active.textContent?.includes(words) === true;
    },
    [selector, text] as const,
  );

test("a page that takes the place of the board takes the focus", async () => {
  const task = await add("Where the focus was", "backlog");
  const { page, complaints, close } = await board();
  await card(page, task.title).focus();
  for (const [key, name] of [
    ["u", "Usage"],
    ["d", "Doctor"],
    [",", "Settings"],
    ["t", "Trash"],
    ["i", "Needs you"],
  ] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await focusOn(page, "h1", name);
    await page.keyboard.press("g");
    await page.keyboard.press("b");
    await focusOn(page, "[data-card]", task.title);
  }
  expect(complaints).toEqual([]);
  await remove(task);
  await close();
});

test("a card that goes hands its focus to the nearest, the last one to the board", async () => {
  const first = await add("First of the backlog", "backlog");
  const second = await add("Second of the backlog", "backlog");
  const ready = await add("Alone in ready", "ready");
  const { page, complaints, close } = await board();
  await card(page, ready.title).focus();
  await page.keyboard.press("Delete");
  const top = await page.locator('[data-column="backlog"] h3').first().textContent();
  await focusOn(page, "[data-card]", top ?? "");
  const [held, other] = top === first.title ? [first, second] : [second, first];
  await remove(held);
  await focusOn(page, "[data-card]", other.title);
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await focusOn(page, ".board-empty", "Nothing on the board yet");
  expect(complaints).toEqual([]);
  await close();
});
