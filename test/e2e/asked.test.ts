import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import type { Event } from "../../src/contract/event.ts";
import type { Interaction } from "../../src/contract/interaction.ts";
import { expectAccessible } from "./support/axe.ts";
import { ended, openPanel } from "./support/panel.ts";
import { setStage } from "./support/stage.ts";

const stage = setStage();

/** What the task asks next, as soon as it does; `before` are the ids of what it has asked. */
async function asked(taskId: string, before: readonly string[] = []): Promise<Interaction> {
  const isNext = ({ type, data }: Event): boolean =>
    type === "interaction.opened" && !before.includes((data as Interaction).id);
  const events = await stage.server.client.events(`/tasks/${taskId}/events`, isNext);
  return events.at(-1)?.data as Interaction;
}

const line = (page: Page, text: string) => page.locator(".row .tool", { hasText: text });

for (const colorScheme of ["light", "dark"] as const) {
  test(`a command that was edited is the one the transcript names, ${colorScheme}`, async () => {
    const { task, run } = await stage.server.client.startFake(
      stage.repo,
      "approve: echo one\nsay: done",
    );
    const ask = await asked(task.id);
    const options = { colorScheme };
    const { page, complaints, close } = await openPanel(
      stage.browser,
      stage.server,
      task.id,
      "",
      options,
    );
    await line(page, "Wants to run").getByText("echo one").waitFor();
    await line(page, "Wants to run").getByText("waits for you").waitFor();
    await line(page, "Wants to run").click();
    expect(await page.getByText("No output yet").count()).toBe(0);
    expect(await line(page, "Running").count()).toBe(0);

    const card = page.locator(`.panel [data-ask="${ask.id}"]`);
    await card.getByRole("button", { name: "Edit command" }).click();
    await card.getByRole("textbox", { name: "Command" }).fill("echo TWO edited");
    await page.locator(`.panel [data-ask="${ask.id}"].is-armed`).waitFor();
    await page.keyboard.press("Control+Enter");
    await ended(page, "Finished").waitFor();
    const ran = line(page, "Ran");
    expect(await ran.locator(".obj").textContent()).toBe("echo TWO edited");
    await ran.getByText("edited by you").waitFor();
    // So does the card that stays where it was asked.
    await card.locator(".was").getByText("echo TWO edited").waitFor();
    // The row is open still: what was asked for stands below what ran.
    await page.getByText("Asked for, before you edited it").waitFor();
    await expectAccessible(page);

    await page.reload();
    await line(page, "Ran").getByText("echo TWO edited").waitFor();
    const events: readonly Event[] = await stage.server.client.ended(task.id, run.id);
    const told = events.find(({ type }) => type === "interaction.resolved")?.data as Interaction;
    expect(told.answer).toEqual({
      kind: "approval",
      decision: "allow",
      updatedInput: { command: "echo TWO edited" },
    });
    expect(complaints).toEqual([]);
    await close();
  });
}

test("what was asked and answered stands in the transcript, also after a reload", async () => {
  const script = [
    "approve: rm -rf build",
    "question: Which <b>colour</b>? | red | green",
    "plan: # Plan\\n\\n1. First\\n2. Second",
    "say: on",
  ].join("\n");
  const { task, run } = await stage.server.client.startFake(stage.repo, script);
  const { page, complaints, close } = await openPanel(stage.browser, stage.server, task.id);
  const answers = [
    ["approvals", { decision: "deny", reason: "it is <i>needed</i>" }],
    ["questions", { selected: ["green"] }],
    ["plan-approvals", { choice: "reject", revision: "> 2. Second\n\nDo it first" }],
  ] as const;
  const before: string[] = [];
  for (const [kind, body] of answers) {
    const { id } = await asked(task.id, before);
    before.push(id);
    expect((await stage.server.client.post(`/${kind}/${id}/answer`, body)).status).toBe(200);
    const gone = await stage.server.client.get<{ interactions: Interaction[] }>(
      "/interactions/pending",
    );
    expect(gone.body.interactions.map((one) => one.id)).not.toContain(id);
  }
  await stage.server.client.ended(task.id, run.id);
  for (const reloaded of [false, true]) {
    if (reloaded) await page.reload();
    const denied = line(page, "Wanted to run");
    await denied.getByText("Denied: it is <i>needed</i>").waitFor();
    const question = line(page, "Which <b>colour</b>?");
    await question.getByText("green").waitFor();
    const plan = line(page, "Proposed a plan");
    await plan.getByText("Changes requested").waitFor();
    await page.locator(".told-back", { hasText: "Do it first" }).waitFor();
  }
  await line(page, "Which <b>colour</b>?").click();
  await page.locator(".row dd", { hasText: "green" }).waitFor();
  await line(page, "Proposed a plan").click();
  await page.locator(".row .plan-text", { hasText: "First" }).waitFor();
  await expectAccessible(page);
  expect(complaints).toEqual([]);
  await close();
});
