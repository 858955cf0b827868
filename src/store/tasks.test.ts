import { describe, expect, test } from "bun:test";
import { preview } from "./tasks.ts";
import { tempStore } from "./testing/harness.ts";
import { anEffect, anEvent, aQuestion, aRun, aSession, aTask, ulid } from "./testing/records.ts";
import type { TaskRecord } from "./types.ts";

const full: TaskRecord = aTask(ulid(1), {
  title: "Ünïcode 😀 \u0000 and a NUL",
  prompt: `Line one\nLine two \u0000 ${"long ".repeat(10_000)}`,
  baseSha: "a".repeat(40),
  branch: "agetor/fix",
  worktreePath: "/data/worktrees/1",
  mode: "plan",
  model: "m",
  effort: "high",
  references: [{ path: "/repo/a.ts", isDirectory: false }, { attachmentId: ulid(9) }],
  runId: ulid(2),
  unread: true,
  stats: {
    additions: 1,
    deletions: 2,
    files: 3,
    costUsd: 0.5,
    contextPercent: null,
    todosDone: 1,
    todosTotal: 4,
  },
  live: { verb: "Edits", object: "a.ts", at: 5 },
  archivedAt: 6,
  deletedAt: 7,
  trash: { ref: "refs/agetor/trash/1", sha: "b".repeat(40), dirtyFiles: 1, unmergedCommits: 2 },
});

describe("a task", () => {
  test("comes back as it was put, with everything or nothing set", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(full);
      tx.putTask(aTask(ulid(2)));
    });
    expect(store.task(ulid(1))).toEqual(full);
    expect(store.task(ulid(2))).toEqual(aTask(ulid(2)));
    expect(store.task(ulid(3))).toBeNull();
    expect([1, 2, 3].map((n) => store.newestRunId(ulid(n)))).toEqual([ulid(2), null, null]);
  });

  test("is overwritten, prompt too, and null clears", () => {
    using store = tempStore();
    store.transact((tx) => tx.putTask(full));
    const changed = aTask(ulid(1), { prompt: "Another prompt", title: "New" });
    store.transact((tx) => tx.putTask(changed));
    expect(store.task(ulid(1))).toEqual(changed);
  });

  test("in the trash is listed newest first", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1), { deletedAt: 10 }));
      tx.putTask(aTask(ulid(2)));
      tx.putTask(aTask(ulid(3), { deletedAt: 30 }));
      tx.putTask(aTask(ulid(4), { deletedAt: 20, archivedAt: 5 }));
    });
    expect(store.trashed().map((task) => task.id)).toEqual([ulid(3), ulid(4), ulid(1)]);
  });

  test("gives the lowest and highest rank of its column, hidden tasks included", () => {
    using store = tempStore();
    expect(store.ranks("ready")).toEqual({ first: null, last: null });
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1), { column: "ready", position: "a1" }));
      tx.putTask(aTask(ulid(2), { column: "ready", position: "Zz", archivedAt: 1 }));
      tx.putTask(aTask(ulid(3), { column: "ready", position: "a2", deletedAt: 1 }));
      tx.putTask(aTask(ulid(4), { column: "done", position: "b0" }));
    });
    expect(store.ranks("ready")).toEqual({ first: "Zz", last: "a2" });
  });

  test("is found by its harness and its repository unless it is in the trash", () => {
    using store = tempStore();
    store.transact((tx) => {
      tx.putTask(aTask(ulid(1), { agent: "codex", baseSha: "one" }));
      tx.putTask(aTask(ulid(2), { agent: "codex", baseSha: "two", deletedAt: 1 }));
      tx.putTask(aTask(ulid(3), { agent: "fake", baseSha: "one" }));
      tx.putTask(aTask(ulid(4), { agent: "codex", baseSha: "three", commonDir: "/other" }));
      tx.putTask(aTask(ulid(5), { agent: "codex" }));
    });
    expect(store.tasksOfHarness("codex")).toEqual([ulid(1), ulid(4), ulid(5)]);
    expect(store.tasksOfHarness("nobody")).toEqual([]);
    expect(store.baseShas("/repo/.git")).toEqual(["one"]);
  });
});

test("a preview is cut between characters", () => {
  expect(preview("short")).toBe("short");
  expect(preview("a".repeat(201))).toBe("a".repeat(200));
  const faces = "😀".repeat(300);
  expect(preview(faces)).toBe("😀".repeat(200));
  expect(preview(`a${faces}`)).toBe(`a${"😀".repeat(199)}`);
});

test("purging a task leaves nothing of it and all of the others", () => {
  using store = tempStore();
  const [one, two] = [ulid(1), ulid(2)];
  store.transact((tx) => {
    tx.putBlob("shared", new Uint8Array([1]), 1);
    for (const task of [one, two]) {
      const run = `r${task}`;
      const session = `s${task}`;
      tx.putTask(aTask(task));
      tx.putRun(aRun(run, task));
      tx.putSession(aSession(session, task));
      tx.putCursor({ sessionId: session, stream: "out", generation: 1, offset: 5, state: null });
      tx.putQueued({ id: `q${task}`, taskId: task, text: "x", createdAt: 1, position: "a0" });
      const interaction = aQuestion(`i${task}`, task, run);
      tx.putInteraction({
        interaction,
        sessionId: session,
        ref: "r",
        state: "open",
        answer: null,
        resolvedAt: null,
      });
      tx.putRule({
        id: `a${task}`,
        taskId: task,
        toolName: "Bash",
        match: { type: "any" },
        createdAt: 1,
      });
      tx.putEffect(anEffect(`e${task}`, task, { runId: run }));
      tx.putAttachment({
        id: `f${task}`,
        taskId: task,
        mediaType: "text/plain",
        bytes: 1,
        createdAt: 1,
      });
      tx.putBlob(`b${task}`, new Uint8Array([1]), 1);
      for (const blobId of [`b${task}`, "shared", null]) {
        tx.appendEvent(
          anEvent({ taskId: task, runId: run, type: "tool.result", data: { blobId } }),
        );
      }
    }
  });
  const rest = () =>
    [one, two].map((task) => [
      store.task(task),
      store.view(task),
      store.run(`r${task}`),
      ...store.runs(task, 10, null),
      store.session(`s${task}`),
      store.cursor(`s${task}`, "out"),
      ...store.queued(task),
      store.interaction(`i${task}`),
      ...store.rules(task),
      store.effect(`e${task}`),
      store.attachment(`f${task}`),
      ...store.attachments(task),
      store.blob(`b${task}`),
      ...store.events({ after: 0, taskIds: [task], limit: 10 }),
    ]);
  const before = rest();
  expect(before[0]).not.toContain(null);
  store.transact((tx) => tx.purgeTask(one));
  const [gone, kept] = rest();
  expect(gone?.every((row) => row === null)).toBe(true);
  expect(kept).toEqual(before[1]);
  expect(store.blob("shared")).not.toBeNull();
  store.transact((tx) => tx.purgeTask(two));
  expect(store.blob("shared")).toBeNull();
  // Numbers already given are never given again.
  expect(store.firstSeq()).toBe(0);
  expect(store.lastSeq()).toBe(6);
  store.transact((tx) => tx.purgeTask("unknown"));
});
