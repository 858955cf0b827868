import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { madeUpClaude } from "../support/cli.ts";
import { TestServer } from "../support/server.ts";
import { expectAccessible } from "./support/axe.ts";
import { launch, link, newPage } from "./support/browser.ts";

let server: TestServer;
let bare: TestServer;
let browser: Browser;
/** The only folder of programs the bare server sees: no tmux, until it is installed. */
const programs = mkdtempSync(join(tmpdir(), "agetor-bin-"));

function program(name: string, script: string): void {
  const path = join(programs, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

beforeAll(async () => {
  for (const name of ["git", "sh"]) {
    symlinkSync(Bun.which(name) ?? `/bin/${name}`, join(programs, name));
  }
  [server, bare, browser] = await Promise.all([
    TestServer.start(),
    TestServer.start({ env: { PATH: programs, AGETOR_TMUX_BIN: join(programs, "tmux") } }),
    launch(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([server.dispose(), bare.dispose()]);
  rmSync(programs, { recursive: true, force: true });
});

test("a missing tool stands there with its fix, and is fine once it is installed", async () => {
  const { page, complaints, close } = await newPage(browser, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.goto(await link(bare));
  await page.waitForFunction(() =>
    document.activeElement?.textContent?.startsWith("Run the sample"),
  );
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await page.getByRole("heading", { name: "Doctor", level: 1 }).waitFor();
  const tmux = page.locator('[data-check="tmux"]');
  await tmux.getByText("Not found").waitFor();
  const command = (await tmux.locator("code").first().textContent()) ?? "";
  expect(command).toContain("tmux");
  await tmux.getByRole("button", { name: /Copy the command/ }).click();
  await tmux.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
  await expectAccessible(page);

  program("tmux", 'echo "tmux 3.5a"');
  await page.getByRole("button", { name: "Check again" }).click();
  await tmux.getByText("3.5a").waitFor();
  await page.getByRole("button", { name: "Copy report" }).click();
  await page.getByText("Report copied").first().waitFor();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain("pass  tmux: 3.5a");
  expect(report).toContain("Browser: Chrome");
  expect(report).not.toContain(dirname(bare.dataDir));
  expect(complaints).toEqual([]);
  await close();
});

test("the first screen needs one key to the sample's card in Review", async () => {
  const { page, complaints, close } = await newPage(browser);
  await page.goto(await link(server));
  await page.getByRole("heading", { name: "Ready for a first task" }).waitFor();
  await page.locator('[data-check="git"]').waitFor();
  await expectAccessible(page);
  await page.waitForFunction(() =>
    document.activeElement?.textContent?.startsWith("Run the sample"),
  );
  await page.keyboard.press("Enter");
  await page.locator('[data-column="review"] article.card').waitFor();
  // It has done its work: an empty board is an empty board from now on.
  await page.goto(`${server.client.base}/`);
  await page.locator("article.card").waitFor();
  const { body } = await server.client.get<{ tasks: { id: string }[] }>("/tasks");
  for (const { id } of body.tasks) await server.client.call("DELETE", `/tasks/${id}`);
  await page.getByText("Nothing on the board yet").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a trial shows each fact as soon as it is known", async () => {
  const folder = mkdtempSync(join(tmpdir(), "agetor-cli-"));
  madeUpClaude(join(folder, "claude"), "9.9.9");
  mkdirSync(join(folder, "home", ".claude"), { recursive: true });
  writeFileSync(join(folder, "home", ".claude", "who"), "pat@example.test");
  const env = { AGETOR_CLAUDE_DRIVER: "", AGETOR_CLAUDE_BIN: join(folder, "claude") };
  const newer = await TestServer.start({ env, dataDir: join(folder, "data") });
  const { page, complaints, close } = await newPage(browser);
  await page.goto(await link(newer));
  await page.getByRole("heading", { name: "Ready for a first task" }).waitFor();
  await page.evaluate(() => {
    history.pushState(null, "", "/?view=doctor");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  // The real CLIs are tried in test/agents; here only what a trial says, step by step.
  const labels = ["It starts", "A message reaches it", "It stops"];
  const facts = (holds: readonly (boolean | null)[]) =>
    labels.map((label, index) => ({ id: `${index}`, label, holds: holds[index], detail: null }));
  const told = { harnessId: "claude-code", startedAt: 1, facts: facts([true, null, null]) };
  const over = Promise.withResolvers<void>();
  await page.route("**/doctor/probe", async (route) => {
    if (route.request().method() === "GET")
      return await route.fulfill({ json: { progress: told } });
    await over.promise;
    const report = { ...told, version: "9.9.9", at: 2, durationMs: 9000 };
    await route.fulfill({ json: { report: { ...report, facts: facts([true, true, false]) } } });
  });
  const check = page.locator('[data-check="agent:claude-code"]');
  await check.getByRole("button", { name: "Try it" }).first().click();
  const soFar = check.getByRole("list", { name: "Facts so far" });
  await soFar.waitFor();
  const said = () => soFar.getByRole("listitem").allTextContents();
  expect(await said()).toEqual([
    "Holds:It starts",
    "Being tried:A message reaches it",
    "Not tried yet:It stops",
  ]);
  await expectAccessible(page);
  told.facts = facts([true, true, null]);
  await soFar.getByText("Being tried:").locator("..").getByText("It stops").waitFor();
  over.resolve();
  await check.getByRole("list", { name: "Facts", exact: true }).waitFor();
  await check.getByText("1 of 3 facts do not hold.").waitFor();
  expect(await soFar.count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
  await newer.dispose();
  rmSync(folder, { recursive: true, force: true });
});
