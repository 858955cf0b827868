import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator } from "playwright-core";
import { git } from "../support/repo.ts";
import { expectAccessible } from "./support/axe.ts";
import { card, launch } from "./support/browser.ts";
import {
  bar,
  type Harbour,
  moveMain,
  notice,
  openHarbour,
  openReview,
  reviewed,
  stands,
} from "./support/landing.ts";
import { entry, line, section } from "./support/review.ts";

/** Landing with the real server, real repositories, and an agent that does what it is told. */
let harbour: Harbour;
let browser: Browser;

beforeAll(async () => {
  [harbour, browser] = await Promise.all([openHarbour(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await harbour.server.dispose();
});

/** A field once what is suggested stands in it: it must not come under the words that are typed. */
async function suggested(field: Locator): Promise<Locator> {
  const shown = await field.elementHandle();
  await field
    .page()
    .waitForFunction((it) => (it as HTMLInputElement | null)?.value.trim() !== "", shown);
  return field;
}

const at = (worktree: string | null, path: string) => join(worktree ?? "", path);

test("by the keyboard from the card to the base: commit, squash, archive; and back by one press", async () => {
  const prompt = "write: src/a.txt | one\nwrite: scratch.txt | x";
  const { repo, task } = await reviewed(harbour, "Land by keys", prompt);
  const { client } = harbour.server;
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await bar(page).getByText("2 files not committed").waitFor();
  await page.keyboard.press("l");
  const commit = page.getByRole("dialog", { name: "Commit" });
  const message = commit.getByRole("textbox", { name: "Message" });
  await page.waitForFunction(() => document.querySelector("textarea")?.value.includes("- Add"));
  // What was typed outlives the dialog, and a refusal.
  await message.fill("feat: land it\n\nBy keys.");
  await page.keyboard.press("Escape");
  await commit.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.matches(".land .btn, .rv-scroll"));
  await page.keyboard.press("l");
  expect(await message.inputValue()).toBe("feat: land it\n\nBy keys.");
  await commit.locator("label", { hasText: "scratch.txt" }).click();
  await message.press("Control+Enter");
  await notice(page, "Committed").waitFor();
  expect(git(repo, "log", "-1", "--format=%an|%B", task.branch ?? "")).toBe(
    "Pat Person|feat: land it\n\nBy keys.",
  );
  await bar(page).getByText("1 file not committed").waitFor();
  // Undone, it is as before; then all of it.
  await notice(page, "Committed").getByRole("button", { name: "Undo" }).click();
  await bar(page).getByText("2 files not committed").waitFor();
  await bar(page).getByRole("button", { name: "Commit" }).click();
  await message.press("Control+Enter");
  await stands(page, "Ready to land");
  await page.keyboard.press("l");
  const merge = page.getByRole("dialog", { name: "Merge into main" });
  await merge.getByText("Squash").click();
  await merge.getByText("Archive").click();
  await merge.getByRole("button", { name: "Merge into main" }).click();
  await notice(page, "Merged into main and archived.").waitFor();
  await page.locator(".board, .board-empty").waitFor();
  await card(page, "Land by keys").waitFor({ state: "detached" });
  expect(git(repo, "show", "main:src/a.txt")).toBe("one");
  expect((await client.task(task.id)).archivedAt).not.toBeNull();
  const first = git(repo, "rev-list", "--max-parents=0", "main");
  await notice(page, "Merged").getByRole("button", { name: "Undo" }).click();
  await page.locator('[data-column="review"]').getByText("Land by keys").waitFor();
  expect(git(repo, "rev-parse", "main")).toBe(first);
  expect(await client.task(task.id)).toMatchObject({ column: "review", archivedAt: null });
  expect(complaints).toEqual([]);
  await close();
});

test("a task that was merged and deleted comes back whole: card, branch and base", async () => {
  const prompt = "write: a.txt | one\nrun: git add -A && git commit -qm work";
  const { repo, task } = await reviewed(harbour, "There and back", prompt);
  const [before, head] = [
    git(repo, "rev-parse", "main"),
    git(repo, "rev-parse", task.branch ?? ""),
  ];
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await stands(page, "Ready to land");
  await page.keyboard.press("l");
  const merge = page.getByRole("dialog", { name: "Merge into main" });
  await merge.getByText("Delete").click();
  await merge.getByText("Fast-forward").click();
  await page.keyboard.press("Control+Enter");
  await notice(page, "Merged into main and deleted.").waitFor();
  expect(git(repo, "rev-parse", "main")).toBe(head);
  expect(existsSync(task.worktreePath ?? "")).toBe(false);
  await notice(page, "Merged").getByRole("button", { name: "Undo" }).click();
  await page.locator('[data-column="review"]').getByText("There and back").waitFor();
  await page
    .locator('[role="status"].sr', { hasText: "Took the merge into main back" })
    .waitFor({ state: "attached" });
  expect(git(repo, "rev-parse", "main")).toBe(before);
  expect(git(repo, "rev-parse", task.branch ?? "")).toBe(head);
  expect(readFileSync(at(task.worktreePath, "a.txt"), "utf8")).toBe("one\n");
  expect(complaints).toEqual([]);
  await close();
});

test("hooks run when asked for; what they say stays in the sheet, with what was typed", async () => {
  const { repo, task } = await reviewed(harbour, "With hooks", "write: a.txt | one");
  const hook = join(repo, ".git", "hooks", "pre-commit");
  writeFileSync(hook, "#!/bin/sh\necho 'a.txt: no tests' >&2\nexit 1\n");
  chmodSync(hook, 0o755);
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await page.keyboard.press("l");
  const commit = page.getByRole("dialog", { name: "Commit" });
  const message = commit.getByRole("textbox", { name: "Message" });
  await (await suggested(message)).fill("Mine");
  await commit.getByText("Run the repository’s hooks").click();
  await page.keyboard.press("Control+Enter");
  await commit.getByRole("alert").getByText("a.txt: no tests").waitFor();
  await expectAccessible(page);
  expect(await message.inputValue()).toBe("Mine");
  await commit.getByText("Run the repository’s hooks").click();
  await commit.getByRole("button", { name: "Commit", exact: true }).click();
  await stands(page, "Ready to land");
  expect(git(repo, "log", "-1", "--format=%s", task.branch ?? "")).toBe("Mine");
  expect(complaints).toEqual([]);
  await close();
});

test("a conflict is on the card and in the bar, and the agent resolves it when asked", async () => {
  const prompt = "write: a.txt | theirs\nrun: git add -A && git commit -qm work";
  const { repo, task } = await reviewed(harbour, "Clashing", prompt, { "a.txt": "one\n" });
  moveMain(repo, { "a.txt": "ours\n" });
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await stands(page, "Before it can land");
  await bar(page).getByText("Conflicts with main in 1 file").waitFor();
  // The merge says the same, with the file, and does not begin.
  await page.keyboard.press("Shift+L");
  await page.getByRole("menuitem", { name: "Merge into main" }).click();
  const merge = page.getByRole("dialog", { name: "Merge into main" });
  await merge.locator(".paths", { hasText: "a.txt" }).waitFor();
  expect(await merge.getByRole("button", { name: "Merge into main" }).isDisabled()).toBe(true);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await merge.waitFor({ state: "detached" });
  // Nor does the rebase: it says which commit, and nothing is touched.
  const head = git(repo, "rev-parse", task.branch ?? "");
  await page.keyboard.press("Shift+L");
  await page.getByRole("menuitem", { name: "Rebase onto main" }).click();
  const rebase = page.getByRole("dialog", { name: "Rebase onto main" });
  await rebase.getByRole("button", { name: "Rebase" }).click();
  await rebase.getByText("“work” conflicts with the base in 1 file.").waitFor();
  expect(git(repo, "rev-parse", task.branch ?? "")).toBe(head);
  await rebase.getByRole("button", { name: "Ask the agent to resolve" }).click();
  await notice(page, "to resolve the conflicts").waitFor();
  const { client } = harbour.server;
  const done = await client.until(
    task.id,
    ({ runId, phase }) => runId !== task.runId && phase?.kind === "ended",
  );
  expect((await client.runs(task.id))[0]?.prompt).toContain("git merge main");
  expect(done.runId).not.toBe(task.runId);
  await page.keyboard.press("Escape");
  await card(page, "Clashing").getByText("Conflicts with main").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a branch whose base has moved is rebased, and put back by one press", async () => {
  const prompt = "write: a.txt | one\nrun: git add -A && git commit -qm work";
  const { repo, task } = await reviewed(harbour, "Left behind", prompt);
  moveMain(repo, { "b.txt": "base\n" });
  const head = git(repo, "rev-parse", task.branch ?? "");
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await bar(page).getByText("main moved by 1 commit").waitFor();
  await page.keyboard.press("l");
  await page.getByRole("dialog", { name: "Rebase onto main" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await notice(page, "Rebased onto main.").waitFor();
  await bar(page).getByText("main moved").waitFor({ state: "detached" });
  expect(git(repo, "rev-parse", `${task.branch}^`)).toBe(git(repo, "rev-parse", "main"));
  await notice(page, "Rebased").getByRole("button", { name: "Undo" }).click();
  await bar(page).getByText("main moved by 1 commit").waitFor();
  expect(git(repo, "rev-parse", task.branch ?? "")).toBe(head);
  expect(complaints).toEqual([]);
  await close();
});

test("a hunk and a whole turn are taken back, and brought back, with the real git", async () => {
  const body = Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\n");
  const write = body.replace("line 2\n", "LINE 2\n").replace("line 35", "LINE 35");
  const { task } = await reviewed(
    harbour,
    "Take back",
    `write: a.txt | ${write.replaceAll("\n", "\\n")}\nwrite: new.txt | fresh`,
    { "a.txt": `${body}\n` },
  );
  const read = () => readFileSync(at(task.worktreePath, "a.txt"), "utf8");
  const after = read();
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await line(page, "a.txt", "LINE 35").last().waitFor();
  const hunk = section(page, "a.txt").locator(".hunk", { hasText: "lines hidden" });
  await hunk.hover();
  await hunk.getByRole("button", { name: "Revert hunk" }).click();
  await line(page, "a.txt", "LINE 35").first().waitFor({ state: "detached" });
  expect(read()).toBe(after.replace("LINE 35", "line 35"));
  await notice(page, "Reverted a hunk").getByRole("button", { name: "Undo" }).click();
  await line(page, "a.txt", "LINE 35").last().waitFor();
  expect(read()).toBe(after);
  await page.locator(".scopes").getByText("Last turn").click();
  await page.getByRole("button", { name: "Revert this turn" }).click();
  await page.getByText("No file has changed").waitFor();
  expect([read(), existsSync(at(task.worktreePath, "new.txt"))]).toEqual([`${body}\n`, false]);
  await stands(page, "Nothing to land yet");
  await notice(page, "this turn").getByRole("button", { name: "Undo" }).click();
  await entry(page, "new.txt").waitFor();
  expect(read()).toBe(after);

  // Every one of these steps is a way back, the newest first.
  await page.keyboard.press("b");
  const ways = page.getByRole("dialog", { name: "Ways back" });
  await ways.locator(".ways > li").nth(3).waitFor();
  const backs = ways.getByRole("button", { name: /^Go back: Before going back/ });
  await backs.nth(1).click();
  await expectAccessible(page);
  const sure = ways.getByRole("button", { name: "Go back to this" });
  expect(await sure.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press("Enter");
  await ways.waitFor({ state: "detached" });
  await notice(page, "Gone back.").waitFor();
  await line(page, "a.txt", "LINE 35").first().waitFor({ state: "detached" });
  expect(read()).toBe(after.replace("LINE 35", "line 35"));
  expect(complaints).toEqual([]);
  await close();
});

test("a base that is checked out is merged by the person, and noticed", async () => {
  const prompt = "write: a.txt | one\nrun: git add -A && git commit -qm work";
  const { repo, task } = await reviewed(harbour, "By hand", prompt);
  git(repo, "switch", "-q", "main");
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await bar(page).getByText("main is checked out").waitFor();
  await page.keyboard.press("l");
  const dialog = page.getByRole("dialog", { name: "Merge into main yourself" });
  const command = await dialog.locator("code").textContent();
  await dialog.getByRole("button", { name: "I have run it" }).click();
  await dialog.getByText("main does not hold the work yet.").waitFor();
  git(repo, ...(command ?? "").split(" ").slice(3));
  await dialog.getByRole("button", { name: "I have run it" }).click();
  await stands(page, "Landed on main");
  await bar(page).getByRole("button", { name: "Mark as done" }).click();
  await harbour.server.client.until(task.id, ({ column }) => column === "done");
  expect(complaints).toEqual([]);
  await close();
});

test("a pull request is opened in the person's words, and its card follows it", async () => {
  const prompt = "write: a.txt | one\nrun: git add -A && git commit -qm work";
  const { repo, task } = await reviewed(harbour, "Ask for review", prompt);
  const bare = join(repo, "..", "bare.git");
  git(repo, "init", "-q", "--bare", bare);
  git(repo, "switch", "-q", "main");
  // The person's own configuration says where GitHub is.
  const address = "https://github.com/owner/name.git";
  const config = join(harbour.home, ".gitconfig");
  git(harbour.home, "config", "--file", config, `url.${bare}.insteadOf`, address);
  git(repo, "remote", "add", "origin", address);
  const view = {
    number: 7,
    url: "https://github.com/owner/name/pull/7",
    title: "Mine",
    state: "OPEN",
    isDraft: false,
    updatedAt: "2026-01-02T03:04:05Z",
  };
  harbour.ghSays(view);
  const { page, complaints, close } = await openReview(browser, harbour, task);
  await page.keyboard.press("l");
  const dialog = page.getByRole("dialog", { name: "Open a pull request" });
  await (await suggested(dialog.getByRole("textbox", { name: "Title" }))).fill("Mine");
  await dialog.getByRole("textbox", { name: "Description" }).fill("In my words.");
  await dialog.getByRole("button", { name: "Open pull request" }).click();
  await notice(page, "Pull request 7 is open.").waitFor();
  expect(harbour.ghWasTold()).toContain("--title=Mine");
  expect(harbour.ghWasTold()).toEndWith("In my words.");
  expect(git(bare, "log", "-1", "--format=%s", task.branch ?? "")).toBe("work");
  await stands(page, "With its reviewers");
  harbour.ghSays({
    ...view,
    reviewDecision: "APPROVED",
    statusCheckRollup: [{ status: "COMPLETED", conclusion: "SUCCESS" }],
  });
  await bar(page).getByRole("button", { name: "#7 open" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Read again" }).click();
  await page.getByRole("dialog").getByText("Approved").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await card(page, "Ask for review").getByText("#7 open, approved").waitFor();
  expect(complaints).toEqual([]);
  await close();
});
