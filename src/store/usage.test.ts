import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { migrations } from "./migrations/index.ts";
import { opened, tempDir, tempStore } from "./testing/harness.ts";
import { aRun, aTask, ulid } from "./testing/records.ts";

const usage = {
  inputTokens: 10,
  outputTokens: 20,
  cacheReadTokens: 3,
  cacheWriteTokens: 4,
  costUsd: 0.25,
};

test("what a run used is kept as it grows, and outlives the task", () => {
  using store = tempStore();
  const run = aRun(ulid(2), ulid(1), { startedAt: 50, usage });
  const later = { ...usage, outputTokens: 21, costUsd: null };
  store.transact((tx) => {
    tx.putTask(aTask(ulid(1), { title: "Title" }));
    tx.putRun(aRun(ulid(3), ulid(1)));
    tx.putRun(run);
    tx.putRun({ ...run, usage: later });
  });
  const row = { taskId: ulid(1), title: "Title", harnessId: "fake", at: 50, usage: later };
  expect(store.usage(50, 51)).toEqual([row]);
  expect([store.usage(0, 50), store.usage(51, 99)]).toEqual([[], []]);
  store.transact((tx) => tx.purgeTask(ulid(1)));
  expect(store.usage(0, 99)).toEqual([{ ...row, title: null }]);
});

test("runs from before it was kept are taken in", () => {
  using dir = tempDir();
  opened(dir.path, { migrations: migrations.slice(0, 2) }).close();
  const db = new Database(join(dir.path, "agetor.sqlite"));
  db.run("PRAGMA foreign_keys = OFF");
  const insert = db.query(
    `INSERT INTO run (id, task_id, agent, preview, message_id, phase, phase_kind, usage, background,
       created_at, started_at) VALUES (?, 't', 'codex', '', ?, '{}', 'ended', ?, '[]', 7, ?)`,
  );
  insert.run("r1", "m1", JSON.stringify(usage), 9);
  insert.run("r2", "m2", JSON.stringify({ ...usage, costUsd: null }), null);
  insert.run("r3", "m3", null, 9);
  // What the runs belong to; the check after a migration looks for it.
  db.run(`INSERT INTO task (id, title, preview, column_name, position, agent, agent_kind, workdir,
    prefix, isolation, refs, unread, created_at, updated_at)
    VALUES ('t', 'T', '', 'done', 'a', 'codex', 'codex', '/', '', 'none', '[]', 0, 1, 1)`);
  db.close();
  const store = opened(dir.path);
  expect(store.usage(0, 99).map((row) => [row.at, row.title, row.usage.costUsd])).toEqual([
    [7, "T", null],
    [9, "T", 0.25],
  ]);
  store.close();
});

test("the last word of an account on its limits stands", () => {
  using store = tempStore();
  const limit = { label: "5 h", usedPercent: 40, windowMinutes: 300, resetsAt: 99 };
  store.transact((tx) => {
    tx.putLimits("codex", [limit], 1);
    tx.putLimits("claude-code", [limit], 2);
    tx.putLimits("codex", [{ ...limit, usedPercent: 41 }], 3);
  });
  expect(store.limits().map(({ harnessId, at, limits }) => [harnessId, at, limits])).toEqual([
    ["claude-code", 2, [limit]],
    ["codex", 3, [{ ...limit, usedPercent: 41 }]],
  ]);
});
