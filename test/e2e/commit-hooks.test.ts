import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { git } from "../support/repo.ts";
import { expectAccessible } from "./support/axe.ts";
import { card, launch } from "./support/browser.ts";
import {
  bar,
  type Harbour,
  notice,
  openHarbour,
  openReview,
  reviewed,
  stands,
} from "./support/landing.ts";

/** A commit whose hooks take their time: seen from every window, stopped, and tried again. */
let harbour: Harbour;
let browser: Browser;
/** Where a hook looks whether it may end. */
let box: string;

beforeAll(async () => {
  box = mkdtempSync(join(tmpdir(), "agetor-box-"));
  [harbour, browser] = await Promise.all([openHarbour(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await harbour.server.dispose();
  rmSync(box, { recursive: true, force: true });
});

/** A task in review, with a hook that says a line and waits until it may go on. */
async function hooked(title: string) {
  const made = await reviewed(harbour, title, "write: a.txt | one");
  const go = join(box, `${made.task.id}-go`);
  const hook = join(made.repo, ".git", "hooks", "pre-commit");
  const wait = `while [ ! -e ${go} ]; do sleep 0.05; done`;
  writeFileSync(hook, `#!/bin/sh\necho 'checking types'\n${wait}\n`);
  chmodSync(hook, 0o755);
  return { ...made, letPass: () => writeFileSync(go, ""), may: () => existsSync(go) };
}

const sheet = (page: Page) => page.getByRole("dialog", { name: "Commit", exact: true });
const running = (page: Page) => sheet(page).getByRole("region", { name: "The running commit" });

/** Asks for a commit with hooks, in the open sheet, and waits until they run. */
async function commit(page: Page, message: string): Promise<void> {
  const field = sheet(page).getByRole("textbox", { name: "Message" });
  await page.waitForFunction(() => document.querySelector("textarea")?.value.trim() !== "");
  await field.fill(message);
  await sheet(page).getByText("Run the repository’s hooks").click();
  await page.keyboard.press("Control+Enter");
  await running(page).getByText("checking types").waitFor();
}

test("is there after a reload and in another window, and is stopped from there; nothing is lost", async () => {
  const { repo, task, letPass } = await hooked("Slow hooks");
  const first = await openReview(browser, harbour, task);
  const { page } = first;
  await page.keyboard.press("l");
  await commit(page, "Mine\n\nWith a body.");
  await running(page).getByText("Mine", { exact: true }).waitFor();
  await expectAccessible(page);

  await page.reload();
  await stands(page, "Committing");
  await bar(page).getByText("A commit is running the repository’s hooks").waitFor();
  await expectAccessible(page);
  await page.keyboard.press("l");
  await running(page).getByText("checking types").waitFor();
  await sheet(page).getByText("Your message is kept.").waitFor();

  const second = await openReview(browser, harbour, task);
  await stands(second.page, "Committing");
  await bar(second.page).getByRole("button", { name: "Stop" }).click();
  await notice(second.page, "Stopped: the commit was not made.").waitFor();
  await bar(second.page).getByText("1 file not committed").waitFor();
  const outcome = sheet(page).getByRole("alert");
  await outcome.getByText("Stopped: the commit was not made.").waitFor();
  await outcome.getByText("What the hooks changed in the files is still there.").waitFor();
  await outcome.getByText("checking types").waitFor();
  await expectAccessible(page);
  const field = sheet(page).getByRole("textbox", { name: "Message" });
  expect(await field.inputValue()).toBe("Mine\n\nWith a body.");
  await page.waitForFunction(() => document.activeElement?.matches("textarea"));
  expect(git(repo, "rev-parse", task.branch ?? "")).toBe(task.baseSha ?? "");

  letPass();
  // Hooks were asked for, and still are.
  expect(await sheet(page).getByRole("checkbox", { name: /hooks/ }).isChecked()).toBe(true);
  await sheet(page).getByRole("button", { name: "Commit", exact: true }).click();
  await notice(page, "Committed").waitFor();
  await stands(page, "Ready to land");
  await stands(second.page, "Ready to land");
  expect(git(repo, "log", "-1", "--format=%B", task.branch ?? "")).toBe("Mine\n\nWith a body.");
  for (const { complaints, close } of [first, second]) {
    expect(complaints).toEqual([]);
    await close();
  }
});

test("a reload does not lose its end either: the window says it, and its sheet closes", async () => {
  const { repo, task, letPass } = await hooked("Patient hooks");
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await page.keyboard.press("l");
  await commit(page, "Through a reload");
  await page.reload();
  await stands(page, "Committing");
  await page.keyboard.press("l");
  await running(page).waitFor();
  letPass();
  await notice(page, "Committed").waitFor();
  await sheet(page).waitFor({ state: "detached" });
  await stands(page, "Ready to land");
  expect(git(repo, "log", "-1", "--format=%s", task.branch ?? "")).toBe("Through a reload");
  // It is told once, and undone by one press.
  expect(await notice(page, "Committed").count()).toBe(1);
  await notice(page, "Committed").getByRole("button", { name: "Undo" }).click();
  await bar(page).getByText("1 file not committed").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a message that has to wait for them says so on its card", async () => {
  const { task, letPass } = await hooked("Waiting on hooks");
  const { page, close } = await openReview(browser, harbour, task);
  await page.keyboard.press("l");
  await commit(page, "First this");
  const reply = await harbour.server.client.post(`/runs/${task.runId}/input`, { text: "say: now" });
  expect(reply.status).toBe(202);
  await page.locator(".rv-strip").getByText("for the commit’s hooks to end").waitFor();
  await page.keyboard.press("Escape");
  await page.goto(new URL("/", page.url()).href);
  await card(page, "Waiting on hooks").getByText("for the commit’s hooks to end").waitFor();
  letPass();
  await page.locator('[data-column="review"]').getByText("Waiting on hooks").waitFor();
  await close();
});
