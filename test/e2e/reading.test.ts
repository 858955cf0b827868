import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { scratch } from "../support/scratch.ts";
import { drift, firstRow, openPanel, wheel } from "./support/panel.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage({ "README.md": "# Test\n" });

const lines = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `say: ${name} ${n} ${"word ".repeat(n % 30)}`);

const pill = (page: Page) => page.getByRole("button", { name: /Jump to latest/ });
const scroller = (page: Page) => page.getByLabel("Transcript, scrolls");
const fromEnd = (page: Page) =>
  scroller(page).evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight);

/** A task whose agent has said something and waits until it may go on. */
async function waiting(before: readonly string[], after: readonly string[]) {
  const go = join(scratch("flag"), "go");
  const script = [...before, `until: ${go}`, ...after].join("\n");
  const { task, run } = await stage.server.client.startFake(stage.repo, script);
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const on = async (): Promise<void> => {
    writeFileSync(go, "");
    await stage.server.client.ended(task.id, run.id);
  };
  return { task, on };
}

async function open(task: Task, last: string) {
  const opened = await openPanel(stage.browser, stage.server, task.id);
  await opened.page.locator(".row", { hasText: last }).waitFor();
  await opened.page.waitForFunction(() => {
    const it = document.querySelector(".wrap .scroll");
    return it !== null && it.scrollHeight - it.scrollTop - it.clientHeight < 1;
  });
  return opened;
}

test("the end is left by a key, by a little, and by the far end of a scrollbar", async () => {
  const { task, on } = await waiting(lines("line", 300), lines("more", 40));
  const { page, complaints, close } = await open(task, "line 299");
  for (let round = 0; round < 4; round += 1) {
    await scroller(page).press("Home");
    await page.locator(".quote", { hasText: "say: line 0" }).waitFor();
    await pill(page).click();
    await pill(page).waitFor({ state: "hidden" });
    expect(await fromEnd(page)).toBeLessThan(1);
  }
  // What a thumb does that is dragged: the place changes, and nothing says who did that.
  for (const by of [60, 900]) {
    await scroller(page).evaluate((it, far) => {
      it.scrollTop -= far;
    }, by);
    await pill(page).waitFor();
    const at = await fromEnd(page);
    expect(Math.abs(at - by)).toBeLessThan(2);
    await pill(page).click();
    await pill(page).waitFor({ state: "hidden" });
  }
  await scroller(page).evaluate((it) => {
    it.scrollTop -= 300;
  });
  await pill(page).waitFor();
  const before = await firstRow(page);
  await on();
  await pill(page).filter({ hasText: "42 new" }).waitFor();
  expect(await drift(page, before)).toBeLessThan(1);
  expect(complaints).toEqual([]);
  await close();
});

test("a row that is opened at the end holds it, and the end is offered once it is out of sight", async () => {
  const { task, on } = await waiting([...lines("line", 40), "run: seq 60"], lines("more", 40));
  const { page, complaints, close } = await open(task, "seq 60");
  await page.locator(".row .tool", { hasText: "seq 60" }).click();
  await page.locator(".row .out").first().waitFor();
  const before = await firstRow(page);
  await on();
  await pill(page).filter({ hasText: "42 new" }).waitFor();
  expect(await drift(page, before)).toBeLessThan(1);
  await pill(page).click();
  await page.locator(".row", { hasText: "more 39" }).waitFor();
  expect(await fromEnd(page)).toBeLessThan(1);
  expect(complaints).toEqual([]);
  await close();
});

test("a run is gone to once, however far back it is, and the place is kept after that", async () => {
  const { task, run } = await stage.server.client.startFake(
    stage.repo,
    lines("first", 60).join("\n"),
  );
  await stage.server.client.ended(task.id, run.id);
  const { page, complaints, close } = await open(task, "first 59");
  await stage.server.client.post(`/runs/${run.id}/input`, {
    text: lines("second", 6500).join("\n"),
  });
  await page.locator(".row", { hasText: "second 6499" }).waitFor();
  let asked = 0;
  page.on("request", (request) => {
    if (/\/transcript\?.*before=/.test(request.url())) asked += 1;
  });
  await page.locator(".tabs button", { hasText: "Run 2 of 2" }).click();
  await page.locator('[role^="menuitem"]', { hasText: /^Run 1,/ }).click();
  await page.locator(".quote", { hasText: "say: first 0" }).waitFor();
  await page.locator(".tabs", { hasText: "Run 1 of 2" }).waitFor();
  // Every event came back, each once: some 4,500 were let go of.
  expect(asked).toBeGreaterThan(8);
  expect(asked).toBeLessThan(20);

  await wheel(page, 1500);
  const before = await firstRow(page);
  await page.getByRole("tab", { name: /Changes/ }).click();
  await page.getByRole("tab", { name: "Transcript" }).click();
  await page.locator(`[data-row="${before.key}"]`).waitFor();
  expect(await drift(page, before)).toBeLessThan(1);
  const asks = asked;
  await scroller(page).press("End");
  await page.locator(".row", { hasText: "second 6499" }).waitFor();
  expect(await fromEnd(page)).toBeLessThan(1);
  expect(asked).toBe(asks);
  expect(complaints).toEqual([]);
  await close();
});

test("a text that is selected stays where it is while the agent writes on", async () => {
  const { task, on } = await waiting(lines("line", 60), lines("more", 300));
  const { page, complaints, close } = await open(task, "line 59");
  const words = page.locator(".row .said", { hasText: "line 58 " });
  const before = await firstRow(page);
  await words.click({ clickCount: 3 });
  const selected = await page.evaluate(() => String(getSelection()));
  expect(selected).toContain("line 58 word");
  await on();
  await pill(page).filter({ hasText: "302 new" }).waitFor();
  expect(await drift(page, before)).toBeLessThan(1);
  expect(await page.evaluate(() => String(getSelection()))).toBe(selected);
  // What came is still counted after a look at something else.
  await page.getByRole("tab", { name: /Changes/ }).click();
  await page.getByRole("tab", { name: "Transcript" }).click();
  await pill(page).filter({ hasText: "302 new" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("more or less of the transcript is shown at the place where it is read, with the focus kept", async () => {
  const work = (n: number) => [
    `think: thought ${n}`,
    `run: echo ${n}`,
    `say: line ${n} ${"word ".repeat(n % 30)}`,
  ];
  const steps = Array.from({ length: 120 }, (_, n) => work(n)).flat();
  const { task, on } = await waiting(steps, [...lines("more", 40), "run: echo last"]);
  const { page, complaints, close } = await open(task, "line 119");
  await wheel(page, -4000);
  // A line of work at the edge, which a summary puts into one sentence with others.
  const edge = page.locator(".row .tool", { hasText: "Thought" }).first();
  await edge.evaluate((row) => row.scrollIntoView());
  await scroller(page).focus();
  const seen = async () => {
    const said = await page.locator(".row .said").allTextContents();
    return said.map((text) => Number(/line (\d+)/.exec(text)?.[1]));
  };
  const before = await seen();
  for (const detail of ["verbose", "summary", "normal"]) {
    await page.keyboard.press("v");
    await page.locator(".seg label.on", { hasText: new RegExp(detail, "i") }).waitFor();
    const now = await seen();
    expect([detail, now.some((n) => before.includes(n))]).toEqual([detail, true]);
    expect(await scroller(page).evaluate((it) => it === document.activeElement)).toBe(true);
  }
  await on();
  await pill(page).filter({ hasText: "44 new" }).waitFor();

  // The focus stays in the list, too, when its row leaves it.
  await pill(page).click();
  await page.locator(".row", { hasText: "more 39" }).waitFor();
  await page.locator(".row .tool", { hasText: "echo last" }).focus();
  await scroller(page).evaluate((it) => {
    it.scrollTop = 0;
  });
  await page.locator(".row .tool", { hasText: "echo last" }).waitFor({ state: "detached" });
  expect(await scroller(page).evaluate((it) => it === document.activeElement)).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});
