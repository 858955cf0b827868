import { expect, test } from "bun:test";
import { columns } from "../contract/primitives.ts";
import { opened, tempDir } from "./testing/harness.ts";
import { anEvent, aRun, aTask, ulid } from "./testing/records.ts";

/** Figures for people: nothing here is asserted on time, machines differ too much. */
test("10,000 tasks and 200,000 events", () => {
  using dir = tempDir();
  const figures: Record<string, string> = {};
  function timed<T>(name: string, work: () => T): T {
    const start = performance.now();
    const value = work();
    figures[name] = `${(performance.now() - start).toFixed(1)} ms`;
    return value;
  }

  let store = timed("first open", () => opened(dir.path));
  timed("10,000 tasks with a run each, one transaction", () =>
    store.transact((tx) => {
      for (let n = 0; n < 10_000; n += 1) {
        const column = columns[n % columns.length] ?? "done";
        const prompt = `Fix number ${n}. ${"Explain every step. ".repeat(50)}`;
        tx.putTask(aTask(ulid(n), { column, position: `a${n}`, prompt, runId: ulid(n) }));
        tx.putRun(aRun(ulid(n), ulid(n), { prompt }));
      }
    }),
  );
  timed("200,000 events in batches of 1,000", () => {
    for (let batch = 0; batch < 200; batch += 1) {
      store.transact((tx) => {
        for (let n = 0; n < 1000; n += 1) {
          const task = ulid((batch * 50 + (n % 50)) % 10_000);
          const key = `${batch}-${n}`;
          const type = n % 20 === 0 ? "task.upserted" : "assistant.text";
          const data = { text: "All tests pass now. ".repeat(10), agentId: null, partial: false };
          tx.appendEvent(anEvent({ type, taskId: task, runId: task, key, data }));
        }
      });
    }
  });
  timed("one event, one transaction", () => store.transact((tx) => tx.appendEvent(anEvent())));
  const whole = timed("the whole board", () => store.views({ archived: false, limit: 10_000 }));
  timed("a page of 200 cards", () => store.views({ archived: false, limit: 200 }));
  const found = timed("a search through all prompts", () =>
    store.views({ archived: false, limit: 200, q: "NUMBER 9999." }),
  );
  timed("the counts", () => store.counts(false));
  const tail = timed("the last 500 events of a task", () =>
    store.events({ after: store.tailSeq(ulid(7), 500), taskIds: [ulid(7)], limit: 500 }),
  );
  timed("200 state events behind the middle", () =>
    store.events({ after: 100_000, only: "state", limit: 200 }),
  );
  timed("a backup", () => store.backup());
  timed("close", () => store.close());
  store = timed("open after a clean end", () => opened(dir.path));
  store.close();
  Bun.spawnSync(["rm", `${dir.path}/closed.json`]);
  store = timed("open after a crash (with quick_check)", () => opened(dir.path));
  timed("purging one task", () => store.transact((tx) => tx.purgeTask(ulid(7))));
  store.close();

  expect(whole).toHaveLength(10_000);
  expect(found.map((view) => view.task.id)).toEqual([ulid(9999)]);
  expect(tail.length).toBeGreaterThan(0);
  for (const [name, figure] of Object.entries(figures))
    console.log(`${figure.padStart(12)}  ${name}`);
}, 60_000);
