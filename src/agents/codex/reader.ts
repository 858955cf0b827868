import type { Tail, TailLine } from "../../host/types.ts";
import type { AgentItem, SessionIo, StreamCursor } from "../driver.ts";
import { tellUnread } from "../endings.ts";
import { Collector, type Decoded, type DraftOp, type LineContext } from "./decoded.ts";
import { Drafts } from "./drafts.ts";
import type { RpcOutcome } from "./rpc.ts";

/** The one stream of a Codex session. */
export const stream = "main";

/** Bytes of lines without an event after which the cursor is moved all the same. */
const restless = 1024 * 1024;
/** How far behind the cursor drafts are rebuilt from: a shell that speaks for hours is not re-read whole. */
const rebuildLimit = 4 * 1024 * 1024;

/** How a growing `out` is understood: by the app-server's protocol, or by exec's events. */
export interface Decoder<S> {
  readonly decode: (state: S, line: string, context: LineContext) => Decoded<S>;
  readonly draftOf: (line: string) => DraftOp | null;
  /** The offset at which the oldest open item begins. */
  readonly draftsFrom: (state: S, offset: number) => number;
  readonly isOpen: (state: S, id: string) => boolean;
  /** Every open item ended, because nothing follows. */
  readonly close: (state: S, out: Collector, context: LineContext) => S;
}

export interface ReaderOptions<S> {
  readonly io: SessionIo;
  /** Ends the reading; the agent lives on. */
  readonly signal: AbortSignal;
  readonly decoder: Decoder<S>;
  readonly outPath: string;
  readonly generation: number;
  readonly offset: number;
  readonly state: S;
  readonly onAnswer: (id: string, outcome: RpcOutcome) => void;
  /** Called when the decoder's state has changed and is stored. */
  readonly onState: (state: S) => void;
  readonly reply: (line: string) => Promise<void>;
}

/** Reads the `out` of one generation from its durable offset, in order, each line once. */
export class Reader<S> {
  readonly #options: ReaderOptions<S>;
  readonly #drafts: Drafts;
  readonly #abort = new AbortController();
  #tail: Tail | null = null;
  #state: S;
  /** What is stored: a notice of our own must not move the cursor over lines not yet taken. */
  #stored: { readonly offset: number; readonly state: S };
  #read: number;
  #turn: Promise<void> = Promise.resolve();
  #rebuilding: boolean;

  constructor(options: ReaderOptions<S>) {
    this.#options = options;
    this.#state = options.state;
    this.#stored = { offset: options.offset, state: options.state };
    this.#read = options.offset;
    this.#drafts = new Drafts((draft) => options.io.draft(draft));
    this.#rebuilding = this.#from() < options.offset;
    if (options.signal.aborted) this.#abort.abort();
    else options.signal.addEventListener("abort", () => this.#abort.abort(), { once: true });
  }

  get state(): S {
    return this.#state;
  }

  get cursor(): StreamCursor {
    return { generation: this.#options.generation, ...this.#stored };
  }

  start(): void {
    const { io, outPath } = this.#options;
    this.#tail = io.host.tail({
      path: outPath,
      offset: this.#from(),
      onLines: (lines) => this.#serial(() => this.#lines(lines)),
      onReplaced: (why) => io.log("error", "the output of Codex was replaced", { outPath, why }),
      signal: this.#abort.signal,
    });
    tellUnread(io, stream, this.#tail);
  }

  /** Reads all that is there now. */
  async drain(): Promise<void> {
    await this.#tail?.drain();
    await this.#turn;
    this.#endRebuild();
  }

  /** Reads all that is there, with what a dead program left without a line break. */
  async finishTail(): Promise<void> {
    await this.#tail?.finish();
    await this.#turn;
    this.#endRebuild();
  }

  /** Tells something of our own in the order of the stream, without moving its cursor. */
  tell(items: readonly AgentItem[]): Promise<void> {
    return this.#serial(() => this.#options.io.ingest({ stream, items, cursor: this.cursor }));
  }

  /** Tells something of our own that changes what is known; null changes nothing. */
  amend(change: (state: S) => { state: S; items: readonly AgentItem[] } | null): Promise<void> {
    return this.#serial(async () => {
      const changed = change(this.#state);
      if (changed === null) return;
      this.#state = changed.state;
      await this.#store(changed.items);
      this.#options.onState(this.#state);
    });
  }

  /** Ends what is open and tells `last`: nothing follows in this generation. */
  finish(key: string, last: (state: S) => { state: S; item: AgentItem | null }): Promise<void> {
    return this.#serial(async () => {
      const out = new Collector((index) => `${key}:${index}`);
      const { generation } = this.#options;
      const of = { generation, start: this.#read };
      const context = { key: (index: number) => `${key}:${index}`, ...of };
      const closed = this.#options.decoder.close(this.#state, out, {
        ...context,
        texts: this.#drafts.texts,
      });
      const { state, item } = last(closed);
      for (const op of out.drafts) this.#drafts.take(op);
      if (item !== null) out.add((itemKey) => ({ ...item, key: itemKey }));
      this.#state = state;
      await this.#store(out.items);
      this.#drafts.flush();
    });
  }

  /** Stops reading; what was not stored is read again by the next reader. */
  stop(): void {
    this.#abort.abort();
  }

  #from(): number {
    const { decoder, state, offset } = this.#options;
    return Math.max(decoder.draftsFrom(state, offset), offset - rebuildLimit, 0);
  }

  #serial(work: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #lines(lines: readonly TailLine[]): Promise<void> {
    const { decoder, generation, offset } = this.#options;
    const items: AgentItem[] = [];
    const replies: string[] = [];
    const answers: { readonly id: string; readonly outcome: RpcOutcome }[] = [];
    const before = this.#state;
    for (const line of lines) {
      if (line.end <= offset) {
        this.#rebuild(line.text);
        continue;
      }
      this.#endRebuild();
      const text = line.oversize ? oversized(line) : line.text;
      const decoded = decoder.decode(this.#state, text, {
        key: (index) => `o:${generation}:${line.start}:${index}`,
        generation,
        start: line.start,
        texts: this.#drafts.texts,
      });
      this.#state = decoded.state;
      this.#read = line.end;
      items.push(...decoded.items);
      replies.push(...decoded.replies);
      if (decoded.answer !== null) answers.push(decoded.answer);
      for (const op of decoded.drafts) this.#drafts.take(op);
    }
    // Before they are stored: a refusal sent twice is harmless, one never sent hangs the turn.
    for (const reply of replies) await this.#options.reply(reply);
    const waiting = this.#read - this.#stored.offset;
    if (items.length > 0 || this.#state !== before || waiting > restless) await this.#store(items);
    this.#drafts.flush();
    for (const { id, outcome } of answers) this.#options.onAnswer(id, outcome);
    if (this.#state !== before) this.#options.onState(this.#state);
  }

  async #store(items: readonly AgentItem[]): Promise<void> {
    const now = { offset: this.#read, state: this.#state };
    const cursor = { generation: this.#options.generation, ...now };
    await this.#options.io.ingest({ stream, items, cursor });
    this.#stored = now;
  }

  #rebuild(line: string): void {
    const op = this.#options.decoder.draftOf(line);
    if (op === null || !this.#options.decoder.isOpen(this.#state, op.id)) return;
    this.#drafts.take(op);
  }

  #endRebuild(): void {
    if (!this.#rebuilding) return;
    this.#rebuilding = false;
    this.#drafts.flush();
  }
}

/** A line above the host's limit as a line the decoder can take: it becomes `raw`. */
function oversized(line: TailLine): string {
  return JSON.stringify({
    oversize: { bytes: line.end - line.start, head: line.text.slice(0, 1024) },
  });
}
