import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { Yard } from "../support/yard.ts";
import { expectAccessible } from "./support/axe.ts";
import { card, launch, link, newPage } from "./support/browser.ts";

let yard: Yard;
let browser: Browser;

beforeAll(async () => {
  [yard, browser] = await Promise.all([Yard.open(), launch()]);
  await yard.welcome();
});

afterAll(async () => {
  await browser.close();
  await yard.dispose();
});

async function trash(colorScheme: "light" | "dark" = "light") {
  const opened = await newPage(browser, { colorScheme });
  await opened.page.goto(await link(yard.server));
  await opened.page.locator(".board, .board-empty").waitFor();
  await opened.page.keyboard.press("g");
  await opened.page.keyboard.press("t");
  await opened.page.getByRole("heading", { name: "Trash", exact: true }).waitFor();
  return opened;
}

/** A task that did this and was deleted. */
async function deleted(title: string, prompt: string): Promise<Task> {
  const { task, run } = await yard.client.startFake(yard.repo, prompt, { title });
  await yard.client.ended(task.id, run.id);
  const after = await yard.client.task(task.id);
  await yard.client.call("DELETE", `/tasks/${task.id}`);
  return after;
}

test("an empty trash says what would be in it", async () => {
  const { page, complaints, close } = await trash();
  await page.getByText("The trash is empty").waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "To the board" }).click();
  await page.locator(".board, .board-empty").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a deleted task is listed with what was kept, and comes back with its files", async () => {
  const { page, complaints, close } = await trash();
  // The page is open while it is deleted.
  const task = await deleted("Count the orders", "write: a.txt | one");
  const row = page.locator(".trashed", { hasText: "Count the orders" });
  await row.getByText("Kept: 1 file not committed.").waitFor();
  await row.getByText(`refs/agetor/trash/${task.id}`).waitFor();
  await row.getByText("30 days left").waitFor();
  expect(existsSync(task.worktreePath ?? "")).toBe(false);
  await row.getByRole("button", { name: "Restore" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByText("“Count the orders” is back in Review").waitFor();
  expect(readFileSync(join(task.worktreePath ?? "", "a.txt"), "utf8")).toBe("one\n");
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await card(page, "Count the orders").waitFor();
  await yard.client.call("DELETE", `/tasks/${task.id}`);
  expect(complaints).toEqual([]);
  await close();
});

test("work that would be lost wants the task's id typed; nothing else does", async () => {
  const worked = await deleted("With work", "write: a.txt | one");
  const idle = await deleted("Without work", "say: nothing");
  const { page, complaints, close } = await trash();
  const sheet = page.getByRole("alertdialog");
  await page.getByRole("button", { name: "Delete for good: With work" }).click();
  await sheet.getByText("not committed").waitFor();
  const sure = sheet.getByRole("button", { name: "Delete for good" });
  expect(await sure.isDisabled()).toBe(true);
  const id = worked.id.slice(-5).toLowerCase();
  const field = sheet.getByRole("textbox", { name: `Type the task id ${id}` });
  await field.fill("wrong");
  await field.press("Enter");
  expect(await sure.isDisabled()).toBe(true);
  await sheet.getByRole("button", { name: "Keep" }).click();
  await sheet.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Delete for good: With work" }).click();
  await field.fill(id);
  await field.press("Enter");
  await page.locator(".trashed", { hasText: "With work" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Delete for good: Without work" }).click();
  await sheet.getByRole("button", { name: "Delete for good" }).click();
  await page.locator(".trashed", { hasText: "Without work" }).waitFor({ state: "detached" });
  const left = (await yard.client.get<{ tasks: Task[] }>("/trash")).body.tasks;
  expect(left.filter((task) => [worked.id, idle.id].includes(task.id))).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("a trash that cannot be read says so, and is tried again", async () => {
  await deleted("Still there", "say: x");
  const { page, complaints, close } = await trash();
  await page.locator(".trashed", { hasText: "Still there" }).waitFor();
  const body = { error: "The disk is gone.", code: "internal", hint: null, details: null };
  await page.route("**/trash", (route) => route.fulfill({ status: 422, json: body }));
  await page.reload();
  await page.getByText("The trash could not be read").waitFor();
  await page.getByText("The disk is gone.").waitFor();
  await page.unroute("**/trash");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".trashed", { hasText: "Still there" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the trash and its question, ${colorScheme}`, async () => {
    await deleted(`To look at, ${colorScheme}`, "write: a.txt | one");
    const { page, close } = await trash(colorScheme);
    await page.locator(".trashed", { hasText: `To look at, ${colorScheme}` }).waitFor();
    await expectAccessible(page);
    const name = `Delete for good: To look at, ${colorScheme}`;
    await page.getByRole("button", { name }).click();
    await page.getByRole("alertdialog").waitFor();
    await expectAccessible(page);
    await close();
  });
}
