import { afterEach, describe, expect, test } from "bun:test";
import { ulid } from "ulid";
import type { Run } from "../../src/contract/run.ts";
import type { QueuedHold, QueuedMessage, Task } from "../../src/contract/task.ts";
import { Yard } from "../support/yard.ts";

let yard: Yard;
afterEach(() => yard.dispose());

const long = 75_000;

/** A task at work, with messages that wait for it. */
async function working(
  last: string,
  ...texts: readonly string[]
): Promise<{ task: Task; run: Run; ids: readonly string[] }> {
  yard = await Yard.open();
  const { task, run } = await yard.client.startFake(yard.repo, `run: ${yard.until("go")}${last}`);
  await yard.client.until(task.id, (now) => now.column === "running");
  for (const text of texts) await say(run.id, text);
  return { task, run, ids: (await queue(task.id)).map(({ id }) => id) };
}

const say = (runId: string, text: string) =>
  yard.client.post<{ run?: Run; queued?: QueuedMessage }>(`/runs/${runId}/input`, { text });

async function queue(taskId: string): Promise<readonly QueuedMessage[]> {
  const path = `/tasks/${taskId}/queue`;
  return (await yard.client.get<{ messages: QueuedMessage[] }>(path)).body.messages;
}

async function hold(taskId: string, messageId: string, editor: string, forMs = long) {
  const path = `/tasks/${taskId}/queue/${messageId}/hold`;
  return await yard.client.post<QueuedHold>(path, { editor, forMs });
}

/** The run is over, and whoever looks at the queue then has looked. */
async function over(taskId: string, run: Run): Promise<void> {
  yard.let("go");
  await yard.client.ended(taskId, run.id);
  await yard.client.until(taskId, (now) => now.phase?.kind === "ended");
}

const prompts = async (taskId: string): Promise<readonly string[]> =>
  (await yard.client.runs(taskId))
    .map(({ prompt }) => prompt.split("\n").at(-1) ?? "")
    .toReversed();

const empty = (taskId: string): Promise<Task> =>
  yard.client.until(taskId, (now) => now.queuedMessages === 0 && now.phase?.kind === "ended");

describe("a waiting message that is edited", () => {
  test("is not sent and holds up those behind it, until every page has let it go", async () => {
    const { task, run, ids } = await working("", "say: one", "say: two");
    const [first = ""] = ids;
    const [here, there] = [ulid(), ulid()];
    expect((await hold(task.id, first, here)).body).toEqual({ held: true });
    expect((await hold(task.id, first, there)).body).toEqual({ held: true });
    expect((await yard.client.task(task.id)).queueEdited).toBe(true);
    expect((await queue(task.id)).map(({ edited }) => edited)).toEqual([true, undefined]);
    await over(task.id, run);
    expect((await hold(task.id, first, there, 0)).body).toEqual({ held: true });
    expect(await yard.client.task(task.id)).toMatchObject({ queuedMessages: 2, runId: run.id });
    const path = `/tasks/${task.id}/queue/${first}`;
    await yard.client.call("PATCH", path, { text: "say: better" });
    expect(await yard.client.task(task.id)).toMatchObject({ queuedMessages: 2, runId: run.id });
    expect((await hold(task.id, first, here, 0)).body).toEqual({ held: false });
    await empty(task.id);
    expect((await prompts(task.id)).slice(1)).toEqual(["say: better", "say: two"]);
    expect((await yard.client.task(task.id)).queueEdited).toBe(false);
    expect((await hold(task.id, first, here)).status).toBe(404);
  });

  test("lets those before it go, and waits when it is the next", async () => {
    const { task, run, ids } = await working("", "say: one", "say: two");
    const editor = ulid();
    await hold(task.id, ids[1] ?? "", editor);
    await over(task.id, run);
    await yard.client.until(task.id, (now) => now.queuedMessages === 1 && now.column === "review");
    expect(await prompts(task.id)).toEqual([expect.any(String), "say: one"]);
    await hold(task.id, ids[1] ?? "", editor, 0);
    await empty(task.id);
    expect((await prompts(task.id)).at(-1)).toBe("say: two");
  });

  test("is sent when the last sign of life is too old", async () => {
    const { task, run, ids } = await working("", "say: one");
    await hold(task.id, ids[0] ?? "", ulid(), 100);
    await over(task.id, run);
    await empty(task.id);
    expect((await prompts(task.id)).at(-1)).toBe("say: one");
  });

  test("is not said into the turn either, and does not stop what is behind it from that", async () => {
    const { task, run, ids } = await working("", "say: one");
    await hold(task.id, ids[0] ?? "", ulid());
    const path = `/tasks/${task.id}/queue/${ids[0]}/steer`;
    const steered = await yard.client.post<{ queued?: QueuedMessage }>(path);
    expect(steered.body.queued?.text).toBe("say: one");
    expect((await queue(task.id)).map(({ text }) => text)).toEqual(["say: one"]);
    await over(task.id, run);
  });

  test("makes room when it is taken back or moved away", async () => {
    const { task, run, ids } = await working("", "say: one", "say: two", "say: three");
    const editor = ulid();
    await hold(task.id, ids[0] ?? "", editor);
    await over(task.id, run);
    await yard.client.call("PATCH", `/tasks/${task.id}/queue/${ids[0]}`, { index: 1 });
    await yard.client.until(task.id, (now) => now.queuedMessages === 2 && now.column === "review");
    await yard.client.call("DELETE", `/tasks/${task.id}/queue/${ids[0]}`);
    await empty(task.id);
    expect((await prompts(task.id)).slice(1)).toEqual(["say: two", "say: three"]);
  });

  test("is sent after a failure when the person has gone on meanwhile", async () => {
    const { task, run, ids } = await working("\nfail: no", "say: one");
    const editor = ulid();
    await hold(task.id, ids[0] ?? "", editor);
    await over(task.id, run);
    expect((await say(run.id, "say: two")).body.queued?.text).toBe("say: two");
    expect((await yard.client.task(task.id)).queuedMessages).toBe(2);
    await hold(task.id, ids[0] ?? "", editor, 0);
    await empty(task.id);
    expect((await prompts(task.id)).slice(1)).toEqual(["say: one", "say: two"]);
  });

  test("is still held by the next server, for as long as the page says so", async () => {
    const { task, run, ids } = await working("", "say: one");
    const [first = ""] = ids;
    const editor = ulid();
    await hold(task.id, first, editor);
    await over(task.id, run);
    await yard.crash();
    await yard.client.call("PATCH", `/tasks/${task.id}`, { title: "Looked at" });
    expect(await yard.client.task(task.id)).toMatchObject({ queuedMessages: 1, queueEdited: true });
    expect((await hold(task.id, first, editor)).body).toEqual({ held: true });
    expect((await hold(task.id, first, editor, 0)).body).toEqual({ held: false });
    await empty(task.id);
    expect((await prompts(task.id)).at(-1)).toBe("say: one");
  });
});
