import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ulid } from "ulid";
import type { SessionRef } from "../../src/agents/driver.ts";
import { createFakeDriver } from "../../src/agents/fake/driver.ts";
import type { Event, TranscriptData } from "../../src/contract/event.ts";
import type { Result } from "../../src/contract/result.ts";
import type { Task } from "../../src/contract/task.ts";
import { StoreBusy, StoreFull, StoreRefused } from "../../src/store/types.ts";
import { done, TestEngine, value } from "../support/engine.ts";
import { FailingStore } from "../support/failing-store.ts";
import { own } from "../support/programs.ts";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";

const meta = { commandId: null, digest: "" };

let disk: FailingStore;
let engine: TestEngine;
let go: string;

beforeEach(async () => {
  disk = new FailingStore();
  go = join(scratch("flag"), "go");
  engine = await TestEngine.start([createFakeDriver(own.fakeAgent)], undefined, disk.port);
});

afterEach(async () => {
  disk.trouble = null;
  disk.firstRefused = null;
  await engine.close();
});

/** Says "one", waits for a file, then says, runs and says something more. */
const script = (): string => `say: one\nuntil: ${go}\nsay: two\nrun: echo three\nsay: four`;

async function working(prompt = script()): Promise<Task> {
  const task = await engine.begin({ workdir: makeRepo(), prompt, agent: "fake" });
  await engine.until(task, (now) => now.live?.object.includes("one") === true);
  return task;
}

const now = (task: Task): Task => value(engine.engine.tasks.get(task.id)).task;
const ask = (task: Task, text: string) =>
  engine.engine.runs.input(now(task).runId ?? "", { text }, meta);

function said(task: Task): string[] {
  return engine.store
    .events({ after: 0, limit: 1000, taskIds: [task.id] })
    .flatMap(({ type, data }: Event) => {
      if (type === "assistant.text") return [(data as TranscriptData["assistant.text"]).text];
      return type === "tool.call" || type === "tool.result" ? [type] : [];
    });
}

/** What the cards said while it went on: the live lines of every frame. */
function lines(): string[] {
  const seen: string[] = [];
  const sink = {
    event: () => true,
    draft: (frame: object) => {
      if ("live" in frame) seen.push(JSON.stringify(frame.live));
      return true;
    },
    reset: () => true,
  };
  const scope = { kind: "global", taskIds: [] } as const;
  value(engine.engine.streams.open({ scope, after: null, tail: null }, sink));
  return seen;
}

function refusal(result: Result<unknown>): string {
  return result.ok ? "accepted" : result.fault.code;
}

describe("while the store takes nothing", () => {
  test.each([
    ["the disk is full. Free some space", new StoreFull("full"), "disk_full"],
    ["another program holds it. Close that", new StoreBusy("busy"), "internal"],
    ["the database cannot be written. Check the disk", new StoreRefused("broken"), "internal"],
  ] as const)(
    "an agent's words wait, are lost and doubled nowhere: %s",
    async (words, trouble, code) => {
      const task = await working();
      expect(done(await ask(task, "say: after"))).toHaveProperty("queued");
      const seen = lines();
      disk.trouble = trouble;
      writeFileSync(go, "");
      await disk.refuses(3);
      expect(said(task)).toEqual(["one"]);
      expect(now(task)).toMatchObject({ column: "running", live: { verb: "Waiting" } });
      expect(now(task).live?.object).toContain(words);
      expect(value(engine.engine.tasks.list({})).tasks[0]?.live?.verb).toBe("Waiting");
      expect(seen.filter((line) => line.includes(words)).length).toBeGreaterThan(1);
      expect(refusal(await ask(task, "say: refused"))).toBe(code);
      disk.trouble = null;
      await engine.until(task, (one) => one.queuedMessages === 0 && one.column === "review");
      expect(said(task)).toEqual(["one", "two", "tool.call", "tool.result", "four", "after"]);
      expect(now(task)).toMatchObject({ runStatus: "succeeded", live: null });
    },
  );

  test("an agent that ends is seen to have ended, with what it said and why", async () => {
    const task = await working();
    disk.trouble = new StoreFull();
    const ref = engine.store.latestSession(task.id)?.ref as SessionRef | null;
    process.kill(-(ref?.process?.pid ?? 0), "SIGKILL");
    await disk.refuses(2);
    const over = engine.ended(task);
    disk.trouble = null;
    expect((await over).failure).toMatchObject({
      code: "agent_exited",
      message: "The agent ended by SIGKILL before it was done.",
    });
    // The next message resumes it.
    expect(done(await ask(task, "say: again"))).toHaveProperty("run");
    await engine.ended(task);
    expect(said(task)).toEqual(["one", "again"]);
  });

  test("a stop that was taken before is carried out", async () => {
    const task = await working();
    done(await engine.engine.runs.cancel(task.runId ?? now(task).runId ?? "", meta));
    disk.trouble = new StoreFull();
    await disk.refuses(2);
    const over = engine.ended(task);
    disk.trouble = null;
    expect((await over).runStatus).toBe("cancelled");
  });

  test("the end of an edit that nobody speaks up for lets the message go afterwards", async () => {
    const task = await working(`say: one\nuntil: ${go}`);
    const queued = done(await ask(task, "say: held"));
    if (!("queued" in queued)) throw new Error("the message was not queued");
    const { queue } = engine.engine;
    const hold = { editor: ulid(), forMs: 60_000 };
    value(queue.hold(task.id, queued.queued.id, hold));
    const ended = engine.ended(task);
    writeFileSync(go, "");
    await ended;
    disk.trouble = new StoreFull();
    engine.advance(2);
    expect(disk.refused).toBeGreaterThan(0);
    expect(refusal(queue.hold(task.id, queued.queued.id, { ...hold, forMs: 0 }))).toBe("disk_full");
    disk.trouble = null;
    await engine.until(task, (one) => one.queuedMessages === 0 && one.column === "review");
    expect(said(task)).toEqual(["one", "held"]);
  });
});

test("every transaction of a task may be refused at first: it goes through all the same", async () => {
  const task = await working(`say: one\nuntil: ${go}\nwrite: a.txt | one`);
  disk.firstRefused = new StoreFull();
  const again = async (): Promise<void> => {
    const answered = await ask(task, "say: two");
    if (!answered.ok) {
      expect(answered.fault.code).toBe("disk_full");
      await again();
    }
  };
  await again();
  writeFileSync(go, "");
  await engine.until(task, (one) => one.queuedMessages === 0 && one.column === "review");
  expect(said(task)).toEqual(["one", "tool.call", "tool.result", "two"]);
  expect(value(engine.engine.runs.list(task.id, {})).runs.length).toBe(2);
}, 60_000);
