import { expect, test } from "bun:test";
import type { Event } from "../../contract/event.ts";
import { TranscriptLog } from "./transcript.ts";

const say = (seq: number): Event => ({
  seq,
  at: seq,
  type: "assistant.text",
  taskId: "t",
  runId: "r",
  data: { text: String(seq), agentId: null, partial: false },
});
const seqs = (log: TranscriptLog) => log.events.map((event) => event.seq);
const draft = (offset: number, text: string | null) =>
  ({ type: "draft", taskId: "t", runId: "r", draftId: "d", kind: "text", offset, text }) as const;

test("live events that came before the first page follow it once", () => {
  const log = new TranscriptLog();
  log.take(say(5));
  log.take(say(6));
  log.newest([say(3), say(4), say(5)], 3);
  expect(seqs(log)).toEqual([3, 4, 5, 6]);
  log.take(say(6));
  log.take(say(7));
  expect(seqs(log)).toEqual([3, 4, 5, 6, 7]);
});

test("older pages come in front", () => {
  const log = new TranscriptLog();
  log.newest([say(5), say(6)], 5);
  log.olderPage([say(3), say(4), say(5)], null);
  expect(seqs(log)).toEqual([3, 4, 5, 6]);
  expect(log.nextBefore).toBeNull();
});

test("after a gap an overlapping page is joined, another one replaces", () => {
  const log = new TranscriptLog();
  log.newest([say(1), say(2)], null);
  log.newest([say(2), say(3)], 2);
  expect(seqs(log)).toEqual([1, 2, 3]);
  log.newest([say(40), say(41)], 40);
  expect(seqs(log)).toEqual([40, 41]);
  expect(log.nextBefore).toBe(40);
});

test("what comes live during a gap waits for the page that closes it", () => {
  const log = new TranscriptLog();
  log.newest([say(1), say(2)], null);
  log.expectGap();
  log.take(say(5));
  expect(seqs(log)).toEqual([1, 2]);
  log.newest([say(2), say(3), say(4)], 2);
  expect(seqs(log)).toEqual([1, 2, 3, 4, 5]);
  log.take(say(6));
  expect(seqs(log).at(-1)).toBe(6);
});

test("of many events only the newest stay, and the others can come again", () => {
  const log = new TranscriptLog();
  log.newest([say(1)], null);
  for (let seq = 2; seq <= 6000; seq += 1) log.take(say(seq));
  expect(log.forgetOlder()).toBe(false);
  log.take(say(6001));
  expect(log.forgetOlder()).toBe(true);
  expect([log.events.length, log.nextBefore, log.lastSeq]).toEqual([2000, 4002, 6001]);
  log.olderPage([say(4000), say(4001)], 4000);
  log.take(say(6002));
  expect(seqs(log).slice(0, 3)).toEqual([4000, 4001, 4002]);
  expect(seqs(log).at(-1)).toBe(6002);
});

test("state events are not part of it, runs are kept apart", () => {
  const log = new TranscriptLog();
  log.newest([], null);
  log.take({ ...say(2), type: "run.upserted", data: { id: "r", createdAt: 1 } });
  log.take({ ...say(3), type: "task.upserted" });
  expect(log.events).toHaveLength(0);
  expect(log.newestRuns().map(({ id }) => id)).toEqual(["r"]);
});

test("drafts grow, are replaced at offset 0, and go", () => {
  const log = new TranscriptLog();
  log.take(draft(0, "Hel"));
  log.take(draft(3, "lo"));
  expect(log.drafts.get("t/d")?.text).toBe("Hello");
  log.take(draft(0, "New"));
  expect(log.drafts.get("t/d")?.text).toBe("New");
  log.take(draft(0, null));
  expect(log.drafts.size).toBe(0);
});
