import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Review } from "../../src/contract/review.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { launch, link, newPage } from "./support/browser.ts";
import { entry, line } from "./support/review.ts";

/** The review with the real server, git and an agent that does what it is told. */
let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

test("a comment goes to the agent, whose answer is seen as it is written", async () => {
  const repo = makeRepo({ "a.txt": "one\ntwo\nthree\n", "gone.txt": "x\n" });
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(
    repo,
    "write: a.txt | one\\nTWO\\nthree\\nfour\nwrite: sub/new.ts | const a = 1;\nrun: rm gone.txt",
  );
  await server.client.ended(task.id, run.id);
  const { worktreePath } = await server.client.task(task.id);
  const { page, complaints, close } = await newPage(browser);
  await page.goto(await link(server));
  await page.locator(`[data-card="${task.id}"]`).focus();
  await page.keyboard.press("r");
  await line(page, "a.txt", "TWO").last().waitFor();
  expect(await page.locator('[role="treeitem"] .name').allTextContents()).toEqual([
    "sub",
    "new.ts",
    "a.txt",
    "gone.txt",
  ]);
  await page.getByText("0 of 3 viewed").waitFor();
  await entry(page, "new.ts").locator(".vw").click();
  await page.getByText("1 of 3 viewed").waitFor();

  await line(page, "a.txt", "four").locator("u").click();
  await page.keyboard.type("write: a.txt | one\\nTWO\\nthree\\nFOUR");
  await page.keyboard.press("Control+Enter");
  await page.locator(".say", { hasText: "FOUR" }).getByRole("button", { name: "Edit" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator(".say", { hasText: "FOUR" }).getByText("Addressed").waitFor();
  await page.locator(".say", { hasText: "in run 2" }).waitFor();

  // Somebody else writes: the stream says so, nobody asks again and again.
  writeFileSync(join(worktreePath ?? "", "late.txt"), "x\n");
  await entry(page, "late.txt").waitFor();
  await page.getByRole("button", { name: "Mark as reviewed" }).click();
  await page.locator(".scopes").getByText("Since my review").click();
  await page.getByText(/Nothing changed since you looked at/).waitFor();
  await page.locator(".scopes").getByText("Last turn").click();
  await line(page, "a.txt", "FOUR").last().waitFor();
  const { body } = await server.client.get<{ review: Review }>(`/tasks/${task.id}/review`);
  expect(body.review.viewed.map(({ path }) => path)).toEqual(["sub/new.ts"]);
  expect(complaints).toEqual([]);
  await close();
});
