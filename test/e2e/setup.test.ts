import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { ProjectSetupAnswer } from "../../src/contract/project.ts";
import { scratch } from "../support/scratch.ts";
import { fileExists } from "../support/server.ts";
import { Yard } from "../support/yard.ts";
import { expectAccessible } from "./support/axe.ts";
import { card, launch, link, newPage } from "./support/browser.ts";
import { showTask } from "./support/panel.ts";

let yard: Yard;
let browser: Browser;

beforeAll(async () => {
  [yard, browser] = await Promise.all([
    Yard.open({ ".worktreeinclude": ".env\n", "README.md": "# x\n" }),
    launch(),
  ]);
  await yard.welcome();
  await yard.client.post("/projects", { path: yard.repo, name: "shop" });
});

afterAll(async () => {
  await browser.close();
  await yard.dispose();
});

async function board(colorScheme: "light" | "dark" = "light") {
  const opened = await newPage(browser, { colorScheme });
  await opened.page.goto(await link(yard.server));
  await opened.page.locator(".board, .board-empty").waitFor();
  return opened;
}

async function stored(): Promise<ProjectSetupAnswer["setup"]> {
  const path = new URLSearchParams({ path: yard.repo });
  return (await yard.client.get<ProjectSetupAnswer>(`/projects/setup?${path}`)).body.setup;
}

const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });

/** By the menu of the project, as a pointer does it. */
async function openDialog(page: Page): Promise<void> {
  await page.locator(".nav-row", { hasText: "shop" }).hover();
  await page.getByRole("button", { name: "More: shop" }).click();
  await page.getByRole("menuitem", { name: "Set-up" }).click();
  await field(page, "Set-up").waitFor();
}

test("the set-up of a project is written, refused where it is wrong, and stays", async () => {
  const { page, complaints, close } = await board();
  await openDialog(page);
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.getByText(".worktreeinclude adds").waitFor();
  await page.keyboard.type("npm ci");
  await field(page, "Copied files").fill("config/*.json\n\n# a remark\n*.pem");
  await field(page, "Teardown").fill("docker compose down");
  await field(page, "Ports").fill("many");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("A whole number from 0 to 100.").waitFor();
  expect((await stored()).setup).toBe("");
  // What is typed outlives Escape.
  await page.keyboard.press("Escape");
  await field(page, "Set-up").waitFor({ state: "detached" });
  await openDialog(page);
  expect(await field(page, "Set-up").inputValue()).toBe("npm ci");
  await field(page, "Ports").fill("7");
  await field(page, "Ports").press("Control+Enter");
  await page.getByText("Saved the set-up of").waitFor();
  expect(await stored()).toEqual({
    setup: "npm ci",
    teardown: "docker compose down",
    copy: ["config/*.json", "*.pem"],
    ports: 7,
  });
  // Cancel takes back what was not saved.
  await openDialog(page);
  await field(page, "Set-up").fill("rm -rf node_modules");
  await page.getByRole("button", { name: "Cancel" }).click();
  await openDialog(page);
  expect(await field(page, "Set-up").inputValue()).toBe("npm ci");
  expect(complaints).toEqual([]);
  await close();
});

test("a new task shows what will run, and leads to the set-up and back", async () => {
  await yard.client.setUp(yard.repo, { setup: "npm ci\nnpm run build", copy: ["*.pem"], ports: 4 });
  const { page, complaints, close } = await board();
  await page.keyboard.press("c");
  const what = page.getByRole("region", { name: "What will run" });
  await what.getByText("npm run build").waitFor();
  const rows = await what.locator("dl > div").allTextContents();
  expect(rows.map((row) => row.trim())).toEqual([
    "frommain in a worktree and branch of its own",
    "copy.env, *.pem as far as git ignores them",
    "with 4 ports for itself",
    "thennpm cinpm run build",
    "runClaude Code",
  ]);
  await what.getByRole("button", { name: "Set-up" }).click();
  await field(page, "Set-up").fill("make");
  await page.getByRole("button", { name: "Save" }).click();
  await what.getByText("make").waitFor();
  await page.getByText("None", { exact: true }).click();
  await what.getByText("as it is").waitFor();
  expect(await what.getByText("make").count()).toBe(0);
  await page.keyboard.press("Escape");
  expect(complaints).toEqual([]);
  await close();
});

test("a card counts while its set-up runs, and the panel shows what it says", async () => {
  const setup = `echo installing\necho $$ > ${yard.at("began")}\n${yard.until("go")}\necho installed`;
  await yard.client.setUp(yard.repo, { setup });
  const { page, complaints, close } = await board();
  const title = "Set me up";
  const { task, run } = await yard.client.startFake(yard.repo, "say: hello", { title });
  await fileExists(yard.at("began"));
  await card(page, title).getByText("Setting up").waitFor();
  await card(page, title)
    .locator(".live-end time", { hasText: /^\d:\d\d$/ })
    .waitFor();
  await showTask(page, task.id);
  const row = page.locator(".row .tool", { hasText: "echo installing" });
  await row.click();
  await page.locator(".inset pre", { hasText: /^installing\s*$/ }).waitFor();
  yard.let("go");
  await yard.client.ended(task.id, run.id);
  await page.locator(".inset pre", { hasText: /installing\s+installed/ }).waitFor();
  await page.locator(".row .said", { hasText: "hello" }).waitFor();
  // Its ports are at hand.
  await page.getByRole("button", { name: "Open and copy" }).click();
  await page.getByRole("menuitem", { name: /^Copy localhost:\d+$/ }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a failed set-up shows its last lines and the ways on", async () => {
  const { page, complaints, close } = await board();
  const setup = `${yard.tick("tries")}\necho lockfile is out of date\nexit 3`;
  await yard.client.setUp(yard.repo, { setup });
  const title = "Fail at set-up";
  const { task, run } = await yard.client.startFake(yard.repo, "say: hello", { title });
  await yard.client.ended(task.id, run.id);
  const failed = card(page, title);
  await failed.getByText("Set-up ended with status 3").waitFor();
  await failed.getByText("lockfile is out of date").waitFor();
  await failed.getByRole("button", { name: "Start again" }).click();
  await yard.client.until(task.id, (now) => now.runId !== run.id && now.phase?.kind === "ended");
  expect(yard.count("tries")).toBe(2);
  await failed.getByRole("button", { name: "Change the set-up" }).click();
  await field(page, "Set-up").waitFor();
  expect(await field(page, "Set-up").inputValue()).toBe(setup);
  await page.keyboard.press("Escape");
  await showTask(page, task.id);
  const end = page.locator(".row .end").last();
  await end.getByRole("button", { name: "Skip set-up" }).click();
  await page.locator(".row .said", { hasText: "hello" }).waitFor();
  expect(yard.count("tries")).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});

test("a folder that is no repository says that it has nothing to set up", async () => {
  const folder = scratch("plain");
  await yard.client.post("/projects", { path: folder, name: "notes" });
  const { page, complaints, close } = await board();
  await page.locator(".nav-row", { hasText: "notes" }).locator(".nav").click();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByRole("alert").getByText("not in a git repository").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click();
  expect(complaints).toEqual([]);
  await close();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the set-up of a project, ${colorScheme}`, async () => {
    const { page, close } = await board(colorScheme);
    await openDialog(page);
    await field(page, "Ports").fill("-1");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("A whole number from 0 to 100.").waitFor();
    await expectAccessible(page);
    await close();
  });
}
