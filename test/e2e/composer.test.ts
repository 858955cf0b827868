import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { madeUpClaude } from "../support/cli.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { expectAccessible } from "./support/axe.ts";
import { launch, link, newPage } from "./support/browser.ts";
import { ended, openPanel, said, send } from "./support/panel.ts";

let server: TestServer;
let browser: Browser;
let repo: string;
const root = realpathSync(mkdtempSync(join(tmpdir(), "agetor-composer-")));

beforeAll(async () => {
  madeUpClaude(join(root, "claude"), "2.1.330");
  const env = { AGETOR_CLAUDE_DRIVER: "", AGETOR_CLAUDE_BIN: join(root, "claude") };
  [server, browser] = await Promise.all([TestServer.start({ env }), launch()]);
  repo = makeRepo(
    {
      "src/reports/daily.ts": "export {}\n",
      "my notes/first one.md": "x\n",
      ".claude/commands/refund-check.md": "---\ndescription: Looks for refunds\n---\nLook.\n",
    },
    "shop",
  );
  await server.client.post("/projects", { path: repo });
  await server.client.trust(repo);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** A picture of four pixels, as a paste brings it. */
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAEklEQVR4nGP4z8DwHwQZYAwAR9gH+U4fSgkAAAAASUVORK5CYII=";

async function paste(page: Page, selector: string, name: string): Promise<void> {
  await page.locator(selector).evaluate(
    (field, [base64, file]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], file, { type: "image/png" }));
      field.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    },
    [png, name] as const,
  );
}

test("a command and a file are completed by keyboard in a new task", async () => {
  const { page, complaints, close } = await newPage(browser);
  await page.goto(await link(server));
  await page.locator(".board, .board-empty").waitFor();
  await page.keyboard.press("c");
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.waitFor();
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: /Claude Code/ }).waitFor();
  await page.keyboard.press("Escape");
  await prompt.focus();
  await page.keyboard.type("/ref");
  const list = page.getByRole("listbox", { name: "Completions" });
  await list.getByRole("option", { name: /refund-check/ }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  expect(await prompt.inputValue()).toBe("/refund-check ");
  await list.waitFor({ state: "detached" });

  await page.keyboard.type("in @dai");
  await list.getByRole("option", { name: /daily\.ts/ }).waitFor();
  const active = await prompt.getAttribute("aria-activedescendant");
  expect(await page.locator(`[id="${active}"]`).getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("Tab");
  await page.keyboard.type("now @my");
  await list
    .getByRole("option", { name: /my notes/ })
    .first()
    .waitFor();
  // Escape closes the list and not the dialog; what was typed stays as it is.
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  expect(await prompt.inputValue()).toBe("/refund-check in @src/reports/daily.ts now @my");
  await page.keyboard.press("Control+Shift+Enter");
  await page.getByRole("dialog", { name: "New task" }).waitFor({ state: "detached" });
  const { body } = await server.client.get<{ tasks: Task[] }>("/tasks?column=backlog");
  expect(body.tasks[0]?.promptPreview).toBe("/refund-check in @src/reports/daily.ts now @my");
  expect(complaints).toEqual([]);
  await close();
});

test("a pasted picture stands there as it looks, and reaches the agent", async () => {
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const { page, complaints, close } = await openPanel(browser, server, task.id);
  await ended(page, "Finished").waitFor();
  await paste(page, ".composer textarea", "shot.png");
  await paste(page, ".composer textarea", "other.png");
  const files = page.getByRole("list", { name: "Attached files" });
  await files.locator("img").nth(1).waitFor();
  expect(
    await files
      .locator("img")
      .first()
      .evaluate((one: HTMLImageElement) => one.naturalWidth),
  ).toBe(2);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Remove other.png" }).click();
  await send(page, "look at it");
  await ended(page, "Finished", 2).waitFor();
  await files.waitFor({ state: "detached" });
  const words = (await said(page)).at(-1) ?? "";
  // The scripted agent repeats what it was told: the words, and where the file lies.
  expect(words).toContain("look at it");
  const paths = [...words.matchAll(/\/[^\s:]+\/attachments\/[0-9A-Z]{26}/g)].map(([path]) => path);
  expect(paths).toHaveLength(1);
  expect(readFileSync(paths[0] ?? "").toString("base64")).toBe(png);
  // The message shows what was sent, also when the page does not remember it.
  await page.reload();
  const sent = page.getByRole("list", { name: "Files that go with this" }).locator("img");
  await sent.waitFor();
  expect(await sent.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});

/** Files held over an element and let go there, as the browser itself takes them from a desktop. */
async function drop(page: Page, onto: Locator, files: readonly string[]): Promise<void> {
  const box = await onto.boundingBox();
  const at = { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 10 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver"] as const) {
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await session.send("Input.dispatchDragEvent", { type: "drop", ...at, data });
  await session.detach();
}

test("files are dropped on a follow-up and on a new task, and nowhere else", async () => {
  const picture = join(root, "dropped.png");
  const table = join(root, "april.csv");
  writeFileSync(picture, Buffer.from(png, "base64"));
  writeFileSync(table, "a,b\n1,2\n");
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const { page, complaints, close } = await openPanel(browser, server, task.id);
  await ended(page, "Finished").waitFor();
  const files = page.getByRole("list", { name: "Attached files" });
  await drop(page, page.locator(".composer textarea"), [picture, table]);
  await files.getByText("april.csv").waitFor();
  await files.locator("img").waitFor();
  expect(await files.getByRole("listitem").count()).toBe(2);
  expect(await page.locator(".drop-here").count()).toBe(0);
  // Beside the field: neither taken, nor opened instead of the board.
  const refused = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "x.txt"));
    const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    return !document.body.dispatchEvent(event);
  });
  expect(refused).toBe(true);
  const address = page.url();
  await drop(page, page.locator(".panel header").first(), [table]);
  expect([page.url(), await files.getByRole("listitem").count()]).toEqual([address, 2]);

  await page.keyboard.press("Escape");
  await page.locator("article.card").first().focus();
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "New task" });
  await dialog.waitFor();
  await drop(page, dialog.getByRole("textbox", { name: "Prompt" }), [picture]);
  await dialog.getByText("dropped.png").waitFor();
  // A picture says enough.
  await dialog.getByRole("button", { name: "To backlog" }).click();
  await dialog.waitFor({ state: "detached" });
  const { body } = await server.client.get<{ tasks: Task[] }>("/tasks?column=backlog");
  const made = body.tasks.find(
    ({ promptPreview }) => promptPreview === "See the attached picture.",
  );
  expect(made?.references).toHaveLength(1);
  expect(complaints).toEqual([]);
  await close();
});

test("a picture without a word is sent, and is still there after a reload", async () => {
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const { page, complaints, close } = await openPanel(browser, server, task.id);
  await ended(page, "Finished").waitFor();
  const button = page.locator(".composer").getByRole("button", { name: "Send" });
  expect(await button.isDisabled()).toBe(true);
  await paste(page, ".composer textarea", "alone.png");
  const image = page.getByRole("list", { name: "Attached files" }).locator("img");
  await image.waitFor();
  await page.reload();
  await image.waitFor();
  await page.waitForFunction(
    () => document.querySelector<HTMLImageElement>(".attached img")?.naturalWidth === 2,
  );
  const field = page.locator(".composer textarea");
  expect(await field.getAttribute("placeholder")).toBe("See the attached picture.");
  await expectAccessible(page);
  await button.click();
  await ended(page, "Finished", 2).waitFor();
  await image.waitFor({ state: "detached" });
  const told = (await page.locator(".quote .typed").last().textContent()) ?? "";
  expect(told.split("\n")[0]).toBe("See the attached picture.");
  expect((await said(page)).at(-1) ?? "").toContain("/attachments/");
  expect(complaints).toEqual([]);
  await close();
});

test("a file of the task's own worktree is completed in a follow-up, folder by folder", async () => {
  const { task, run } = await server.client.startFake(repo, "write: fresh/made.ts | 1");
  await server.client.ended(task.id, run.id);
  const { page, complaints, close } = await openPanel(browser, server, task.id);
  const field = page.locator(".composer textarea");
  await field.focus();
  await page.keyboard.type("see @fresh");
  const list = page.getByRole("listbox", { name: "Completions" });
  await list.getByRole("option", { name: "fresh/" }).waitFor();
  const folder = list.getByRole("option", { name: "fresh/" });
  while ((await folder.getAttribute("aria-selected")) !== "true") {
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  expect(await field.inputValue()).toBe("see @fresh/");
  await list.getByRole("option", { name: /made\.ts/ }).click();
  expect(await field.inputValue()).toBe("see @fresh/made.ts ");
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  expect(complaints).toEqual([]);
  await close();
});

test("of several files that cannot go along each is named, with its reason", async () => {
  const { task, run } = await server.client.startFake(repo, "say: ready");
  await server.client.ended(task.id, run.id);
  const { page, close } = await openPanel(browser, server, task.id);
  const empty = { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) };
  const zip = {
    name: "a.zip",
    mimeType: "application/zip",
    buffer: Buffer.from("PK\u0003\u0004\0\0"),
  };
  const fine = { name: "fine.txt", mimeType: "text/plain", buffer: Buffer.from("words") };
  const choose = page.locator(".composer input[type=file]");
  await choose.setInputFiles([empty, zip, fine]);
  await page.locator(".composer").getByText("fine.txt").waitFor();
  const told = page.getByRole("alert").filter({ hasText: "empty.txt" });
  const words = told.locator(".grow");
  const lines = ((await words.textContent()) ?? "").split("\n");
  expect(await words.evaluate((it) => getComputedStyle(it).whiteSpace)).toBe("pre-line");
  expect(lines[0]).toBe("empty.txt: The file is empty.");
  expect(lines[1]).toStartWith("a.zip: This kind of file cannot be sent along.");
  await close();
});
