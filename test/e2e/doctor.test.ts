import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
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
