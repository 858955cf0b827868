import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ulid } from "ulid";
import { createFakeDriver } from "../../src/agents/fake/driver.ts";
import type { Task } from "../../src/contract/task.ts";
import { done, TestEngine, value } from "../support/engine.ts";
import { own } from "../support/programs.ts";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";

let engine: TestEngine;
let task: Task;
let messageId: string;

const start = (root?: string): Promise<TestEngine> =>
  TestEngine.start([createFakeDriver(own.fakeAgent)], root);
const seconds = (count: number): void => engine.advance(count / 60);
const hold = (editor: string, forMs: number): boolean =>
  value(engine.engine.queue.hold(task.id, messageId, { editor, forMs })).held;
const now = (): Task => value(engine.engine.tasks.get(task.id)).task;
const sent = (): Promise<Task> =>
  engine.until(task, (one) => one.queuedMessages === 0 && one.phase?.kind === "ended");

/** An idle task whose one waiting message is edited. */
beforeEach(async () => {
  engine = await start();
  const go = join(scratch("flag"), "go");
  const workdir = makeRepo();
  task = await engine.begin({ workdir, prompt: `until: ${go}`, agent: "fake" });
  const { queue, runs } = engine.engine;
  const meta = { commandId: null, digest: "" };
  const said = done(await runs.input(task.runId ?? "", { text: "say: one" }, meta));
  if (!("queued" in said)) throw new Error("the message was not queued");
  messageId = said.queued.id;
  expect(queue.hold(task.id, messageId, { editor: ulid(), forMs: 75_000 }).ok).toBe(true);
  const over = engine.ended(task);
  writeFileSync(go, "");
  await over;
});

afterEach(() => engine.close());

test("a hold outlives another page's silence, and ends with the silence of the last", async () => {
  const other = ulid();
  hold(other, 75_000);
  seconds(60);
  hold(other, 75_000);
  seconds(60);
  expect(now()).toMatchObject({ queuedMessages: 1, queueEdited: true });
  const over = sent();
  seconds(16);
  await over;
  expect(now().queueEdited).toBe(false);
});

test("a page that goes away has only as long as a reload takes", async () => {
  seconds(70);
  const leaving = ulid();
  hold(leaving, 75_000);
  hold(leaving, 5_000);
  const over = sent();
  seconds(6);
  await over;
});

test("the next server waits a while for the page, and no longer", async () => {
  await engine.engine.shutdown();
  engine.store.close();
  engine = await start(engine.root);
  seconds(29);
  expect(now()).toMatchObject({ queuedMessages: 1, queueEdited: true });
  const over = sent();
  seconds(2);
  await over;
});

test("the next server hears the page again, and that it is done", async () => {
  await engine.engine.shutdown();
  engine.store.close();
  engine = await start(engine.root);
  const editor = ulid();
  expect(hold(editor, 75_000)).toBe(true);
  seconds(60);
  expect(now().queueEdited).toBe(true);
  const over = sent();
  expect(hold(editor, 0)).toBe(false);
  await over;
});
