import { ok, type Result } from "../../contract/result.ts";
import type { LineWriter, SessionDirectory } from "../../host/types.ts";
import type { Facts } from "./facts.ts";
import { type RpcOutcome, requestLine } from "./rpc.ts";

/** What became of a request of ours. */
export type Asked = RpcOutcome | { readonly ok: "timeout" } | { readonly ok: "gone" };

/** The way into `codex app-server`: lines into its FIFO, answers from its stream. */
export class Link {
  readonly #directory: SessionDirectory;
  readonly #facts: Facts;
  readonly #answers = new Map<string, RpcOutcome>();
  readonly #asked = new Set<string>();
  #writer: Promise<Result<LineWriter>> | null = null;
  #gone = false;

  constructor(directory: SessionDirectory, facts: Facts) {
    this.#directory = directory;
    this.#facts = facts;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Writes one line; the answer says whether it is in the FIFO. */
  async write(line: string): Promise<Result<null>> {
    this.#writer ??= this.#directory.writer();
    const writer = await this.#writer;
    if (!writer.ok) {
      this.#writer = null;
      return writer;
    }
    const written = await writer.value.write(line);
    if (!written.ok) {
      writer.value.close();
      this.#writer = null;
      return written;
    }
    return ok(null);
  }

  /** Sends a request and waits for the line that answers it. */
  async ask(id: string, method: string, params: object, limitMs: number): Promise<Asked> {
    const answered = this.answer(id, limitMs);
    const written = await this.write(requestLine(id, method, params));
    return written.ok ? await answered : { ok: "gone" };
  }

  /** Waits for the answer to a request that was written already. */
  async answer(id: string, limitMs: number): Promise<Asked> {
    this.#asked.add(id);
    const look = (): Asked | null =>
      this.#answers.get(id) ?? (this.#gone ? { ok: "gone" as const } : null);
    const asked = await this.#facts.until(look, limitMs);
    this.#asked.delete(id);
    this.#answers.delete(id);
    return asked ?? { ok: "timeout" };
  }

  /** Takes an answer off the stream; one nobody waits for was meant for an earlier server. */
  settle(id: string, outcome: RpcOutcome): void {
    if (!this.#asked.has(id)) return;
    this.#answers.set(id, outcome);
    this.#facts.changed();
  }

  /** The process is gone: no answer comes any more. */
  end(): void {
    this.#gone = true;
    this.close();
    this.#facts.changed();
  }

  close(): void {
    const writer = this.#writer;
    this.#writer = null;
    writer?.then(
      (it) => {
        if (it.ok) it.value.close();
      },
      () => undefined,
    );
  }
}
