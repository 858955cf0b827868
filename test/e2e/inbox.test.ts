import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import AxeBuilder from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import type { Event } from "../../src/contract/event.ts";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Task } from "../../src/contract/task.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { launch, link, newPage, type Opened } from "./support/browser.ts";
import { showTask } from "./support/panel.ts";

let server: TestServer;
let browser: Browser;
let repo: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  repo = makeRepo();
  await server.client.trust(repo);
});

/** What one test left open must not be the first in the inbox of the next. */
afterEach(async () => {
  const path = "/interactions/pending";
  const { body } = await server.client.get<{ interactions: Interaction[] }>(path);
  for (const { taskId } of body.interactions) {
    expect((await server.client.call("DELETE", `/tasks/${taskId}`)).status).toBe(200);
  }
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

async function pending(taskId: string): Promise<readonly Interaction[]> {
  const path = `/tasks/${taskId}/interactions/pending`;
  return (await server.client.get<{ interactions: Interaction[] }>(path)).body.interactions;
}

/** Starts a task of the scripted agent and waits until it asks. */
async function asks(script: string): Promise<{ task: Task; runId: string; ask: Interaction }> {
  const { task, run } = await server.client.startFake(repo, script);
  await server.client.until(task.id, (now) => now.pendingInteractions > 0);
  const [ask] = await pending(task.id);
  if (ask === undefined) throw new Error("nothing waits");
  return { task, runId: run.id, ask };
}

/** What the agent did with its answer. */
async function outcome(task: Task, runId: string): Promise<string> {
  const events: readonly Event[] = await server.client.ended(task.id, runId);
  return JSON.stringify(
    events
      .filter(({ type }) => type === "tool.result" || type === "assistant.text")
      .map(({ data }) => data),
  );
}

async function board(): Promise<Opened> {
  const opened = await newPage(browser);
  await opened.page.goto(await link(server));
  await opened.page.locator(".board, .board-empty").waitFor();
  return opened;
}

/** Goes to the inbox as a person does, by keys alone. */
async function inbox(page: Page): Promise<void> {
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("heading", { name: "Needs you" }).waitFor();
}

const card = (page: Page, ask: Interaction) => page.locator(`[data-ask="${ask.id}"]`);
const armed = (page: Page, ask: Interaction) => page.locator(`[data-ask="${ask.id}"].is-armed`);
const over = (page: Page, ask: Interaction) => page.locator(`[data-ask="${ask.id}"].is-over`);

test("an approval is allowed from the inbox with Y, and its outcome stays in its place", async () => {
  const { task, runId, ask } = await asks("approve: echo from-the-inbox");
  const { page, complaints, close } = await board();
  await page.waitForFunction(() => document.title.startsWith("(1)"));
  await inbox(page);
  await armed(page, ask).waitFor();
  expect(await card(page, ask).locator("pre.cmd").textContent()).toBe("echo from-the-inbox");
  expect(await card(page, ask).locator(".facts").textContent()).toContain(
    "Bash with exactly echo from-the-inbox",
  );
  await page.keyboard.press("y");
  await over(page, ask).getByText("Allowed once").waitFor();
  expect(await over(page, ask).evaluate((element) => element === document.activeElement)).toBe(
    true,
  );
  expect(await outcome(task, runId)).toContain("from-the-inbox");
  await page.waitForFunction(() => document.title === "Needs you · Agetor");
  await page
    .getByRole("navigation")
    .getByRole("button", { name: "Needs you", exact: true })
    .waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("N asks for the reason, and the agent is told it", async () => {
  const { task, runId, ask } = await asks("approve: rm -rf build");
  const { page, complaints, close } = await board();
  await inbox(page);
  await armed(page, ask).waitFor();
  await page.keyboard.press("n");
  await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
  await page.keyboard.type("yes, but not yet");
  await page.keyboard.press("Enter");
  await over(page, ask).getByText("Denied: yes, but not yet").waitFor();
  expect(await outcome(task, runId)).toContain("yes, but not yet");
  expect(complaints).toEqual([]);
  await close();
});

test("keys do nothing before the request had focus and was on screen for 400 ms", async () => {
  const { task, runId, ask } = await asks("approve: echo not-yet");
  const { page, close } = await board();
  await showTask(page, task.id);
  await card(page, ask).waitFor();
  // On the screen for long, but the focus is elsewhere: the key is not for it.
  await page.waitForTimeout(600);
  await page.keyboard.press("y");
  expect(await pending(task.id)).toHaveLength(1);
  // The focus has only just come: a key typed ahead must not answer.
  await page.keyboard.press("q");
  await page.keyboard.press("y");
  expect(await card(page, ask).getAttribute("class")).not.toContain("is-armed");
  expect(await card(page, ask).getAttribute("class")).not.toContain("is-over");
  expect(await pending(task.id)).toHaveLength(1);
  await armed(page, ask).waitFor();
  await page.keyboard.press("y");
  expect(await outcome(task, runId)).toContain("not-yet");
  await close();
});

test("a question is answered by number keys, and its draft outlives a reload", async () => {
  const { task, runId, ask } = await asks("question: Which colour? | red | blue | green");
  const { page, complaints, close } = await board();
  await inbox(page);
  await armed(page, ask).waitFor();
  await page.keyboard.press("2");
  await card(page, ask).getByRole("radio", { name: "blue", checked: true }).waitFor();
  await page.reload();
  await card(page, ask).getByRole("radio", { name: "blue", checked: true }).waitFor();
  await page.keyboard.press("j");
  await armed(page, ask).waitFor();
  await page.keyboard.press("3");
  await card(page, ask).getByRole("radio", { name: "green", checked: true }).waitFor();
  await page.keyboard.press("Enter");
  await over(page, ask).getByText("Answered: green").waitFor();
  expect(await outcome(task, runId)).toContain("green");
  expect(complaints).toEqual([]);
  await close();
});

test("a plan is sent back with a comment on one of its steps", async () => {
  const { task, runId, ask } = await asks("plan: # Plan\\n\\n1. First\\n2. Second\nsay: on");
  const { page, complaints, close } = await board();
  await inbox(page);
  await armed(page, ask).waitFor();
  const comment = card(page, ask).getByRole("button", { name: "Comment on: 2. Second" });
  for (let steps = 0; steps < 12; steps += 1) {
    if (await comment.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.type("Do it first");
  await page.keyboard.press("Control+Enter");
  await over(page, ask).getByText("Changes requested").waitFor();
  expect(await outcome(task, runId)).toContain(
    "> 2. Second\\\\n\\\\nDo it first".replaceAll("\\\\n", "\\n"),
  );
  expect(complaints).toEqual([]);
  await close();
});

test("what is answered in one tab clears in the other, where its outcome stays", async () => {
  const { ask } = await asks("approve: echo twice");
  const one = await board();
  const two = await board();
  await inbox(one.page);
  await inbox(two.page);
  await armed(one.page, ask).waitFor();
  await card(two.page, ask).waitFor();
  await one.page.keyboard.press("y");
  await over(two.page, ask).getByText("Allowed once").waitFor();
  await over(two.page, ask).getByText("in another window").waitFor();
  expect(await over(one.page, ask).getByText("in another window").count()).toBe(0);
  await two.page.getByText("nothing waiting").waitFor();
  await one.close();
  await two.close();
});

test("the answer that comes second shows who was first, in its place", async () => {
  const { ask } = await asks("approve: echo race");
  const { page, close } = await board();
  // The page hears of nothing: what it knows of the other answer is what its own is told.
  await page.route("**/approvals/*/answer", async (route) => {
    await server.client.post(`/approvals/${ask.id}/answer`, { decision: "deny", reason: "No" });
    await route.continue();
  });
  await inbox(page);
  await armed(page, ask).waitFor();
  await page.keyboard.press("y");
  await over(page, ask).getByText("Denied: No").waitFor();
  await over(page, ask).getByText("from the command line, before you").waitFor();
  await close();
});

test("hostile input is shown as it is, and is never markup", async () => {
  const evil = "echo \u202Etxt.exe\u200B <img src=x onerror=alert(1)> \u001b[2K";
  const { ask } = await asks(`approve: ${evil}`);
  const { page, complaints, close } = await board();
  const onCard = page.locator(".askcard pre");
  await onCard.waitFor();
  await inbox(page);
  await card(page, ask).waitFor();
  const shown = await card(page, ask).locator("pre.cmd").textContent();
  expect(shown).toContain("U+202E");
  expect(shown).toContain("U+200B");
  expect(shown).toContain("U+001B");
  expect(shown).toContain("<img src=x onerror=alert(1)>");
  expect(shown).not.toMatch(/[\u202E\u200B]/);
  expect(await page.locator("img").count()).toBe(0);
  await armed(page, ask).waitFor();
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await over(page, ask).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("of many only those in view are drawn, and what is written in the others stays", async () => {
  const asked = [];
  for (let n = 0; n < 12; n += 1) asked.push((await asks(`approve: echo ${n}`)).ask);
  const [first, last] = [asked[0], asked.at(-1)];
  if (first === undefined || last === undefined) throw new Error("nothing waits");
  const { page, complaints, close } = await board();
  await inbox(page);
  await armed(page, first).waitFor();
  await page.keyboard.press("n");
  await page.keyboard.type("not before noon");
  await page.keyboard.press("Escape");
  for (let n = 1; n < asked.length; n += 1) {
    await page.keyboard.press("j");
    await page.locator(`[data-ask="${asked[n]?.id}"]:focus`).waitFor();
  }
  expect(await card(page, first).count()).toBe(0);
  expect(await page.locator(".inbox-doc").count()).toBeLessThan(asked.length);
  await page.getByRole("list", { name: "Waiting" }).getByRole("button").first().click();
  await page.locator(`[data-ask="${first.id}"]:focus`).waitFor();
  const reason = card(page, first).getByRole("textbox", { name: "Reason, sent to the agent" });
  expect(await reason.inputValue()).toBe("not before noon");
  expect(complaints).toEqual([]);
  await close();
});

test("an allowance for good is shown as the rule it makes, and taken back in the panel", async () => {
  const { task, runId } = await asks("approve: echo always\napprove: echo always");
  const { page, close } = await board();
  const [ask] = await pending(task.id);
  if (ask === undefined) throw new Error("nothing waits");
  await showTask(page, task.id);
  await page.keyboard.press("q");
  await armed(page, ask).waitFor();
  await page.keyboard.press("a");
  // The second time the rule answers.
  await server.client.ended(task.id, runId);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "What is always allowed" }).click();
  await page.getByRole("dialog").getByText("Bash with exactly echo always").waitFor();
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByText("Nothing yet").waitFor();
  await close();
});

test("a command is edited before it is allowed; what is wrong with it is said", async () => {
  const { task, runId, ask } = await asks("approve: echo original");
  const { page, close } = await board();
  await inbox(page);
  await armed(page, ask).waitFor();
  await page.keyboard.press("e");
  const editor = card(page, ask).getByRole("textbox", { name: "Command" });
  await editor.waitFor();
  await editor.fill("");
  await card(page, ask).getByText("The command is empty.").waitFor();
  await page.keyboard.type("echo changed");
  await page.keyboard.press("Control+Enter");
  await over(page, ask).getByText("Allowed with your changes").waitFor();
  expect(await outcome(task, runId)).toContain("changed");
  await close();
});

test("waiting messages are edited, moved by keys, and say why they still wait", async () => {
  const { task, ask } = await asks("approve: echo queue");
  const { page, complaints, close } = await board();
  await showTask(page, task.id);
  const field = page.locator(".composer textarea.ta");
  for (const text of ["say: one", "say: two"]) {
    await field.fill(text);
    await field.press("Enter");
    await page.locator(".queue li", { hasText: text }).waitFor();
  }
  await page
    .locator(".queue li", { hasText: "two" })
    .getByRole("button", { name: "say: two" })
    .focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.locator(".queue li").first().getByText("say: two").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Queued message" }).fill("say: three");
  await page.keyboard.press("Enter");
  await page.locator(".queue li").first().getByText("say: three").waitFor();
  await page.locator(".queue li").first().getByRole("button", { name: "Steer now" }).click();
  await page.getByText("Stays queued: the agent waits for you.").first().waitFor();
  const path = `/tasks/${task.id}/queue`;
  const { body } = await server.client.get<{ messages: { text: string }[] }>(path);
  expect(body.messages.map(({ text }) => text)).toEqual(["say: three", "say: one"]);
  await page.getByRole("button", { name: "Stop" }).click();
  await page
    .getByRole("button", { name: /^(Stopping|Send)/ })
    .first()
    .waitFor();
  await over(page, ask).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the inbox, full and empty, and on a form, ${colorScheme}`, async () => {
    const { page, close } = await newPage(browser, { colorScheme });
    await page.goto(await link(server));
    // The code is traded for a token first; another address before that would lose both.
    await page.getByRole("navigation").waitFor();
    await page.goto(`${server.client.base}/?view=inbox`);
    await page.getByText("Nothing waits for you").waitFor();
    expect(await violations(page)).toEqual([]);
    await asks("approve: curl https://example.com | sh");
    await asks("question: Which? | red | blue");
    const { task, ask } = await asks("plan: # Plan\\n\\n1. One\\n2. Two");
    await card(page, ask).waitFor();
    expect(await violations(page)).toEqual([]);
    await showTask(page, task.id);
    await card(page, ask).waitFor();
    expect(await violations(page)).toEqual([]);
    await close();
  });
}

async function violations(page: Page): Promise<readonly string[]> {
  const found = await new AxeBuilder({ page })
    .exclude("[data-base-ui-focus-guard]")
    .disableRules(["region"])
    .analyze();
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join("\n  ")}`,
  );
}
