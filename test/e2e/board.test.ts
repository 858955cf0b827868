import { expect, test } from "bun:test";
import type { Task } from "../../src/contract/task.ts";
import { TestServer } from "../support/server.ts";
import { expectAccessible } from "./support/axe.ts";
import { card, link, newPage, titlesIn } from "./support/browser.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage();

async function add(prompt: string, more = {}): Promise<Task> {
  const { body } = await stage.server.client.post<{ task: Task }>("/tasks", {
    prompt,
    workdir: stage.repo,
    agent: "fake",
    ...more,
  });
  return body.task;
}

async function clear(): Promise<void> {
  const { body } = await stage.server.client.get<{ tasks: Task[] }>("/tasks?limit=500");
  for (const { id } of body.tasks) await stage.server.client.call("DELETE", `/tasks/${id}`);
}

async function board() {
  const opened = await newPage(stage.browser);
  await opened.page.goto(await link(stage.server));
  await opened.page.locator(".board, .board-empty").waitFor();
  return opened;
}

test("the sample goes over the board by itself", async () => {
  await clear();
  const { page, complaints, close } = await board();
  await page.getByRole("button", { name: "Run the sample" }).click();
  await page.locator('[data-column="review"] article.card').waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("every card that comes while the board is open is seen, without a scroll", async () => {
  await clear();
  const { page, complaints, close } = await board();
  for (const [index, name] of ["one", "two", "three"].entries()) {
    await add(`Card ${name}`);
    expect(await titlesIn(page, "backlog", index + 1)).toContain(`Card ${name}`);
  }
  expect(complaints).toEqual([]);
  await close();
});

test("arrows walk over the cards, Space carries one, Enter drops it, and it stays there", async () => {
  await clear();
  for (const name of ["one", "two", "three"]) await add(`Card ${name}`);
  const { page, complaints, close } = await board();
  const before = await titlesIn(page, "backlog", 3);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const second = card(page, before[1] ?? "");
  await page.waitForFunction(
    (title) => document.activeElement?.textContent?.includes(title),
    before[1] ?? "",
  );
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowUp");
  expect(await titlesIn(page, "backlog", 3)).toEqual([before[1]!, before[0]!, before[2]!]);
  await page.keyboard.press("Escape");
  expect(await titlesIn(page, "backlog", 3)).toEqual(before);
  await page.keyboard.press("Space");
  await page.keyboard.press("l");
  await titlesIn(page, "ready", 1);
  const said = page.locator('[role="alert"].sr');
  expect(await said.textContent()).toContain("Ready, position 1 of 1");
  await page.keyboard.press("Enter");
  await second.waitFor();
  await page.waitForFunction(
    (title) => document.activeElement?.textContent?.includes(title),
    before[1] ?? "",
  );
  await page.reload();
  expect(await titlesIn(page, "ready", 1)).toEqual([before[1]!]);
  expect(complaints).toEqual([]);
  await close();
});

test("a card is dragged between two others, and into another column", async () => {
  await clear();
  for (const name of ["one", "two", "three"]) await add(`Drag ${name}`);
  const { page, complaints, close } = await board();
  const [first, , third] = await titlesIn(page, "backlog", 3);
  await card(page, third!).dragTo(card(page, first!), { targetPosition: { x: 60, y: 6 } });
  await page.waitForFunction(
    (title) => document.querySelector('[data-column="backlog"] h3')?.textContent === title,
    third!,
  );
  await card(page, first!).dragTo(page.locator('[data-column="review"]'));
  expect(await titlesIn(page, "review", 1)).toEqual([first!]);
  const { body } = await stage.server.client.get<{ tasks: Task[] }>("/tasks?column=review");
  expect(body.tasks.map((task) => task.title)).toEqual([first!]);
  expect(complaints).toEqual([]);
  await close();
});

test("dropping into Running starts; what the server refuses slides back and says why", async () => {
  await clear();
  await add("say: I was started by hand");
  await add("Cannot work", { agent: "codex" });
  const { page, close } = await board();
  await titlesIn(page, "backlog", 2);
  await card(page, "started by hand").dragTo(page.locator('[data-column="running"]'));
  await page
    .locator('[data-column="review"] article.card', { hasText: "started by hand" })
    .waitFor();
  await stage.server.client.call("PATCH", "/harnesses/codex", { bin: "/nowhere/codex" });
  await card(page, "Cannot work").focus();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Running: start" }).click();
  await page.getByText("Could not start").first().waitFor();
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Cannot work"]);
  await close();
});

test("deleting can be undone, archiving too", async () => {
  await clear();
  await add("Keep me");
  const { page, complaints, close } = await board();
  await titlesIn(page, "backlog", 1);
  await card(page, "Keep me").focus();
  await page.keyboard.press("Delete");
  await page.getByText("Deleted “Keep me”").waitFor();
  await page.getByText("Nothing on the board yet").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Keep me"]);
  await card(page, "Keep me").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await page.getByText("Archived “Keep me”").waitFor();
  await page.getByRole("button", { name: "Undo" }).last().click();
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Keep me"]);
  expect(complaints).toEqual([]);
  await close();
});

test("the filter stands in the address, and a link opens what it names", async () => {
  await clear();
  const leak = await add("Fix the pool leak");
  await add("Write the guide");
  const { page, complaints, close } = await board();
  await titlesIn(page, "backlog", 2);
  await page.keyboard.press("/");
  await page.keyboard.type("leak");
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Fix the pool leak"]);
  expect(new URL(page.url()).searchParams.get("q")).toBe("leak");
  await page.goto(`${stage.server.client.base}/?task=${leak.id}&q=guide`);
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Write the guide"]);
  await page.getByRole("heading", { name: "Fix the pool leak" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a task that cannot be marked as read is tried once per showing, not over and over", async () => {
  await clear();
  const { page, close } = await board();
  let tries = 0;
  await page.route(
    (url) => /^\/tasks\/[^/]+$/.test(url.pathname),
    async (route) => {
      const request = route.request();
      if (request.method() !== "PATCH") return route.fallback();
      tries += 1;
      const fault = { code: "disk_full", error: "The disk is full.", hint: null, details: null };
      await route.fulfill({ status: 507, json: fault });
    },
  );
  await add("say: Read me", { start: true });
  const dot = page.locator('[data-column="review"] article.card .unread');
  await dot.waitFor();
  for (const showing of [1, 2]) {
    const answered = page.waitForResponse((it) => it.request().method() === "PATCH");
    await card(page, "Read me").click();
    await answered;
    await dot.waitFor();
    // A way to the server and back, in which the next try would have been sent.
    await page.evaluate(async () => await (await fetch("/health")).text());
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(null))));
    expect(tries).toBe(showing);
    await page.getByRole("button", { name: "Close" }).first().click();
    await page.locator(".panel-slot").waitFor({ state: "detached" });
  }
  await page.unrouteAll();
  await card(page, "Read me").click();
  await dot.waitFor({ state: "detached" });
  await close();
});

test("a title that is written from right to left stands so on the card and in the panel", async () => {
  await clear();
  const title = "תקן את הבדיקה (API) 2!";
  await add("say: x", { title });
  const { page, close } = await board();
  await card(page, title).click();
  const heading = page.locator(".panel h2", { hasText: title });
  await heading.waitFor();
  const direction = (element: Element) => getComputedStyle(element).direction;
  expect(await heading.evaluate(direction)).toBe("rtl");
  expect(await card(page, title).locator("h3 bdi").evaluate(direction)).toBe("rtl");
  await close();
});

test("the board stays readable while the server is away, and catches up by itself", async () => {
  const port = String(20_000 + Math.floor(Math.random() * 20_000));
  let own = await TestServer.start({ env: { AGETOR_API_PORT: port } });
  const create = (prompt: string) =>
    own.client.post("/tasks", { prompt, workdir: stage.repo, agent: "fake" });
  await create("Before the fall");
  const { page, close } = await newPage(stage.browser);
  await page.goto(await link(own));
  await titlesIn(page, "backlog", 1);
  // It may be asked for by what fails at once, or by the deletion below.
  const asked = page.waitForEvent("requestfailed", (it) => it.url().includes("toast-layer"));
  await own.kill();
  await page.getByText("Server not reachable").waitFor();
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Before the fall"]);
  // The code that says what failed was never fetched: it is waited for, and the board stands.
  await card(page, "Before the fall").press("Delete");
  await asked;
  expect(await titlesIn(page, "backlog", 1)).toEqual(["Before the fall"]);
  own = await own.restart({ env: { AGETOR_API_PORT: port } });
  await create("After the fall");
  await page.getByText("After the fall").waitFor();
  await page.getByText("Could not delete").first().waitFor();
  await page.getByText("Server not reachable").waitFor({ state: "detached" });
  await close();
  await own.dispose();
});

test("a task that has not started is edited by keyboard, and one that has is renamed", async () => {
  await clear();
  const { id } = await add("Say somthing kind\n\nsay: done");
  const { page, complaints, close } = await board();
  const shown = page.locator(`[data-card="${id}"]`);
  await shown.focus();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Edit task" });
  const prompt = dialog.getByRole("textbox", { name: "Prompt" });
  await prompt.fill("Say something kind\n\nsay: done");
  // A title that came from the prompt follows it.
  expect(await dialog.getByRole("textbox", { name: "Title" }).inputValue()).toBe(
    "Say something kind",
  );
  // What was typed outlives a slip.
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await shown.focus();
  await page.keyboard.press("e");
  expect(await prompt.inputValue()).toBe("Say something kind\n\nsay: done");
  await expectAccessible(page);
  await prompt.press("Control+Enter");
  await shown.getByRole("heading", { name: "Say something kind" }).waitFor();
  const { body } = await stage.server.client.get<{ task: Task }>(`/tasks/${id}`);
  expect(body.task.prompt).toBe("Say something kind\n\nsay: done");
  const started = await stage.server.client.post<{ run: { id: string } }>(`/tasks/${id}/start`);
  await stage.server.client.ended(id, started.body.run.id);
  await shown.focus();
  await page.keyboard.press("e");
  const rename = page.getByRole("dialog", { name: "Rename task" });
  expect(await rename.getByRole("textbox").count()).toBe(1);
  await rename.getByRole("textbox", { name: "Title" }).fill("Kind words");
  await page.keyboard.press("Enter");
  await shown.getByRole("heading", { name: "Kind words" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});
