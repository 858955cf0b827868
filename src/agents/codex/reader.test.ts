import { expect, test } from "bun:test";
import type { Host, Tail, TailLine, TailOptions } from "../../host/types.ts";
import type { Batch, Draft, SessionIo } from "../driver.ts";
import { decode, draftOf } from "./decode.ts";
import { closeOpen } from "./decode-items.ts";
import { Reader } from "./reader.ts";
import { draftsFrom, initialState, type State } from "./state.ts";

const thread = { threadId: "main", turnId: "t" };
const line = (method: string, params: object): string => JSON.stringify({ method, params });
const begin = line("item/started", { ...thread, item: { type: "agentMessage", id: "i" } });
const delta = (text: string): string =>
  line("item/agentMessage/delta", { ...thread, itemId: "i", delta: text });
const done = (text: string): string =>
  line("item/completed", { ...thread, item: { type: "agentMessage", id: "i", text } });

/** A file in memory with a tail over it, and what the reader did in order. */
class World {
  readonly did: string[] = [];
  readonly batches: Batch[] = [];
  lines: TailLine[] = [];
  /** Resolves when the store takes something again; null while it does. */
  room: Promise<void> | null = null;
  #end = 0;
  #options: TailOptions | null = null;

  write(...texts: string[]): TailLine[] {
    const added = texts.map((text) => {
      const start = this.#end;
      this.#end += Buffer.byteLength(text) + 1;
      return { text, start, end: this.#end, oversize: false };
    });
    this.lines.push(...added);
    return added;
  }

  reader(state: State, offset: number): Reader<State> {
    const tail = (options: TailOptions): Tail => {
      this.#options = options;
      const read = async (): Promise<number> => {
        const due = this.lines.filter((it) => it.start >= options.offset);
        this.lines = [];
        if (due.length > 0) await options.onLines(due);
        return this.#end;
      };
      return {
        drain: read,
        finish: read,
        poke: () => undefined,
        done: new Promise(() => undefined),
      };
    };
    const io: SessionIo = {
      host: { tail } as unknown as Host,
      clock: { now: () => 0, monotonic: () => 0, after: () => () => undefined },
      signal: new AbortController().signal,
      cursor: () => null,
      ingest: (batch) => {
        const take = (): void => {
          this.batches.push(batch);
          this.did.push(`ingest ${batch.items.length} @${batch.cursor.offset}`);
        };
        return this.room?.then(take) ?? Promise.resolve(take());
      },
      draft: (draft: Draft) => void this.did.push(`draft ${draft.offset} ${draft.text}`),
      held: () => false,
      saveRef: () => Promise.resolve(),
      log: () => undefined,
    };
    const reader = new Reader<State>({
      io,
      signal: io.signal,
      decoder: {
        decode,
        draftOf,
        draftsFrom,
        isOpen: (now, id) => now.open.some((it) => it.id === id),
        close: (now, out, context) => closeOpen({ state: now, out, context }, null, "stopped"),
      },
      outPath: "/out",
      generation: 1,
      offset,
      state,
      onAnswer: (id) => void this.did.push(`answer ${id}`),
      onState: () => undefined,
      reply: (text) => {
        this.did.push(`reply ${(JSON.parse(text) as { id: number }).id}`);
        return Promise.resolve();
      },
    });
    reader.start();
    return reader;
  }

  get from(): number | undefined {
    return this.#options?.offset;
  }
}

const start: State = { ...initialState("/w"), threadId: "main", threadOpen: true };

test("refusals go before the commit, drafts and answers after it", async () => {
  const world = new World();
  const reader = world.reader(start, 0);
  const [last] = world
    .write(
      begin,
      delta("Hel"),
      delta("lo"),
      JSON.stringify({ id: 5, method: "ask", params: {} }),
      JSON.stringify({ id: "turn:m1", result: {} }),
    )
    .slice(-1);
  await reader.drain();
  expect(world.did).toEqual([
    "reply 5",
    `ingest 1 @${last!.end}`,
    "draft 0 Hello",
    "answer turn:m1",
  ]);
});

test("text alone is not committed, and its end comes with the event", async () => {
  const world = new World();
  const reader = world.reader(start, 0);
  const [first] = world.write(begin);
  await reader.drain();
  world.write(delta("Hel"));
  await reader.drain();
  world.write(delta("lo"));
  await reader.drain();
  const [end] = world.write(done("Hello"));
  await reader.drain();
  expect(world.did).toEqual([
    `ingest 0 @${first!.end}`,
    "draft 0 Hel",
    "draft 3 lo",
    `ingest 1 @${end!.end}`,
    "draft 0 null",
  ]);
});

test("a later reader rebuilds the drafts it needs and stores nothing twice", async () => {
  const world = new World();
  const lines = world.write(begin, delta("Hel"), JSON.stringify({ id: "turn:m1", result: {} }));
  const reader = world.reader(start, 0);
  await reader.drain();
  const { cursor } = reader;
  const again = new World();
  again.write(...lines.map((it) => it.text), delta("lo"));
  const next = again.reader(cursor.state as State, cursor.offset);
  expect(again.from).toBe(lines[0]!.start);
  await next.drain();
  expect(again.did).toEqual(["draft 0 Hel", "draft 3 lo"]);
  await next.finish("x:1", (state) => ({ state, item: null }));
  expect(again.batches[0]!.items).toMatchObject([
    { key: "x:1:0", type: "assistant.text", data: { text: "Hello", partial: true } },
  ]);
});

test("what cannot be stored for a while is stored once, in order, and before anybody acts on it", async () => {
  const world = new World();
  const reader = world.reader(start, 0);
  const { promise, resolve } = Promise.withResolvers<void>();
  world.room = promise;
  world.write(begin, JSON.stringify({ id: "turn:m1", result: {} }));
  const first = reader.drain();
  const notice = { level: "info", code: "x", message: "y", hint: null } as const;
  const told = reader.tell([{ kind: "notice", key: "n", notice }]);
  const over = reader.finish("x:1", (state) => ({ state, item: null }));
  expect(reader.cursor.offset).toBe(0);
  expect(world.did).toEqual([]);
  world.room = null;
  resolve();
  await Promise.all([first, told, over]);
  const [end] = world.batches.slice(-1);
  const at = `@${end!.cursor.offset}`;
  expect(world.did).toEqual([
    `ingest 0 ${at}`,
    "answer turn:m1",
    `ingest 1 ${at}`,
    `ingest 0 ${at}`,
  ]);
});

test("a notice of our own moves no cursor over what is not stored", async () => {
  const world = new World();
  const reader = world.reader(start, 0);
  const [first] = world.write(begin);
  await reader.drain();
  world.write(delta("not stored"));
  await reader.drain();
  const notice = { level: "info", code: "x", message: "y", hint: null } as const;
  await reader.tell([{ kind: "notice", key: "n", notice }]);
  expect(world.batches.at(-1)!.cursor.offset).toBe(first!.end);
});

test("a line above the limit is kept by its head", async () => {
  const world = new World();
  const reader = world.reader(start, 0);
  world.lines.push({ text: "x".repeat(5000), start: 0, end: 20_000_000, oversize: true });
  await reader.drain();
  expect(world.batches[0]!.items).toMatchObject([
    { type: "raw", data: { payload: { oversize: { bytes: 20_000_000 } } } },
  ]);
  expect(world.batches[0]!.cursor.offset).toBe(20_000_000);
});
