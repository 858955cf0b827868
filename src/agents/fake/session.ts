import { fault } from "../../contract/fault.ts";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import { ok, type Result } from "../../contract/result.ts";
import type { LineWriter, SessionDirectory, Tail, TailLine } from "../../host/types.ts";
import type {
  AgentItem,
  Delivery,
  Gone,
  InteractionRequest,
  Message,
  Session,
  SessionIo,
  SessionRef,
} from "../driver.ts";
import { outOfRoom, tellUnread } from "../endings.ts";
import { decode } from "./decode.ts";
import type { FromAgent, ToAgent } from "./protocol.ts";

/** How long an echo may take, in milliseconds. */
const echoLimit = 15_000;

type Waiter = (line: FromAgent) => boolean;

/** A living scripted agent, read from its growing `out` and spoken to through its FIFO. */
export class FakeSession implements Session {
  readonly ref: SessionRef;
  readonly terminal = null;
  readonly #io: SessionIo;
  readonly #directory: SessionDirectory;
  readonly #tail: Tail;
  readonly #stop = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #writer: LineWriter | null = null;
  #closing = false;

  constructor(ref: SessionRef, io: SessionIo, directory: SessionDirectory) {
    this.ref = ref;
    this.#io = io;
    this.#directory = directory;
    io.signal.addEventListener("abort", () => this.#stop.abort(), { once: true });
    this.#tail = io.host.tail({
      path: directory.outPath,
      offset: io.cursor("main")?.offset ?? 0,
      onLines: (lines) => this.#take(lines),
      signal: this.#stop.signal,
    });
  }

  /** Reads all there is, then watches for the end. */
  async begin(): Promise<void> {
    await this.#tail.drain();
    tellUnread(this.#io, "main", this.#tail);
    this.#watch().catch((thrown: unknown) => {
      this.#io.log("error", "watching the agent failed", { why: String(thrown) });
    });
  }

  async drain(): Promise<void> {
    await this.#tail.drain();
  }

  async deliver(message: Message, options: { readonly retry: boolean }): Promise<Delivery> {
    if (options.retry) {
      const known = await this.#knows(message.id);
      if (known === null) {
        return { kind: "uncertain", fault: silent() };
      }
      if (known) {
        return { kind: "delivered" };
      }
    }
    const echo = this.#expect((line) => line.t === "took" && line.id === message.id);
    const sent = await this.#send({ type: "message", id: message.id, text: message.text });
    if (!sent.ok) {
      return { kind: "not-delivered", fault: sent.fault };
    }
    return (await echo) ? { kind: "delivered" } : { kind: "uncertain", fault: silent() };
  }

  async answer(
    ref: string,
    _request: InteractionRequest,
    answer: InteractionAnswer,
  ): Promise<Result<"accepted" | "late">> {
    const sent = await this.#send({ type: "answer", id: ref, answer });
    return sent.ok ? ok("accepted") : sent;
  }

  interrupt(): Promise<Result<null>> {
    return this.#send({ type: "interrupt" });
  }

  async close(): Promise<Result<{ readonly leftovers: readonly number[] }>> {
    this.#closing = true;
    const ended = await this.#directory.terminate(5000);
    await this.#end();
    return ended;
  }

  detach(): Promise<void> {
    this.#stop.abort();
    this.#writer?.close();
    return this.#tail.done.then(() => undefined);
  }

  /** Whether the agent ever took a message; null when it does not answer. */
  async #knows(messageId: string): Promise<boolean | null> {
    const nonce = `${messageId}-${this.#io.clock.now()}`;
    const ids: string[] = [];
    const answer = this.#expect((line) => {
      if (line.t !== "history" || line.nonce !== nonce) {
        return false;
      }
      ids.push(...line.ids);
      return true;
    });
    const sent = await this.#send({ type: "history", nonce });
    return sent.ok && (await answer) ? ids.includes(messageId) : null;
  }

  #expect(match: Waiter): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = (line) => {
        if (!match(line)) {
          return false;
        }
        cancel();
        resolve(true);
        return true;
      };
      const over = (): void => {
        if (this.#io.held()) {
          // Its echo may have been read and wait to be stored.
          cancel = this.#io.clock.after(echoLimit, over);
          return;
        }
        this.#waiters.delete(waiter);
        resolve(false);
      };
      let cancel = this.#io.clock.after(echoLimit, over);
      this.#waiters.add(waiter);
    });
  }

  async #send(line: ToAgent): Promise<Result<null>> {
    if (this.#writer === null) {
      const opened = await this.#directory.writer();
      if (!opened.ok) {
        return opened;
      }
      this.#writer = opened.value;
    }
    return this.#writer.write(JSON.stringify(line));
  }

  async #take(lines: readonly TailLine[]): Promise<void> {
    const items: AgentItem[] = [];
    const heard: FromAgent[] = [];
    for (const line of lines) {
      const decoded = decode(line.text, line.start);
      items.push(...decoded.items);
      for (const draft of decoded.drafts) {
        this.#io.draft(draft);
      }
      if (decoded.line !== null) {
        heard.push(decoded.line);
      }
    }
    const offset = lines.at(-1)?.end ?? 0;
    await this.#io.ingest({
      stream: "main",
      items,
      cursor: { generation: 0, offset, state: null },
    });
    for (const line of heard) {
      for (const waiter of this.#waiters) {
        if (waiter(line)) {
          this.#waiters.delete(waiter);
        }
      }
    }
  }

  async #watch(): Promise<void> {
    await this.#directory.waitExit(this.#stop.signal).catch(() => null);
    if (!this.#stop.signal.aborted) {
      await this.#end();
    }
  }

  /** The process is gone: read the rest, then say so once. */
  async #end(): Promise<void> {
    if (this.#stop.signal.aborted) {
      return;
    }
    await this.#tail.drain();
    const exit = await this.#directory.exit();
    this.#stop.abort();
    this.#writer?.close();
    const cursor = this.#io.cursor("main") ?? { generation: 0, offset: 0, state: null };
    const item: AgentItem = {
      kind: "exited",
      key: "exited",
      code: exit?.code ?? null,
      signal: exit?.signal ?? null,
      expected: this.#closing,
      fault: this.#closing || exit === null ? null : outOfRoom("The agent", exit),
    };
    await this.#io.ingest({ stream: "main", items: [item], cursor }).catch((thrown: unknown) => {
      const level = this.#io.signal.aborted ? "debug" : "error";
      this.#io.log(level, "the end of the agent was not stored", { why: String(thrown) });
    });
  }
}

/** Takes up an agent an earlier server left, or says how it is gone. */
export async function attachFake(ref: SessionRef, io: SessionIo): Promise<FakeSession | Gone> {
  const directory = io.host.directory(ref.dir);
  const process = await directory.process();
  const session = new FakeSession(ref, io, directory);
  if (process !== null && (await io.host.alive(process))) {
    await session.begin();
    return session;
  }
  await session.drain();
  await session.detach();
  return process === null
    ? { kind: "gone", why: "never-started", detail: "It was never started." }
    : { kind: "gone", why: "exited", detail: "" };
}

function silent(): ReturnType<typeof fault> {
  return fault(
    "delivery_uncertain",
    "The agent did not say whether it got the message.",
    "Look at the transcript, then send it again if it is missing.",
  );
}
