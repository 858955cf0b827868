import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { expectAccessible } from "./support/axe.ts";
import { card, launch, link, newPage, titlesIn } from "./support/browser.ts";

let server: TestServer;
let browser: Browser;
let repo: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  repo = makeRepo({ "README.md": "# x\n", ".claude/settings.json": "{}\n" }, "shop");
  await server.client.post("/projects", { path: repo });
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

async function board() {
  const opened = await newPage(browser);
  await opened.page.goto(await link(server));
  await opened.page.locator(".board, .board-empty").waitFor();
  return opened;
}

/** Opens a picker and takes what is typed into its search, once that has the focus. */
async function choose(page: Page, name: string, text: string): Promise<void> {
  await page.getByRole("combobox", { name }).first().click();
  await page.waitForFunction(() => document.activeElement?.closest(".combo-input") !== null);
  await page.keyboard.type(text);
  await page.getByRole("option").filter({ hasText: text }).waitFor();
  await page.keyboard.press("Enter");
}

test("C, a prompt, and it is in the backlog; a draft outlives Escape and a reload", async () => {
  const { page, complaints, close } = await board();
  await page.keyboard.press("c");
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.type("Count the shop's orders\nand say how many");
  await page.keyboard.press("Escape");
  await prompt.waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".board, .board-empty").waitFor();
  await page.keyboard.press("c");
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  expect(await prompt.inputValue()).toBe("Count the shop's orders\nand say how many");
  await page.keyboard.press("Control+Shift+Enter");
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Count the shop's orders"]);
  await page.waitForFunction(() => document.activeElement?.matches("article.card"));
  const { body } = await server.client.get<{ tasks: Task[] }>("/tasks");
  expect(body.tasks[0]).toMatchObject({ workdir: repo, column: "backlog", runId: null });
  expect(complaints).toEqual([]);
  await close();
});

test("the first run in a repository asks for trust, shows its files, and goes on", async () => {
  const { page, complaints, close } = await board();
  await page.keyboard.press("c");
  await page.getByRole("textbox", { name: "Prompt" }).fill("say: done at once");
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: /Sample agent/ }).click();
  await page.getByRole("button", { name: "Run task" }).click();
  const ask = page.getByRole("alertdialog");
  await ask.getByText(".claude/settings.json").waitFor();
  await ask.getByRole("button", { name: "Not now" }).click();
  await ask.waitFor({ state: "detached" });
  // Nothing was lost: the dialog is as it was.
  expect(await page.getByRole("textbox", { name: "Prompt" }).inputValue()).toBe(
    "say: done at once",
  );
  await page.getByRole("button", { name: "Run task" }).click();
  await ask.getByRole("button", { name: "Trust this version and start" }).click();
  await page.locator('[data-column="review"]').getByText("done at once").waitFor();
  const { body } = await server.client.get<{ tasks: Task[] }>("/tasks?column=review");
  expect(body.tasks).toHaveLength(1);
  expect(complaints).toEqual([]);
  await close();
});

test("what the server refuses stands in the dialog, with what to do, and nothing is lost", async () => {
  const { page, close } = await board();
  await page.keyboard.press("c");
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.fill("Start from nowhere");
  await choose(page, "Base branch", "no-such-branch");
  await page.getByRole("button", { name: "To backlog" }).click();
  await page.getByRole("alert").filter({ hasText: "no-such-branch" }).waitFor();
  expect(await prompt.inputValue()).toBe("Start from nowhere");
  await page.getByRole("combobox", { name: "Base branch" }).click();
  await page.getByRole("option", { name: /main/ }).click();
  await page.getByRole("button", { name: "To backlog" }).click();
  await card(page, "Start from nowhere").waitFor();
  await close();
});

test("a typed folder becomes a project, and the next task starts there", async () => {
  const other = makeRepo({ "a.txt": "a\n" }, "other-shop");
  const { page, complaints, close } = await board();
  await page.keyboard.press("c");
  await page.getByRole("textbox", { name: "Prompt" }).fill("In the other shop");
  await choose(page, "Project", other);
  await page.getByRole("button", { name: "To backlog" }).click();
  await card(page, "In the other shop").waitFor();
  await page.getByRole("navigation").getByText("other-shop").waitFor();
  await page.keyboard.press("c");
  await page.getByRole("combobox", { name: "Project" }).getByText("other-shop").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("what cannot work is hidden with the reason, and what is chosen stays and is marked", async () => {
  const { page, complaints, close } = await board();
  const draft = { prompt: "Sum it up", workdir: repo, agent: "codex", model: "gpt-5.5" };
  const kept = (more: object) =>
    page.evaluate((text) => sessionStorage.setItem("agetor.draft", text), JSON.stringify(more));
  const dialog = page.getByRole("dialog", { name: "New task" });
  const effort = dialog.getByRole("combobox", { name: "Effort" });
  const offered = async (): Promise<string[]> => {
    await effort.click();
    await page.getByRole("listbox").waitFor();
    return await page.getByRole("option").locator(".opt-label").allTextContents();
  };
  await kept(draft);
  await page.keyboard.press("c");
  await dialog.getByText("Max and Ultra are hidden: GPT-5.5 has no such effort.").waitFor();
  expect(await offered()).toEqual(["Model default", "Low", "Medium", "High", "Extra high"]);
  await page.locator(".select-menu .reason", { hasText: "Max and Ultra are hidden" }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  // A draft of before: its choice does not vanish, and one press takes it away.
  await kept({ ...draft, effort: "ultra" });
  await page.keyboard.press("c");
  const marked = dialog.getByText("Ultra is chosen, but GPT-5.5 has no such effort.");
  await marked.waitFor();
  await dialog.getByText(/^Max is hidden: GPT-5.5 has no such effort\.$/).waitFor();
  expect(await effort.textContent()).toBe("Ultra");
  expect(await offered()).toContain("Ultra");
  await page.keyboard.press("Escape");
  await expectAccessible(page);
  const back = dialog.getByRole("button", { name: "Use the default" });
  expect((await back.boundingBox())?.height).toBeGreaterThanOrEqual(24);
  await back.click();
  await marked.waitFor({ state: "detached" });
  expect(await effort.textContent()).toBe("Model default");

  // What nobody has told us about is passed on.
  await choose(page, "Model", "gpt-99-new");
  await dialog.getByText("are hidden").waitFor({ state: "detached" });
  expect(await offered()).toContain("Ultra");
  expect(complaints).toEqual([]);
  await close();
});
