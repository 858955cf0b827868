import { Database, type SQLQueryBindings } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { initialise } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { storePaths } from "./paths.ts";
import { createStore } from "./store.ts";
import { anEvent, ulid } from "./testing/records.ts";
import type { Store } from "./types.ts";

/** Keeps the text of every statement that was prepared through it. */
class Recorder extends Database {
  readonly texts = new Set<string>();

  override prepare<Row, Params extends SQLQueryBindings | SQLQueryBindings[]>(
    text: string,
    params?: Params,
  ) {
    this.texts.add(text);
    return super.prepare<Row, Params>(text, params);
  }
}

let db: Recorder;
beforeAll(() => {
  db = new Recorder(":memory:", { strict: true });
  initialise(db);
  for (const { sql } of migrations) db.run(sql);
});

afterAll(() => db.close());

/** What SQLite would do for every statement that `work` runs, one text per statement. */
function plans(work: () => void): string[] {
  db.texts.clear();
  work();
  return [...db.texts].filter((text) => /^(SELECT|INSERT|DELETE)/.test(text.trim())).map(explain);
}

function explain(text: string): string {
  const names = text.match(/\$\w+/g) ?? [];
  const params = Object.fromEntries(names.map((name) => [name.slice(1), "1"]));
  const statement = db.query<{ detail: string }, [typeof params]>(`EXPLAIN QUERY PLAN ${text}`);
  const plan = statement
    .all(params)
    .map((row) => row.detail)
    .join("; ");
  // An explained write would count as running, and no transaction could commit.
  statement.finalize();
  return plan;
}

/** Each test asks for its own wording, so that its statements are prepared anew. */
function freshStore(): Store {
  return createStore({
    db,
    paths: storePaths("/nowhere"),
    now: () => 0,
    close: () => undefined,
  });
}

const page = { after: 5, limit: 10 };

describe("the journal is never read from end to end", () => {
  const cases: readonly [string, (store: Store) => void, string][] = [
    ["all", (s) => s.events(page), "SEARCH event USING INTEGER PRIMARY KEY (rowid>?)"],
    [
      "a range",
      (s) => s.events({ ...page, upTo: 9 }),
      "SEARCH event USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    ],
    ["state", (s) => s.events({ ...page, only: "state" }), "SEARCH event USING INDEX event_state"],
    ["a task", (s) => s.events({ ...page, taskIds: ["a"] }), "SEARCH event USING INDEX event_task"],
    [
      "tasks",
      (s) => s.events({ ...page, taskIds: ["a", "b"] }),
      "event_task (task_id=? AND seq>?)",
    ],
    ["a run", (s) => s.events({ ...page, runId: "r" }), "event_run (run_id=? AND seq>?)"],
    [
      "a run of a task",
      (s) => s.events({ ...page, runId: "r", taskIds: ["a"] }),
      "event_run (run_id=? AND seq>?)",
    ],
    ["backwards", (s) => s.eventsBefore("a", 9, 5), "event_task (task_id=? AND seq<?)"],
    ["the tail", (s) => s.tailSeq("a", 5), "SEARCH event USING COVERING INDEX event_task"],
    ["the first seq", (s) => s.firstSeq(), "SEARCH event"],
    ["a duplicate", (s) => s.transact((tx) => tx.appendEvent(anEvent({ key: "k" }))), "event_key"],
  ];
  for (const [name, work, expected] of cases) {
    test(name, () => {
      const found = plans(() => work(freshStore()));
      expect(found.length).toBeGreaterThan(0);
      expect(found.join("; ")).toContain(expected);
      for (const plan of found) expect(plan).not.toMatch(/SCAN event|TEMP B-TREE/);
    });
  }
});

describe("the board comes from its indexes, in order", () => {
  const filter = { archived: false, limit: 10 } as const;
  const after = { column: "ready", position: "a0", id: "x" } as const;
  for (const [name, work] of [
    ["a page", (s) => s.views(filter)],
    ["a later page", (s) => s.views({ ...filter, after })],
    ["the archive", (s) => s.views({ ...filter, archived: true })],
    ["filtered", (s) => s.views({ ...filter, agent: "a", workdir: "/r", q: "x", column: "done" })],
    ["a card", (s) => s.view(ulid(1))],
    ["ranks", (s) => s.ranks("ready")],
    ["the agent's tasks", (s) => s.tasksOfHarness("a")],
    ["base commits", (s) => s.baseShas("/r")],
  ] satisfies [string, (store: Store) => unknown][]) {
    test(name, () => {
      const found = plans(() => work(freshStore()));
      expect(found.length).toBeGreaterThan(0);
      for (const plan of found) {
        expect(plan).not.toMatch(/SCAN (event|task|run|run_text|task_text|interaction)\b/);
      }
      if (name !== "base commits" && name !== "the agent's tasks") {
        expect(found.join("; ")).not.toContain("TEMP B-TREE");
      }
    });
  }

  test("the counts read the board's index and no row", () => {
    const [plan] = plans(() => freshStore().counts(false));
    expect(plan).toBe("SCAN task USING COVERING INDEX task_board");
  });
});

test("what a server looks up at boot and at every request is indexed", () => {
  const found = plans(() => {
    const s = freshStore();
    s.openRuns();
    s.openSessions();
    s.sessionByToken("h");
    s.latestSession("t");
    s.runs("t", 5, null);
    s.runs("t", 5, "r");
    s.turn("r");
    s.openEffects();
    s.interactions(null);
    s.interactions("t");
    s.queued("t");
    s.queuedRank("t");
    s.rules("t");
    s.trashed();
    s.newestRunId("t");
    s.attachments("t");
    s.browserToken("h");
    s.receipt("c");
    s.worktree("t");
    s.projectSetup("/r/.git");
    s.sessionIds("t");
    s.portRanges();
  });
  // A SCAN is allowed over a partial index only: it holds just the open ones.
  const open =
    /SCAN \w+ USING (COVERING )?INDEX (run_open|session_open|effect_open|interaction_open|task_trash|worktree_ports)/g;
  expect(found.map((plan) => plan.replaceAll(open, "")).join("; ")).not.toContain("SCAN ");
});

test("a purge looks for the rows of its task only", () => {
  const found = plans(() => freshStore().transact((tx) => tx.purgeTask(ulid(1))));
  expect(found.length).toBeGreaterThan(10);
  for (const plan of found) expect(plan).not.toContain("SCAN ");
});
