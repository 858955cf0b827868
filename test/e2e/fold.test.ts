import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Task } from "../../src/contract/task.ts";
import { scratch } from "../support/scratch.ts";
import { card } from "./support/browser.ts";
import { openPanel } from "./support/panel.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage();

const open = (page: Page, column: string) =>
  page.locator(`.board [data-column=${column}]:not(.shut)`);
const shut = (page: Page, column: string) => page.locator(`.board [data-column=${column}].shut`);

test("beside a panel Running unfolds when a card arrives, before an empty column", async () => {
  const done = await stage.server.client.startFake(stage.repo, "say: looked at");
  await stage.server.client.ended(done.task.id, done.run.id);
  const viewport = { width: 1440, height: 900 };
  const { page, complaints, close } = await openPanel(
    stage.browser,
    stage.server,
    done.task.id,
    "",
    {
      viewport,
    },
  );
  await open(page, "review").waitFor();
  await open(page, "blocked").waitFor();
  await shut(page, "running").waitFor();
  const go = join(scratch("flag"), "arrives");
  const { task, run } = await stage.server.client.startFake(
    stage.repo,
    `say: arrives\nuntil: ${go}`,
  );
  await open(page, "running").waitFor();
  await card(page, "say: arrives").waitFor();
  await open(page, "review").waitFor();
  writeFileSync(go, "");
  await stage.server.client.ended(task.id, run.id);
  await shut(page, "running").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("the open task is followed where it goes, past a column that was opened before", async () => {
  const go = join(scratch("flag"), "followed");
  const prompt = `say: followed\nuntil: ${go}`;
  const made = await stage.server.client.post<{ task: Task }>("/tasks", {
    ...{ workdir: stage.repo, prompt, agent: "fake" },
  });
  const { id } = made.body.task;
  // Wide enough for one column beside the panel.
  const viewport = { width: 1280, height: 800 };
  const { page, complaints, close } = await openPanel(stage.browser, stage.server, id, "", {
    viewport,
  });
  await open(page, "backlog").waitFor();
  await shut(page, "ready").click();
  await open(page, "ready").waitFor();
  await shut(page, "backlog").waitFor();
  await stage.server.client.post(`/tasks/${id}/start`, {});
  await open(page, "running").waitFor();
  await card(page, "say: followed").waitFor();
  // What is opened by hand after that stays open.
  await shut(page, "done").click();
  await open(page, "done").waitFor();
  await shut(page, "running").waitFor();
  writeFileSync(go, "");
  await open(page, "review").waitFor();
  expect(complaints).toEqual([]);
  await close();
});
