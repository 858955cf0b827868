import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Harness } from "../../src/contract/harness.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { fileExists } from "../support/server.ts";
import { Yard } from "../support/yard.ts";

/** An account that is switched off while a task of it is on its way. */
let yard: Yard;
beforeAll(async () => {
  yard = await Yard.open();
  const body = { id: "side", kind: "fake", label: "Side account" };
  expect((await yard.client.post<{ harness: Harness }>("/harnesses", body)).status).toBe(201);
});
afterAll(() => yard.dispose());

const enable = (enabled: boolean) => yard.client.call("PATCH", "/harnesses/side", { enabled });

test("the failed start says what happened and what to do, and doing it goes on", async () => {
  const { client } = yard;
  await client.setUp(yard.repo, {
    setup: `${yard.tick("count")}\ntouch ${yard.at("begun")}\n${yard.until("go")}`,
  });
  const made = await client.post<{ task: Task; run: Run }>("/tasks", {
    ...{ prompt: "say: here I am", workdir: yard.repo, agent: "side", start: true },
  });
  expect(made.status).toBe(201);
  const { task, run } = made.body;
  await fileExists(yard.at("begun"));
  expect((await enable(false)).status).toBe(200);
  yard.let("go");
  await client.ended(task.id, run.id);
  const failed = await client.task(task.id);
  expect([failed.column, failed.runStatus]).toEqual(["ready", "failed"]);
  expect(failed.failure).toEqual({
    code: "agent_unavailable",
    message: "Side account was switched off before it could begin.",
    hint: "Switch it on in Settings, Accounts, then press Retry: the task goes on where it stopped.",
  });
  expect(failed.worktreePath).not.toBeNull();

  // While it is off nothing starts, and nothing is stored.
  const refused = await client.post<{ code: string; hint: string }>(`/tasks/${task.id}/start`);
  expect([refused.status, refused.body.code]).toEqual([422, "agent_unavailable"]);
  expect(refused.body.hint).toStartWith("Switch it on in Settings, Accounts.");
  expect(await client.runs(task.id)).toHaveLength(1);

  await enable(true);
  const events = await yard.start(task.id);
  expect(events.map(({ data }) => data)).toContainEqual(
    expect.objectContaining({ text: "here I am" }),
  );
  expect((await client.task(task.id)).column).toBe("review");
  expect(yard.count("count")).toBe(1);
});
