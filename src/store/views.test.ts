import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { columns } from "../contract/primitives.ts";
import { type TestStore, tempStore } from "./testing/harness.ts";
import { aQuestion, aRun, aTask, ulid } from "./testing/records.ts";
import type { TaskFilter, TaskView } from "./types.ts";

const all: TaskFilter = { archived: false, limit: 100 };
const ids = (views: readonly TaskView[]) => views.map((view) => Number(view.task.id));

describe("the board", () => {
  test("is ordered by column, rank and id", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1), { column: "done", position: "a0" }));
      tx.putTask(aTask(ulid(2), { column: "backlog", position: "a1" }));
      tx.putTask(aTask(ulid(3), { column: "backlog", position: "Zz" }));
      tx.putTask(aTask(ulid(5), { column: "review", position: "a0" }));
      tx.putTask(aTask(ulid(4), { column: "review", position: "a0" }));
      tx.putTask(aTask(ulid(6), { column: "running", position: "z" }));
      tx.putTask(aTask(ulid(7), { column: "blocked", position: "z" }));
      tx.putTask(aTask(ulid(8), { column: "ready", position: "z" }));
    });
    expect(ids(store.views(all))).toEqual([3, 2, 8, 6, 7, 4, 5, 1]);
  });

  test("is paged without a gap or a repeat, whatever the page size", () => {
    using store = tempStore();
    store.transact((tx) => {
      for (let n = 1; n <= 40; n += 1) {
        const column = columns[n % columns.length] ?? "done";
        tx.putTask(aTask(ulid(n), { column, position: `a${n % 3}` }));
      }
    });
    const whole = ids(store.views(all));
    expect(new Set(whole).size).toBe(40);
    for (const limit of [1, 3, 7, 39, 40]) {
      const seen: number[] = [];
      let filter: TaskFilter = { archived: false, limit };
      for (;;) {
        const page = store.views(filter);
        const last = page.at(-1)?.task;
        if (last === undefined) break;
        seen.push(...ids(page));
        const { column, position, id } = last;
        filter = { ...filter, after: { column, position, id } };
      }
      expect(seen).toEqual(whole);
    }
  });

  test("goes on behind a card that was removed meanwhile", () => {
    using store = tempStore();
    store.transact((tx) => {
      for (const n of [1, 2, 3]) tx.putTask(aTask(ulid(n), { position: `a${n}` }));
      tx.purgeTask(ulid(2));
    });
    const after = { column: "backlog", position: "a2", id: ulid(2) } as const;
    expect(ids(store.views({ ...all, after }))).toEqual([3]);
    expect(ids(store.views({ ...all, after, column: "backlog" }))).toEqual([3]);
    expect(ids(store.views({ ...all, after, column: "done" }))).toEqual([]);
    expect(
      ids(store.views({ ...all, after: { ...after, column: "done" }, column: "backlog" })),
    ).toEqual([]);
  });

  test("takes archived cards apart and never shows the trash; the counts agree", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1)));
      tx.putTask(aTask(ulid(2), { archivedAt: 1, column: "done" }));
      tx.putTask(aTask(ulid(3), { deletedAt: 1 }));
      tx.putTask(aTask(ulid(4), { archivedAt: 1, deletedAt: 1 }));
      tx.putTask(aTask(ulid(5), { column: "review" }));
    });
    const none = { backlog: 0, ready: 0, running: 0, blocked: 0, review: 0, done: 0 };
    expect(ids(store.views(all))).toEqual([1, 5]);
    expect(ids(store.views({ ...all, archived: true }))).toEqual([2]);
    expect(store.counts(false)).toEqual({ ...none, backlog: 1, review: 1 });
    expect(store.counts(true)).toEqual({ ...none, done: 1 });
  });

  test("filters by column, agent and folder together", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1)));
      tx.putTask(aTask(ulid(2), { agent: "codex" }));
      tx.putTask(aTask(ulid(3), { agent: "codex", workdir: "/other" }));
      tx.putTask(aTask(ulid(4), { agent: "codex", column: "done" }));
    });
    expect(ids(store.views({ ...all, column: "backlog" }))).toEqual([1, 2, 3]);
    expect(ids(store.views({ ...all, agent: "codex" }))).toEqual([2, 3, 4]);
    expect(ids(store.views({ ...all, agent: "codex", workdir: "/repo" }))).toEqual([2, 4]);
    const one = { column: "done", agent: "codex", workdir: "/repo", q: "LOGIN" } as const;
    expect(ids(store.views({ ...all, ...one }))).toEqual([4]);
  });

  test("carries the run and what waits, with the texts cut", () => {
    using store = tempStore();
    const prompt = "p".repeat(5000);
    const run = aRun(ulid(11), ulid(1), { prompt });
    const task = aTask(ulid(1), { prompt, runId: run.id });
    store.transact((tx) => {
      tx.putTask(task);
      tx.putTask(aTask(ulid(2), { position: "a1", runId: "not there" }));
      tx.putRun(aRun(ulid(10), ulid(1)));
      tx.putRun(run);
      tx.putInteraction({
        interaction: aQuestion(ulid(20), ulid(1), run.id),
        sessionId: "s",
        ref: "1",
        state: "open",
        answer: null,
        resolvedAt: null,
      });
      tx.putInteraction({
        interaction: aQuestion(ulid(21), ulid(1), run.id),
        sessionId: "s",
        ref: "2",
        state: "answered",
        answer: "a",
        resolvedAt: 2,
      });
      for (const n of [30, 31]) {
        tx.putQueued({ id: ulid(n), taskId: ulid(1), text: "x", createdAt: 1, position: "a0" });
      }
    });
    const cut = prompt.slice(0, 200);
    const view = {
      task,
      run,
      pendingInteractions: 1,
      queuedMessages: 2,
      queueEdited: false,
      session: null,
    };
    expect(store.view(ulid(1))).toEqual(view);
    expect(store.view("nobody")).toBeNull();
    expect(store.views(all)).toEqual([
      { ...view, task: { ...task, prompt: cut }, run: { ...run, prompt: cut } },
      {
        task: aTask(ulid(2), { position: "a1", runId: "not there" }),
        run: null,
        pendingInteractions: 0,
        queuedMessages: 0,
        queueEdited: false,
        session: null,
      },
    ]);
  });
});

describe("the search", () => {
  let store: TestStore;
  const found = (q: string) => ids(store.views({ ...all, q }));
  beforeAll(() => {
    store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1), { title: "100% done_now", prompt: "C:\\temp\\x" }));
      tx.putTask(aTask(ulid(2), { title: "100 percent", prompt: "done now" }));
      tx.putTask(aTask(ulid(3), { title: "Übersicht", prompt: "größer ÄNDERN" }));
      tx.putTask(aTask(ulid(4), { title: "T", prompt: `${"x".repeat(5000)} Needle` }));
      tx.putTask(aTask(ulid(5), { title: "Привет", prompt: "before\u0000after" }));
    });
  });
  afterAll(() => store[Symbol.dispose]());

  test("takes wildcards and escapes literally", () => {
    expect(found("100%")).toEqual([1]);
    expect(found("done_now")).toEqual([1]);
    expect(found("%")).toEqual([1]);
    expect(found("\\temp\\")).toEqual([1]);
    expect(found("'; DROP TABLE task; --")).toEqual([]);
  });

  test("looks into title and whole prompt, whatever the case, in any script", () => {
    expect(found("NEEDLE")).toEqual([4]);
    expect(found("übersicht")).toEqual([3]);
    expect(found("ÜBER")).toEqual([3]);
    expect(found("ändern")).toEqual([3]);
    expect(found("привет")).toEqual([5]);
    expect(found("AFTER")).toEqual([5]);
    expect(found("percent")).toEqual([2]);
  });

  test("follows a changed title", () => {
    store.transact((tx) => tx.putTask(aTask(ulid(6), { title: "Änfang" })));
    expect(found("änfang")).toEqual([6]);
    store.transact((tx) => tx.putTask(aTask(ulid(6), { title: "Plain" })));
    expect(found("änfang")).toEqual([]);
    expect(found("plain")).toEqual([6]);
    store.transact((tx) => tx.purgeTask(ulid(6)));
  });

  test("takes a text longer than any pattern limit, and the empty one", () => {
    expect(found("y".repeat(200_000))).toEqual([]);
    expect(found("")).toHaveLength(5);
  });
});
