import { afterEach, expect, test } from "bun:test";
import type { Run } from "../../src/contract/run.ts";
import type { QueuedMessage, Task } from "../../src/contract/task.ts";
import { Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

const waiting = async (id: string) => {
  const { body } = await yard.client.get<{ messages: QueuedMessage[] }>(`/tasks/${id}/queue`);
  return body.messages.map(({ text }) => text);
};

test("messages that waited come back with a deleted task, and are sent with the next one", async () => {
  yard = await Yard.open();
  const script = `write: a.txt | one\nrun: ${yard.until("never")}`;
  const { task, run } = await yard.client.startFake(yard.repo, script);
  await yard.client.until(task.id, (now) => now.column === "running");
  const say = (runId: string, text: string) =>
    yard.client.post<{ run?: Run; queued?: QueuedMessage }>(`/runs/${runId}/input`, { text });
  for (const text of ["say: second", "say: third"]) {
    expect((await say(run.id, text)).body.queued?.text).toBe(text);
  }
  await yard.client.call("DELETE", `/tasks/${task.id}`);
  expect((await yard.client.get(`/tasks/${task.id}/queue`)).status).toBe(404);
  const path = `/tasks/${task.id}/restore`;
  const back = await yard.client.post<{ task: Task }>(path);
  expect(back.body.task).toMatchObject({ queuedMessages: 2, runId: run.id });
  expect(await waiting(task.id)).toEqual(["say: second", "say: third"]);
  // Neither coming back nor a new server, which looks at every queue, starts them.
  yard.let("never");
  await yard.crash();
  await yard.client.call("PATCH", `/tasks/${task.id}`, { title: "Looked at" });
  expect((await yard.client.runs(task.id)).map(({ id }) => id)).toEqual([run.id]);
  expect(await waiting(task.id)).toEqual(["say: second", "say: third"]);
  await say(run.id, "say: fourth");
  await yard.client.until(
    task.id,
    (now) => now.queuedMessages === 0 && now.phase?.kind === "ended",
  );
  const prompts = (await yard.client.runs(task.id)).map(({ prompt }) => prompt).reverse();
  expect(prompts.slice(1).map((text) => text.split("\n").at(-1))).toEqual([
    "say: second",
    "say: third",
    "say: fourth",
  ]);
});

test("messages that wait in the trash go for good with their task", async () => {
  yard = await Yard.open();
  const { task, run } = await yard.client.startFake(yard.repo, `run: ${yard.until("never")}`);
  await yard.client.until(task.id, (now) => now.column === "running");
  await yard.client.post(`/runs/${run.id}/input`, { text: "say: second" });
  await yard.client.call("DELETE", `/tasks/${task.id}`);
  expect((await yard.client.call("DELETE", `/trash/${task.id}`)).status).toBe(200);
  await yard.crash();
  expect((await yard.client.get<{ tasks: Task[] }>("/trash")).body.tasks).toEqual([]);
});
