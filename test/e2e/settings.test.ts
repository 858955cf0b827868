import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Harness } from "../../src/contract/harness.ts";
import type { UsageReport } from "../../src/contract/usage.ts";
import { tokens } from "../../src/web/usage/words.ts";
import { madeUpClaude } from "../support/cli.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { expectAccessible } from "./support/axe.ts";
import { launch, link, newPage } from "./support/browser.ts";

/** The scripted agent plays Claude on one server, a made-up program on the other. */
let server: TestServer;
let made: TestServer;
let browser: Browser;
const root = realpathSync(mkdtempSync(join(tmpdir(), "agetor-settings-")));

beforeAll(async () => {
  madeUpClaude(join(root, "bin", "claude"), "2.1.330");
  const env = {
    AGETOR_CLAUDE_DRIVER: "",
    AGETOR_CLAUDE_BIN: join(root, "bin", "claude"),
    // As if from afar: nothing opens a terminal on this machine.
    SSH_CONNECTION: "test",
  };
  [server, made, browser] = await Promise.all([
    TestServer.start(),
    TestServer.start({ env }),
    launch(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([server.dispose(), made.dispose()]);
  rmSync(root, { recursive: true, force: true });
});

async function settings(of: TestServer) {
  const opened = await newPage(browser);
  await opened.page.goto(await link(of));
  await opened.page.locator(".board, .board-empty").waitFor();
  await opened.page.evaluate(() => {
    history.pushState(null, "", "/?view=settings");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await opened.page.getByRole("heading", { name: "Accounts" }).waitFor();
  return opened;
}

test("an account is added, tested, used by a task, and then not deleted", async () => {
  const repo = makeRepo({ "a.txt": "a\n" }, "shop");
  await server.client.post("/projects", { path: repo });
  await server.client.trust(repo);
  const { page, complaints, close } = await settings(server);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: /Another Claude account/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Claude, side");
  await page.getByText("claude-side").waitFor();
  await page.getByRole("button", { name: "Add account" }).click();
  await page.getByRole("heading", { name: "Claude, side", exact: true }).waitFor();
  await page.keyboard.press("t");
  await page.getByRole("region", { name: "Test" }).getByText("Works").waitFor();
  await page.getByText("not shared with another account").waitFor();
  await expectAccessible(page);

  await page.keyboard.press("c");
  await page.getByRole("textbox", { name: "Prompt" }).fill("say: from the side");
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: /Claude, side/ }).click();
  await page.getByRole("button", { name: "Run task" }).click();
  await page.getByRole("dialog", { name: "New task" }).waitFor({ state: "detached" });
  await page.getByText("Used by 1 task").waitFor();
  const [task] = (await server.client.get<{ tasks: { id: string; runId: string }[] }>("/tasks"))
    .body.tasks;
  if (task === undefined) throw new Error("no task");
  await server.client.ended(task.id, task.runId);
  await page.getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await dialog.getByText("1 task would be left without its agent").waitFor();
  await dialog.getByRole("button", { name: "say: from the side" }).waitFor();
  await dialog.getByRole("button", { name: "Switch it off instead" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("checkbox", { name: "Enabled" }).waitFor();
  const { body } = await server.client.get<{ harness: Harness }>("/harnesses/claude-side");
  expect(body.harness).toMatchObject({ kind: "claude-code", enabled: false });

  expect(complaints).toEqual([]);
  await close();
});

test("what a run used stands in the usage, under its task and its account", async () => {
  const repo = makeRepo({ "a.txt": "a\n" }, "shop");
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(repo, "say: one two three");
  await server.client.ended(task.id, run.id);
  const { usage } = (await server.client.get<{ usage: UsageReport }>("/usage")).body;
  const own = usage.tasks.find(({ taskId }) => taskId === task.id);
  expect(own?.inputTokens).toBeGreaterThan(0);
  const { page, complaints, close } = await settings(server);
  await page.getByRole("button", { name: "Usage" }).click();
  const row = page.getByRole("table", { name: "By task" }).getByRole("row", { name: /one two/ });
  await row.getByText("Sample agent").waitFor();
  expect(await row.getByRole("cell").nth(3).textContent()).toBe(tokens(own?.inputTokens ?? 0));
  const day = page.getByRole("table", { name: "By day" }).getByRole("row");
  expect(await day.count()).toBe(2);
  expect(await page.locator(".plot rect:not(.hit)").count()).toBeGreaterThan(0);
  await expectAccessible(page);
  await row.getByRole("button").click();
  await page.locator(".panel .composer").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("what decides over running code is typed out before it is saved", async () => {
  const { page, complaints, close } = await settings(made);
  await page.getByRole("button", { name: /Claude Code/ }).click();
  await page.getByRole("button", { name: "Variable" }).click();
  await page.keyboard.type("LD_PRELOAD");
  await page.keyboard.press("Tab");
  await page.keyboard.type("/tmp/x.so");
  await page.getByText("Loads other code into the agent").waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("Loads other code").waitFor();
  await expectAccessible(page);
  const save = dialog.getByRole("button", { name: "Save and run it" });
  expect(await save.isDisabled()).toBe(true);
  await dialog.getByRole("textbox", { name: "Type claude-code" }).fill("claude-code");
  await save.click();
  await dialog.waitFor({ state: "detached" });
  const { body } = await made.client.get<{ harness: Harness }>("/harnesses/claude-code");
  expect(body.harness.env).toEqual({ LD_PRELOAD: "/tmp/x.so" });
  // And back, which is a change as well.
  await page.getByRole("button", { name: "Remove LD_PRELOAD" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.getByRole("textbox").fill("claude-code");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Save", exact: true }).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await close();
});

test("Log in names the command, and the account stands there once it is logged in", async () => {
  const { page, complaints, close } = await settings(made);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: /Another Claude account/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Work");
  await page.getByRole("button", { name: "Add account" }).click();
  const tested = page.getByRole("region", { name: "Test" });
  await tested.getByText("Not signed in").waitFor();
  await tested.getByRole("button", { name: "Log in" }).click();
  const command = (await tested.locator("code").textContent()) ?? "";
  const home = join(made.dataDir, "harnesses", "work");
  expect(command).toContain("CLAUDE_CONFIG_DIR=");
  expect(command).toContain(home);
  // Somebody logs in, in a terminal far away; the page looks again by itself.
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "who"), "work@example.test");
  await tested.getByText("work@example.test").waitFor();
  await tested.getByText("Works").waitFor();
  expect(await tested.locator("code").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test("a setting is found by its words, and kept", async () => {
  const { page, complaints, close } = await settings(server);
  await page.keyboard.press("/");
  await page.keyboard.type("idle");
  const minutes = page.getByRole("spinbutton");
  await minutes.fill("0");
  await minutes.blur();
  // What cannot be is said, and what was typed stays to be mended.
  await page.getByRole("alert").getByText("a whole number from 1 to 10080").waitFor();
  expect(await minutes.inputValue()).toBe("0");
  await minutes.fill("45");
  await minutes.blur();
  await page.locator("[aria-live]").getByText("Saved").first().waitFor({ state: "attached" });
  await page.reload();
  await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Tasks" }).click();
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>("input[type=number]")?.value === "45",
  );
  const { body } = await server.client.get<{ preferences: unknown }>("/preferences");
  expect(body.preferences).toMatchObject({ hibernateMinutes: 45 });
  await page.getByRole("button", { name: "Appearance" }).click();
  await page.getByText("Dark", { exact: true }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  expect(complaints).toEqual([]);
  await close();
});
