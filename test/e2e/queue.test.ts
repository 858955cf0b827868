import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { scratch } from "../support/scratch.ts";
import { expectAccessible } from "./support/axe.ts";
import { ended, openPanel, said, send } from "./support/panel.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage();

/** The page believes that it holds what it edits, and the server never hears of it. */
const deaf = (page: Page): Promise<unknown> =>
  page.route("**/hold", (route) => route.fulfill({ json: { held: true } }));

test("a waiting message is held while it is edited, and sent as it was saved", async () => {
  const go = join(scratch("flag"), "held");
  const { task, run } = await stage.server.client.startFake(stage.repo, `say: first\nuntil: ${go}`);
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const one = await openPanel(stage.browser, stage.server, task.id);
  for (const text of ["say: as it was", "say: behind it"]) {
    await send(one.page, text);
    await one.page.locator(".queue li", { hasText: text }).waitFor();
  }
  await one.page.getByRole("button", { name: "say: as it was" }).click();
  const words = one.page.getByRole("textbox", { name: "Queued message" });
  await words.fill("say: as it is");
  await one.page.getByText("2 messages queued, held while one is edited").waitFor();
  const two = await openPanel(stage.browser, stage.server, task.id);
  await two.page.locator(".queue li", { hasText: "being edited" }).waitFor();
  writeFileSync(go, "");
  await stage.server.client.ended(task.id, run.id);
  for (const { page } of [one, two]) {
    await ended(page, "Finished").waitFor();
    await page.locator(".board .card", { hasText: "+2 held" }).waitFor();
  }
  // A reload is no end of the edit.
  await one.page.reload();
  await words.waitFor();
  await one.page.getByText("held while one is edited").waitFor();
  await expectAccessible(one.page);
  expect(await stage.server.client.runs(task.id)).toHaveLength(1);
  await words.press("Enter");
  await ended(two.page, "Finished", 3).waitFor();
  expect(await said(two.page)).toEqual(["first", "as it is", "behind it"]);
  expect([...one.complaints, ...two.complaints]).toEqual([]);
  await one.close();
  await two.close();
});

for (const how of ["leaving the edit", "closing the panel"] as const) {
  test(`a waiting message goes as it was on ${how}`, async () => {
    const go = join(scratch("flag"), how.replaceAll(" ", "-"));
    const { task, run } = await stage.server.client.startFake(
      stage.repo,
      `say: first\nuntil: ${go}`,
    );
    await stage.server.client.until(task.id, (now) => now.column === "running");
    const { page, complaints, close } = await openPanel(stage.browser, stage.server, task.id);
    await send(page, "say: as it was");
    await page.getByRole("button", { name: "say: as it was" }).click();
    await page.getByText("1 message queued, held while it is edited").waitFor();
    writeFileSync(go, "");
    await stage.server.client.ended(task.id, run.id);
    expect((await stage.server.client.task(task.id)).queuedMessages).toBe(1);
    if (how === "leaving the edit") {
      await page.getByRole("textbox", { name: "Queued message" }).press("Escape");
    } else {
      await page.getByRole("button", { name: "Close", exact: true }).click();
    }
    await stage.server.client.until(
      task.id,
      (now) => now.queuedMessages === 0 && now.phase?.kind === "ended",
    );
    expect((await stage.server.client.runs(task.id)).map(({ prompt }) => prompt)).toContain(
      "say: as it was",
    );
    expect(complaints).toEqual([]);
    await close();
  });
}

test("words typed into a waiting message are kept when it is sent as it was", async () => {
  const go = join(scratch("flag"), "go");
  const { task } = await stage.server.client.startFake(stage.repo, `say: first\nuntil: ${go}`);
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const one = await openPanel(stage.browser, stage.server, task.id);
  await deaf(one.page);
  const field = one.page.locator(".composer textarea.ta");
  await send(one.page, "say: as it was");
  await one.page.getByRole("button", { name: "say: as it was" }).click();
  await one.page.getByRole("textbox", { name: "Queued message" }).fill("say: in one tab");
  await field.fill("a draft");
  // The same message in a second tab, and an edit that is older than its page.
  const two = await openPanel(stage.browser, stage.server, task.id);
  await deaf(two.page);
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
  const { task } = await stage.server.client.startFake(stage.repo, `say: first\nuntil: ${go}`);
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const { page, complaints, close } = await openPanel(stage.browser, stage.server, task.id);
  for (const text of ["say: stays", "say: goes"]) {
    await send(page, text);
    await page.locator(".queue li", { hasText: text }).waitFor();
  }
  await page.getByRole("button", { name: "say: goes" }).click();
  await page.getByRole("textbox", { name: "Queued message" }).fill("say: goes on");
  const path = `/tasks/${task.id}/queue`;
  const { body } = await stage.server.client.get<{ messages: { id: string }[] }>(path);
  await stage.server.client.call("DELETE", `${path}/${body.messages[1]?.id ?? ""}`);
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
