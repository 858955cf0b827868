import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { launch } from "./support/browser.ts";
import { ended, openPanel, said, send, showTask } from "./support/panel.ts";

let server: TestServer;
let browser: Browser;
let repo: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  repo = makeRepo();
  await server.client.trust(repo);
});

afterAll(async () => {
  server.process.kill("SIGCONT");
  await browser.close();
  await server.dispose();
});

test("a server that hangs is told of, and a message on its way is neither lost nor sent twice", async () => {
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const { page, complaints, close } = await openPanel(browser, server, task.id);
  await ended(page, "Finished").waitFor();
  const field = page.locator(".composer textarea");
  const sending = page.locator(".composer [role=status]", { hasText: "Sending" });
  server.process.kill("SIGSTOP");
  await send(page, "say: I came once");
  await field.press("Enter");
  await sending.getByText("say: I came once").waitFor();
  await page.keyboard.type("and more");
  await page.keyboard.press("Enter");
  expect(await field.inputValue()).toBe("and more");
  await page.getByText("The server has not answered").waitFor();

  // Whoever closes the panel and comes back finds both as they were.
  await page.evaluate(() => {
    history.pushState(null, "", "/");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await page.locator(".panel").waitFor({ state: "detached" });
  await showTask(page, task.id);
  await sending.getByText("say: I came once").waitFor();
  expect(await field.inputValue()).toBe("and more");

  server.process.kill("SIGCONT");
  await ended(page, "Finished", 2).waitFor();
  await page.getByText("The server has not answered").waitFor({ state: "detached" });
  expect(await sending.count()).toBe(0);
  expect(await said(page)).toEqual(["ready", "I came once"]);
  expect(await field.inputValue()).toBe("and more");
  await page.reload();
  await page.locator(".panel .composer").waitFor();
  expect(await field.inputValue()).toBe("and more");
  const { body } = await server.client.get<{ runs: object[] }>(`/tasks/${task.id}/runs`);
  expect(body.runs).toHaveLength(2);
  expect(complaints).toEqual([]);
  await close();
});

test("what could not be sent comes back before what was typed since", async () => {
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const { page, close } = await openPanel(browser, server, task.id);
  await ended(page, "Finished").waitFor();
  const gate = Promise.withResolvers<void>();
  await page.route("**/runs/*/input", async (route) => {
    await gate.promise;
    await route.fulfill({
      status: 409,
      json: { error: "Not now.", code: "conflict", hint: null, details: null },
    });
  });
  await send(page, "the first words");
  await page.keyboard.type("and more");
  gate.resolve();
  await page.getByText("Your message is still here").waitFor();
  const field = page.locator(".composer textarea");
  expect(await field.inputValue()).toBe("the first words\n\nand more");
  await close();
});
