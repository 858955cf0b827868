import { describe, expect, test } from "bun:test";
import type { Event, LiveFrame } from "../contract/event.ts";
import type { EventFilter } from "../store/types.ts";
import type { StreamQuery, StreamSink } from "./api.ts";
import { Hub, type Journal } from "./hub.ts";

const task = "01HTASK0000000000000000001";
const other = "01HTASK0000000000000000002";

class Past implements Journal {
  readonly rows: Event[] = [];
  oldest = 1;

  add(type: Event["type"], taskId: string): Event {
    const seq = (this.rows.at(-1)?.seq ?? 0) + 1;
    const event: Event = { seq, at: seq, type, taskId, runId: null, data: {} };
    this.rows.push(event);
    return event;
  }

  events(filter: EventFilter): readonly Event[] {
    return this.rows
      .filter((row) => row.seq > filter.after)
      .filter((row) => filter.taskIds?.includes(row.taskId ?? "") ?? true)
      .slice(0, filter.limit);
  }

  lastSeq(): number {
    return this.rows.at(-1)?.seq ?? 0;
  }

  firstSeq(): number {
    return this.oldest;
  }

  tailSeq(): number {
    return 0;
  }
}

class Sink implements StreamSink {
  readonly seqs: number[] = [];
  readonly frames: LiveFrame[] = [];
  resets = 0;
  full = false;

  event(event: Event): boolean {
    this.seqs.push(event.seq);
    return !this.full;
  }

  draft(frame: LiveFrame): boolean {
    this.frames.push(frame);
    return !this.full;
  }

  reset(): boolean {
    this.resets += 1;
    return true;
  }
}

const ofTask: StreamQuery = { scope: { kind: "task", taskId: task }, after: null, tail: null };
const global = (after: number | null, taskIds: string[] = []): StreamQuery => ({
  scope: { kind: "global", taskIds },
  after,
  tail: null,
});

describe("a stream", () => {
  test("replays in pages and goes live without gap or repeat while events keep coming", async () => {
    const past = new Past();
    const hub = new Hub(past, () => []);
    for (let n = 0; n < 1200; n += 1) {
      past.add("assistant.text", task);
    }
    const sink = new Sink();
    hub.open(ofTask, sink);
    expect(sink.seqs.length).toBe(500);
    // Published between two pages: the journal has it, so the replay brings it, once.
    hub.publish([past.add("assistant.text", task)]);
    while (sink.seqs.length < 1201) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    hub.publish([past.add("assistant.text", task)]);
    expect(sink.seqs).toEqual(past.rows.map((row) => row.seq));
  });

  test("says when somebody begins to look at a task, and when the last has gone", () => {
    const hub = new Hub(new Past(), () => []);
    const said: [string, boolean][] = [];
    hub.onWatched((taskId) => said.push([taskId, hub.isWatched(taskId)]));
    const globally = { after: null, tail: null };
    const both = { ...globally, scope: { kind: "global", taskIds: [task, other, task] } } as const;
    const slow = new Sink();
    const ends = [hub.open(both, new Sink()), hub.open(ofTask, slow)];
    hub.open({ ...globally, scope: { kind: "global", taskIds: [] } }, new Sink());
    expect(said.splice(0)).toEqual([
      [task, true],
      [other, true],
    ]);
    ends[0]?.();
    ends[0]?.();
    expect(said.splice(0)).toEqual([[other, false]]);
    // A reader that is too slow is let go of, and counts no more.
    slow.full = true;
    hub.show({ type: "changes", taskId: task, at: 1 });
    expect(slow.frames).toHaveLength(1);
    ends[1]?.();
    expect(said).toEqual([[task, false]]);
  });

  test("for everything carries state events, and transcripts only of the tasks asked for", () => {
    const past = new Past();
    const hub = new Hub(past, () => []);
    const sink = new Sink();
    hub.open(global(null, [task]), sink);
    hub.publish([
      past.add("assistant.text", task),
      past.add("assistant.text", other),
      past.add("task.upserted", other),
    ]);
    expect(sink.seqs).toEqual([1, 3]);
  });

  test("resumes behind a cursor, and says so when the range is gone or from another life", () => {
    const past = new Past();
    const hub = new Hub(past, () => []);
    for (let n = 0; n < 5; n += 1) {
      past.add("task.upserted", task);
    }
    const resumed = new Sink();
    hub.open(global(3), resumed);
    expect(resumed.seqs).toEqual([4, 5]);
    past.oldest = 4;
    for (const after of [1, 99]) {
      const lost = new Sink();
      hub.open(global(after), lost);
      expect(lost).toMatchObject({ resets: 1, seqs: [] });
    }
  });

  test("too slow to read is dropped, and leaves nothing behind", () => {
    const past = new Past();
    const hub = new Hub(past, () => []);
    const slow = new Sink();
    const quick = new Sink();
    hub.open(global(null), slow);
    const end = hub.open(global(null), quick);
    slow.full = true;
    hub.publish([past.add("task.upserted", task), past.add("task.upserted", task)]);
    expect(slow.seqs).toEqual([1]);
    expect(quick.seqs).toEqual([1, 2]);
    expect(hub.count()).toBe(1);
    end();
    expect(hub.count()).toBe(0);
  });

  test("that joins in the middle gets the open drafts whole", () => {
    const draft: LiveFrame = {
      type: "draft",
      taskId: task,
      runId: task,
      draftId: "d",
      kind: "text",
      offset: 0,
      text: "so far",
    };
    const hub = new Hub(new Past(), (id) => (id === task ? [draft] : []));
    const sink = new Sink();
    hub.open(ofTask, sink);
    expect(sink.frames).toEqual([draft]);
    hub.show({ ...draft, offset: 6, text: "…" });
    hub.show({ ...draft, taskId: other });
    expect(sink.frames.length).toBe(2);
  });
});
