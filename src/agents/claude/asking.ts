import { readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessRef } from "../../host/types.ts";
import type { Context } from "./context.ts";
import { numberAt, objectAt, parseObject, stringAt } from "./json.ts";
import type { Status } from "./status.ts";

/** One hook of ours that waits for a person. */
interface Waiting {
  readonly process: ProcessRef;
  /** Null until it has noted what it asks. */
  note: Note | null;
}

interface Note {
  readonly requestId: string;
  /** Epoch ms at which it began to ask. */
  readonly at: number;
  readonly agentId: string | null;
}

/**
 * Claude tells a moment late how it stands. When another question was answered just before, what it
 * tells of that one must not be taken for the end of this one.
 */
const lateMs = 1_000;
const justMs = 1_500;

/**
 * Knows whether a hook of ours waits for a person (M5, M11). Each leaves a file named by its own
 * pid before it asks: then the question stands on the card, and the terminal is not needed.
 */
export class Asking {
  readonly #context: Context;
  readonly #waiting = new Map<number, Waiting>();
  #endedAt = Number.NEGATIVE_INFINITY;
  /** The same in epoch ms. */
  #ended = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** True while one waits. */
  async open(): Promise<boolean> {
    const dir = this.#context.files.asks;
    for (const name of await readdir(dir).catch(() => [])) {
      const pid = Number(name);
      if (Number.isInteger(pid) && pid > 1 && !this.#waiting.has(pid)) await this.#meet(pid);
    }
    for (const [pid, { process }] of this.#waiting) {
      if (await this.#context.io.host.alive(process)) continue;
      this.#waiting.delete(pid);
      await this.#over(pid);
    }
    return this.#waiting.size > 0;
  }

  /**
   * The ids of questions that were answered in Claude's own terminal: their hooks wait on, while
   * Claude shows no dialog any more (2.1.330, tried: the status follows the key within 0.2 s, for
   * tools, questions and plans, allowed or denied). An answer of ours makes it go on as well, but
   * is stored before. What sub-agents ask is no such sign: their dialogs wait unseen while the main
   * conversation works (tried).
   */
  async answeredByHand(status: Status | null): Promise<readonly string[]> {
    if (status === null || status.kind === "waiting") return [];
    const over: string[] = [];
    for (const [pid, waiting] of this.#waiting) {
      waiting.note ??= await this.#note(pid);
      const { note } = waiting;
      if (note === null || note.agentId !== null) continue;
      const follows = this.#ended > note.at - justMs;
      const since = follows ? Math.max(note.at, this.#ended) + lateMs : note.at;
      if (status.since > since) over.push(note.requestId);
    }
    return over;
  }

  /** Milliseconds since the last one was seen to have ended; infinite when there was none. */
  get sinceEnd(): number {
    return this.#context.io.clock.monotonic() - this.#endedAt;
  }

  async #meet(pid: number): Promise<void> {
    const process = await this.#context.io.host.identify(pid);
    if (process === null) await this.#over(pid);
    else this.#waiting.set(pid, { process, note: null });
  }

  async #note(pid: number): Promise<Note | null> {
    const path = join(this.#context.files.asks, String(pid));
    const said = parseObject(await readFile(path, "utf8").catch(() => ""));
    const [requestId, at] = [stringAt(said, "requestId"), numberAt(said, "at")];
    if (requestId === null || at === null) return null;
    return { requestId, at, agentId: stringAt(objectAt(said, "hook"), "agent_id") };
  }

  async #over(pid: number): Promise<void> {
    const { clock } = this.#context.io;
    this.#endedAt = clock.monotonic();
    this.#ended = clock.now();
    await unlink(join(this.#context.files.asks, String(pid))).catch(() => undefined);
  }
}
