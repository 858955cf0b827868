import { expect, test } from "bun:test";
import type { AgentItem } from "../agents/driver.ts";
import type { TranscriptItem } from "../contract/event.ts";
import { tempStore } from "../store/testing/harness.ts";
import { aRun, aSession, aTask, ulid } from "../store/testing/records.ts";
import type { Store } from "../store/types.ts";
import { Core, type EngineDeps } from "./core.ts";
import { Hub } from "./hub.ts";
import { ingest } from "./ingest.ts";

const ids = { task: ulid(1), run: ulid(2), session: ulid(3) };

/** A working task over a store that counts how often its card is read and stored in a transaction. */
function working(store: Store) {
  store.transact((tx) => {
    tx.putTask(aTask(ids.task, { column: "running", runId: ids.run }));
    tx.putSession(aSession(ids.session, ids.task, { state: "live" }));
    tx.putRun(aRun(ids.run, ids.task, { sessionId: ids.session }));
  });
  const count = { reads: 0, writes: 0 };
  const counting: Store = {
    ...store,
    transact: (work) =>
      store.transact((tx) =>
        work({
          ...tx,
          task(id) {
            count.reads += 1;
            return tx.task(id);
          },
          putTask(task) {
            count.writes += 1;
            tx.putTask(task);
          },
        }),
      ),
  };
  let next = 10;
  const clock = { now: () => 5000, monotonic: () => 0, after: () => () => undefined };
  // Of the engine's ports taking a batch needs these.
  const deps = { store: counting, clock, newId: () => ulid(next++) };
  const core = new Core(deps as unknown as EngineDeps, new Hub(store, () => []));
  const take = (items: readonly AgentItem[]) =>
    ingest(
      core,
      ids.session,
      { stream: "main", items, cursor: { generation: 0, offset: items.length, state: null } },
      false,
    );
  return { take, count, card: () => store.task(ids.task) };
}

let said = 0;
function item(about: TranscriptItem): AgentItem {
  said += 1;
  return { kind: "transcript", key: `k${said}`, at: null, ...about };
}

const call = (title: string) =>
  item({
    type: "tool.call",
    data: {
      agentId: null,
      toolId: title,
      name: "Read",
      kind: "read",
      title,
      input: {},
      status: "running",
    },
  });
const todos = (done: number) =>
  item({
    type: "todos.updated",
    data: {
      todos: [0, 1].map((at) => ({
        text: `step ${at}`,
        status: at < done ? ("completed" as const) : ("pending" as const),
      })),
      explanation: null,
    },
  });

test("a batch reads and stores its card as often as one event does, and the last word holds", () => {
  using store = tempStore();
  const { take, count, card } = working(store);
  take([call("a.ts")]);
  const one = { ...count };
  const taken = take([todos(1), ...Array.from({ length: 300 }, (_, n) => call(`${n}.ts`))]);
  expect({ reads: count.reads - one.reads, writes: count.writes - one.writes }).toEqual(one);
  expect(taken).toMatchObject({ transcriptEvents: 301, statsChanged: true });
  expect(card()).toMatchObject({
    live: { verb: "Reading", object: "299.ts", at: 5000 },
    stats: { todosDone: 1, todosTotal: 2 },
  });
});

test("what comes between two events of a batch finds the card as it is, and is not undone", () => {
  using store = tempStore();
  const { take, card } = working(store);
  const request = {
    kind: "question",
    question: "Which?",
    choices: null,
    multi: false,
    allowText: true,
  } as const;
  take([
    todos(1),
    call("before.ts"),
    { kind: "asked", key: "asked", ref: "q", request },
    todos(2),
    { kind: "needs-terminal", key: "terminal", why: "It waits" },
    call("after.ts"),
  ]);
  expect(card()).toMatchObject({
    column: "blocked",
    stats: { todosDone: 2, todosTotal: 2 },
    live: { object: "after.ts" },
  });
  take([
    call("last.ts"),
    { kind: "terminal-answered", key: "answered" },
    { kind: "no-longer-asked", key: "gone", ref: "q", why: "Taken back" },
    { kind: "turn-ended", key: "end", outcome: { kind: "succeeded" }, durationMs: null },
  ]);
  expect(card()).toMatchObject({ column: "review", stats: { todosDone: 2, todosTotal: 2 } });
});

test("a batch without a word for the card leaves it alone", () => {
  using store = tempStore();
  const { take, count, card } = working(store);
  const before = card();
  take([{ kind: "background", key: "b", tasks: [] }]);
  take([
    item({
      type: "tool.result",
      data: {
        agentId: null,
        toolId: "a.ts",
        status: "succeeded",
        output: "",
        truncated: false,
        blobId: null,
        diff: null,
        exitCode: 0,
        durationMs: 1,
      },
    }),
  ]);
  expect(count.writes).toBe(0);
  expect(card()).toEqual(before);
});
