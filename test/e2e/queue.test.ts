import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { TestServer } from "../support/server.ts";
import { launch } from "./support/browser.ts";
import { ended, openPanel, said, send } from "./support/panel.ts";

let server: TestServer;
let browser: Browser;
let repo: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  repo = makeRepo();
  await server.client.trust(repo);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

test("words typed into a waiting message are kept when it is sent as it was", async () => {
  const go = join(scratch("flag"), "go");
  const { task } = await server.client.startFake(repo, `say: first\nuntil: ${go}`);
  await server.client.until(task.id, (now) => now.column === "running");
  const one = await openPanel(browser, server, task.id);
  const field = one.page.locator(".composer textarea.ta");
  await send(one.page, "say: as it was");
  await one.page.getByRole("button", { name: "say: as it was" }).click();
  await one.page.getByRole("textbox", { name: "Queued message" }).fill("say: in one tab");
  await field.fill("a draft");
  // The same message in a second tab, and an edit that is older than its page.
  const two = await openPanel(browser, server, task.id);
  await two.page.getByRole("button", { name: "say: as it was" }).click();
  await two.page.getByRole("textbox", { name: "Queued message" }).fill("say: in the other");
  await two.page.reload();
  await two.page.getByRole("textbox", { name: "Queued message" }).waitFor();
  writeFileSync(go, "");
  for (const { page } of [one, two]) {
    await ended(page, "Finished", 2).waitFor();
    await page.getByText("The message was sent as it was before you finished.").waitFor();
    await page.getByText("Your words are in the field below.").waitFor();
    expect(await said(page)).toEqual(["first", "as it was"]);
    expect(await page.locator(".queue").count()).toBe(0);
  }
  expect(await field.inputValue()).toBe("a draft\n\nsay: in one tab");
  expect(await two.page.locator(".composer textarea.ta").inputValue()).toBe("say: in the other");
  await one.page.reload();
  await field.waitFor();
  expect(await field.inputValue()).toBe("a draft\n\nsay: in one tab");
  expect([...one.complaints, ...two.complaints]).toEqual([]);
  await one.close();
  await two.close();
});

test("words typed into a waiting message are kept when it is taken back elsewhere", async () => {
  const go = join(scratch("flag"), "gone");
  const { task } = await server.client.startFake(repo, `say: first\nuntil: ${go}`);
  await server.client.until(task.id, (now) => now.column === "running");
  const { page, complaints, close } = await openPanel(browser, server, task.id);
  for (const text of ["say: stays", "say: goes"]) {
    await send(page, text);
    await page.locator(".queue li", { hasText: text }).waitFor();
  }
  await page.getByRole("button", { name: "say: goes" }).click();
  await page.getByRole("textbox", { name: "Queued message" }).fill("say: goes on");
  const path = `/tasks/${task.id}/queue`;
  const { body } = await server.client.get<{ messages: { id: string }[] }>(path);
  await server.client.call("DELETE", `${path}/${body.messages[1]?.id ?? ""}`);
  await page.getByText("The message left the queue before you finished.").waitFor();
  const field = page.locator(".composer textarea.ta");
  expect(await field.inputValue()).toBe("say: goes on");
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await page.locator(".queue li").count()).toBe(1);
  writeFileSync(go, "");
  await ended(page, "Finished", 2).waitFor();
  expect(complaints).toEqual([]);
  await close();
});
