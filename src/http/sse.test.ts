import { describe, expect, test } from "bun:test";
import type { Event } from "../contract/event.ts";
import type { StreamQuery, Streams } from "../engine/api.ts";
import { Hub } from "../engine/hub.ts";
import { openSse } from "./sse.ts";

const taskId = "01J00000000000000000000000";

/** A journal and the engine's own hub over it. */
class Journal {
  readonly rows: Event[] = [];
  readonly hub = new Hub(
    {
      events: ({ after, limit }) => this.rows.filter(({ seq }) => seq > after).slice(0, limit),
      lastSeq: () => this.rows.length,
      firstSeq: () => 1,
      tailSeq: (_, n) => Math.max(0, this.rows.length - n),
    },
    () => [],
  );
  readonly streams: Streams = {
    open: (query, sink) => ({ ok: true, value: this.hub.open(query, sink) }),
    count: () => this.hub.count(),
  };

  add(count: number, text = "x".repeat(1000)): void {
    for (let n = 0; n < count; n++) {
      const seq = this.rows.length + 1;
      const event = { seq, at: 0, type: "notice", taskId, runId: null, data: { text } } as const;
      this.rows.push(event);
      this.hub.publish([event]);
    }
  }
}

interface Opened {
  readonly reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
  readonly abort: AbortController;
  /** The idle times that were set on the connection. */
  readonly idle: number[];
}

function open(journal: Journal, query: Partial<StreamQuery> = {}): Opened {
  const abort = new AbortController();
  const idle: number[] = [];
  const response = openSse({
    streams: journal.streams,
    query: { scope: { kind: "task", taskId }, after: null, tail: null, ...query },
    request: new Request("http://localhost/", { signal: abort.signal }),
    peer: { door: { kind: "socket" }, address: null, idle: (seconds) => idle.push(seconds) },
    pingMs: 60_000,
    stalledSeconds: 10,
    end: new AbortController().signal,
  });
  if (response.body === null) throw new Error("no body");
  return { reader: response.body.getReader(), abort, idle };
}

/** Reads until this many events have come; answers their seqs. */
async function seqs({ reader }: Opened, count: number, between = () => {}): Promise<number[]> {
  const decoder = new TextDecoder();
  const seen: number[] = [];
  let text = "";
  while (seen.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const id = /^id: (\d+)$/m.exec(part)?.[1];
      if (id !== undefined) seen.push(Number(id));
    }
    between();
  }
  return seen;
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe("over the engine's own hub", () => {
  test("a long past comes whole, page by page, however slowly it is read", async () => {
    const journal = new Journal();
    journal.add(5000);
    const stream = open(journal);
    expect(await seqs(stream, 5000)).toEqual(upTo(5000));
    expect(journal.hub.count()).toBe(1);
    stream.abort.abort();
    expect(journal.hub.count()).toBe(0);
  });

  test("what happens while it is read comes behind it, once", async () => {
    const journal = new Journal();
    journal.add(3000);
    const stream = open(journal);
    let more = 500;
    const publish = () => {
      if (more === 0) return;
      more -= 1;
      journal.add(1);
    };
    expect(await seqs(stream, 3500, publish)).toEqual(upTo(3500));
    stream.abort.abort();
  });

  test("a reader that stops is let go of, with a deadline, and taken up again", async () => {
    const journal = new Journal();
    const stream = open(journal, { scope: { kind: "global", taskIds: [taskId] } });
    expect(stream.idle).toEqual([0]);
    journal.add(1200);
    expect(journal.hub.count()).toBe(0);
    expect(stream.idle).toEqual([0, 10]);
    journal.add(300);
    expect(await seqs(stream, 1500)).toEqual(upTo(1500));
    expect(journal.hub.count()).toBe(1);
    expect(stream.idle.at(-1)).toBe(0);
    stream.abort.abort();
  });

  test("a stream that only showed live frames and fell behind is ended: it has no place", async () => {
    const journal = new Journal();
    const stream = open(journal, { scope: { kind: "global", taskIds: [taskId] } });
    const text = "x".repeat(10_000);
    const draft = { type: "draft", taskId, runId: taskId, draftId: "d", kind: "text" } as const;
    while (journal.hub.count() > 0) journal.hub.show({ ...draft, offset: 0, text });
    expect(await seqs(stream, 1)).toEqual([]);
  });
});

test("a stream whose server has already stopped ends at once", async () => {
  const journal = new Journal();
  const response = openSse({
    streams: journal.streams,
    query: { scope: { kind: "task", taskId }, after: null, tail: null },
    request: new Request("http://localhost/"),
    peer: { door: { kind: "socket" }, address: null, idle: () => undefined },
    pingMs: 60_000,
    stalledSeconds: 10,
    end: AbortSignal.abort(),
  });
  expect(await response.text()).toBe(": agetor\n\n");
  expect(journal.hub.count()).toBe(0);
});
