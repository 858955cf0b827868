import { describe, expect, test } from "bun:test";
import { tempStore } from "./testing/harness.ts";
import { aHarness, anEffect, aQuestion, aRun, aSession, aTask, ulid } from "./testing/records.ts";
import type { InteractionRecord } from "./types.ts";

const task = ulid(1);

describe("sessions and cursors", () => {
  test("come back as they were put, and are overwritten", () => {
    using store = tempStore();
    const first = aSession(ulid(20), task, { tokenHash: "h1" });
    // Made later by a clock that had jumped back.
    const second = aSession(ulid(10), task, {
      state: "live",
      ref: { socket: "agetor", name: "x", falsy: 0 },
      agentSessionId: "uuid",
      tokenHash: "h2",
    });
    store.transact((tx) => {
      tx.putTask(aTask(task));
      tx.putSession(first);
      tx.putSession(second);
    });
    expect(store.session(first.id)).toEqual(first);
    expect(store.session("nobody")).toBeNull();
    expect(store.sessionByToken("h2")).toEqual(second);
    expect(store.sessionByToken("h3")).toBeNull();
    expect(store.latestSession(task)).toEqual(second);
    expect(store.latestSession("nobody")).toBeNull();
    expect(store.openSessions()).toEqual([first, second]);
    const closed = { ...first, state: "closed", closedAt: 5, tokenHash: null } as const;
    store.transact((tx) => tx.putSession(closed));
    expect(store.session(first.id)).toEqual(closed);
    expect(store.sessionByToken("h1")).toBeNull();
    expect(store.openSessions()).toEqual([second]);
    expect(store.latestSession(task)).toEqual(second);
  });

  test("a token belongs to one session", () => {
    using store = tempStore();
    expect(() =>
      store.transact((tx) => {
        tx.putTask(aTask(task));
        tx.putSession(aSession(ulid(2), task, { tokenHash: "same" }));
        tx.putSession(aSession(ulid(3), task, { tokenHash: "same" }));
      }),
    ).toThrow("UNIQUE");
  });

  test("a cursor is kept per stream, past 4 GB and with its decoder's state", () => {
    using store = tempStore();
    const cursor = { sessionId: ulid(2), stream: "out", generation: 1, offset: 0, state: null };
    const moved = { ...cursor, generation: 2, offset: 8e9, state: { open: ["a"] } };
    store.transact((tx) => {
      tx.putTask(aTask(task));
      tx.putSession(aSession(ulid(2), task));
      tx.putCursor(cursor);
      tx.putCursor({ ...cursor, stream: "err", offset: 7 });
      tx.putCursor(moved);
    });
    expect(store.cursor(ulid(2), "out")).toEqual(moved);
    expect(store.cursor(ulid(2), "err")?.offset).toBe(7);
    expect(store.cursor(ulid(2), "other")).toBeNull();
  });
});

describe("what waits", () => {
  test("messages are queued by rank and removed", () => {
    using store = tempStore();
    const message = (n: number) => ({ id: ulid(n), taskId: task, text: `m${n}`, createdAt: n });
    expect(store.queuedRank(task)).toBeNull();
    store.transact((tx) => {
      tx.putTask(aTask(task));
      tx.putTask(aTask(ulid(2)));
      tx.putQueued({ ...message(3), position: "a1" });
      tx.putQueued({ ...message(4), position: "a0" });
      tx.putQueued({ ...message(5), taskId: ulid(2), position: "z" });
    });
    expect(store.queued(task)).toEqual([message(4), message(3)]);
    expect(store.queuedRank(task)).toBe("a1");
    expect(store.tasksWithQueue()).toEqual([task, ulid(2)]);
    store.transact((tx) => {
      tx.removeQueued(ulid(3));
      tx.removeQueued("unknown");
      tx.putQueued({ ...message(4), text: "edited", position: "a0" });
    });
    expect(store.queued(task)).toEqual([{ ...message(4), text: "edited" }]);
  });

  test("interactions are open until they are answered or gone", () => {
    using store = tempStore();
    const run = ulid(5);
    const [one, two] = [aQuestion(ulid(12), task, run), aQuestion(ulid(11), task, run)];
    const other = aQuestion(ulid(13), ulid(2), ulid(6));
    const open = { state: "open", answer: null, resolvedAt: null } as const;
    store.transact((tx) => {
      for (const [t, r] of [
        [task, run],
        [ulid(2), ulid(6)],
      ] as const) {
        tx.putTask(aTask(t));
        tx.putRun(aRun(r, t));
      }
      for (const interaction of [one, two, other]) {
        tx.putInteraction({ interaction, sessionId: "s", ref: interaction.id, ...open });
      }
    });
    expect(store.interactions(task)).toEqual([one, two]);
    expect(store.interactions(null)).toEqual([one, two, other]);
    const answered: InteractionRecord = {
      interaction: one,
      sessionId: "s",
      ref: one.id,
      state: "answered",
      answer: { choice: "a" },
      resolvedAt: 7,
    };
    store.transact((tx) => tx.putInteraction(answered));
    expect(store.interaction(one.id)).toEqual(answered);
    expect(store.interaction(two.id)).toMatchObject({ interaction: two, ...open });
    expect(store.interactionByRef("s", one.id)).toEqual(answered);
    expect(store.interactionByRef("t", one.id)).toBeNull();
    expect(store.interactionsOfRun(run).map((record) => record.ref)).toEqual([one.id, two.id]);
    expect(store.interaction("nobody")).toBeNull();
    expect(store.interactions(null)).toEqual([two, other]);
  });

  test("approval rules of a task, oldest first", () => {
    using store = tempStore();
    const rule = {
      id: ulid(9),
      taskId: task,
      toolName: "Bash",
      match: { type: "any" },
      createdAt: 1,
    } as const;
    const exact = {
      ...rule,
      id: ulid(8),
      match: { type: "exact", inputHash: "h", summary: "ls" },
    } as const;
    store.transact((tx) => {
      tx.putTask(aTask(task));
      tx.putRule(rule);
      tx.putRule(exact);
    });
    expect(store.rules(task)).toEqual([rule, exact]);
    expect(store.transact((tx) => [tx.removeRule(rule.id), tx.removeRule(rule.id)])).toEqual([
      true,
      false,
    ]);
    expect(store.rules(task)).toEqual([exact]);
  });
});

describe("commands", () => {
  test("a receipt keeps its answer", () => {
    using store = tempStore();
    const receipt = {
      commandId: "c",
      digest: "d",
      status: 201,
      answer: { task: { id: task } },
      at: 1,
    };
    store.transact((tx) => tx.putReceipt(receipt));
    expect(store.receipt("c")).toEqual(receipt);
    expect(store.receipt("other")).toBeNull();
  });

  test("an effect is open until it is done or has failed", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putEffect(anEffect("b", task, { at: 2, runId: ulid(3) }));
      tx.putEffect(anEffect("a", task, { at: 2 }));
      tx.putEffect(anEffect("c", task, { at: 1 }));
      tx.putEffect(anEffect("c", task, { at: 1, attempt: 2, state: "done" }));
    });
    expect(store.openEffects().map((effect) => effect.id)).toEqual(["a", "b"]);
    expect(store.effect("c")).toEqual(anEffect("c", task, { at: 1, attempt: 2, state: "done" }));
    expect(store.effect("d")).toBeNull();
  });
});

describe("settings", () => {
  test("projects by name", () => {
    using store = tempStore();
    const [a, b] = [
      { path: "/z", name: "alpha", createdAt: 2 },
      { path: "/a", name: "Beta", createdAt: 1 },
    ];
    store.transact((tx) => {
      tx.putProject(b!);
      tx.putProject({ ...a!, name: "old" });
      tx.putProject(a!);
    });
    expect(store.projects()).toEqual([a!, b!]);
    expect(store.transact((tx) => [tx.removeProject("/z"), tx.removeProject("/z")])).toEqual([
      true,
      false,
    ]);
    expect(store.projects()).toEqual([b!]);
  });

  test("trust of a repository", () => {
    using store = tempStore();
    const trust = {
      path: "/r",
      hash: "h",
      files: [{ path: "CLAUDE.md", sha256: "s" }],
      trustedAt: 1,
    };
    store.transact((tx) => tx.putTrust({ ...trust, hash: "old" }));
    store.transact((tx) => tx.putTrust(trust));
    expect(store.trust("/r")).toEqual(trust);
    expect(store.trust("/other")).toBeNull();
  });

  test("harnesses, built-ins first", () => {
    using store = tempStore();
    const mine = aHarness("mine", {
      bin: "/bin/x",
      args: ["--a", "b c"],
      home: "/h",
      env: { A: "1" },
      enabled: false,
    });
    const builtin = aHarness("codex", { builtin: true, createdAt: 5 });
    store.transact((tx) => {
      tx.putHarness(aHarness("mine"));
      tx.putHarness(mine);
      tx.putHarness(builtin);
    });
    expect(store.harnesses()).toEqual([builtin, mine]);
    expect(store.harness("mine")).toEqual(mine);
    expect(store.transact((tx) => [tx.removeHarness("mine"), tx.removeHarness("mine")])).toEqual([
      true,
      false,
    ]);
    expect(store.harness("mine")).toBeNull();
  });

  test("preferences of any JSON value", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putPreference("theme", "light");
      tx.putPreference("theme", "dark");
      tx.putPreference("wip", { limit: 3 });
      tx.putPreference("__proto__", 1);
      tx.putPreference("none", null);
    });
    const all = store.preferences();
    expect(Object.entries(all)).toEqual([
      ["__proto__", 1],
      ["none", null],
      ["theme", "dark"],
      ["wip", { limit: 3 }],
    ]);
  });
});

test("browser tokens by hash", () => {
  using store = tempStore();
  const token = {
    id: ulid(1),
    hash: "h",
    label: "Firefox",
    createdAt: 1,
    expiresAt: 2,
    lastUsedAt: null,
  };
  store.transact((tx) => {
    tx.putBrowserToken({ ...token, id: ulid(2), hash: "i", createdAt: 0 });
    tx.putBrowserToken(token);
    tx.putBrowserToken({ ...token, lastUsedAt: 9 });
  });
  expect(store.browserToken("h")).toEqual({ ...token, lastUsedAt: 9 });
  expect(store.browserToken("x")).toBeNull();
  expect(store.browserTokens().map(({ id }) => id)).toEqual([ulid(2), ulid(1)]);
  expect(
    store.transact((tx) => [tx.removeBrowserToken(ulid(1)), tx.removeBrowserToken(ulid(1))]),
  ).toEqual([true, false]);
  expect(store.browserToken("h")).toBeNull();
});

describe("blobs and attachments", () => {
  test("a blob is stored compressed and given back byte for byte", () => {
    using store = tempStore();
    const bytes = new TextEncoder().encode("output ".repeat(20_000));
    store.transact((tx) => {
      tx.putBlob("long", bytes, 1);
      tx.putBlob("empty", new Uint8Array(), 1);
      tx.putBlob("binary", new Uint8Array([0, 255, 0, 128]), 1);
      // The same output read again.
      tx.putBlob("long", bytes, 2);
    });
    expect(store.blob("long")).toEqual(bytes);
    expect(store.blob("empty")).toEqual(new Uint8Array());
    expect(store.blob("binary")).toEqual(new Uint8Array([0, 255, 0, 128]));
    expect(store.blob("none")).toBeNull();
    expect(Bun.file(`${store.dir}/agetor.sqlite-wal`).size).toBeLessThan(bytes.length);
  });

  test("attachments with and without a task", () => {
    using store = tempStore();
    const loose = { id: ulid(3), taskId: null, mediaType: "image/png", bytes: 10, createdAt: 1 };
    const bound = { ...loose, id: ulid(2), taskId: task };
    store.transact((tx) => {
      tx.putAttachment(loose);
      tx.putAttachment(bound);
    });
    expect(store.attachment(ulid(3))).toEqual(loose);
    expect(store.attachment("none")).toBeNull();
    expect(store.attachments(task)).toEqual([bound]);
    store.transact((tx) => tx.putAttachment({ ...loose, taskId: task }));
    expect(store.attachments(task).map(({ id }) => id)).toEqual([ulid(2), ulid(3)]);
  });
});
