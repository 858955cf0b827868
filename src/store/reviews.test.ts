import { afterEach, beforeEach, expect, test } from "bun:test";
import { type TestStore, tempStore } from "./testing/harness.ts";
import { aRun, aTask, ulid } from "./testing/records.ts";
import type { CommentRecord } from "./types.ts";

let store: TestStore;
beforeEach(() => {
  store = tempStore();
  store.transact((tx) => {
    tx.putTask(aTask(ulid(1)));
    tx.putTask(aTask(ulid(2)));
  });
});
afterEach(() => store[Symbol.dispose]());

const comment: CommentRecord = {
  id: ulid(10),
  taskId: ulid(1),
  path: "src/a.ts",
  range: { side: "new", start: 4, end: 5 },
  quote: "a\nb",
  body: "Why?",
  anchor: { start: 4, lines: ["a", "b"], before: ["x"], after: [], unique: true },
  messageId: null,
  addressedIn: null,
  settled: null,
  createdAt: 1,
  updatedAt: 1,
  sentAt: null,
};

test("comments come back as they were put, oldest first, and go with their task", () => {
  const whole: CommentRecord = {
    ...comment,
    id: ulid(9),
    path: null,
    range: null,
    quote: "",
    anchor: null,
  };
  const other = { ...comment, id: ulid(11), taskId: ulid(2) };
  store.transact((tx) => {
    for (const one of [comment, whole, other]) tx.putComment(one);
  });
  expect(store.comments(ulid(1))).toEqual([comment, whole]);
  const sent = { ...comment, messageId: "m", settled: false, sentAt: 5, addressedIn: ulid(20) };
  store.transact((tx) => tx.putComment(sent));
  expect(store.comment(comment.id)).toEqual(sent);
  expect(store.transact((tx) => [tx.removeComment(whole.id), tx.removeComment(whole.id)])).toEqual([
    true,
    false,
  ]);
  store.transact((tx) => tx.purgeTask(ulid(1)));
  expect(store.comments(ulid(1))).toEqual([]);
  expect(store.comments(ulid(2))).toEqual([other]);
});

test("a file is looked at once per task, and the mark is of the content last seen", () => {
  store.transact((tx) => {
    tx.putViewed(ulid(1), { path: "b", id: "1", at: 1 });
    tx.putViewed(ulid(1), { path: "a", id: "1", at: 1 });
    tx.putViewed(ulid(1), { path: "a", id: "2", at: 2 });
    tx.putViewed(ulid(2), { path: "a", id: "3", at: 3 });
    tx.removeViewed(ulid(1), "b");
  });
  expect(store.viewed(ulid(1))).toEqual([{ path: "a", id: "2", at: 2 }]);
  store.transact((tx) => tx.purgeTask(ulid(1)));
  expect(store.viewed(ulid(1))).toEqual([]);
  expect(store.viewed(ulid(2))).toEqual([{ path: "a", id: "3", at: 3 }]);
});

test("the run of a message is found", () => {
  const run = aRun(ulid(30), ulid(1), { messageId: "the message" });
  store.transact((tx) => tx.putRun(run));
  expect(store.runOfMessage("the message")).toEqual(run);
  expect(store.runOfMessage("another")).toBeNull();
});
