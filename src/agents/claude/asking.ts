import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessRef } from "../../host/types.ts";
import type { Context } from "./context.ts";

/**
 * Knows whether a hook of ours waits for a person (M5, M11). Each leaves a file named by its own
 * pid before it asks: then the question stands on the card, and the terminal is not needed.
 */
export class Asking {
  readonly #context: Context;
  readonly #running = new Map<number, ProcessRef>();
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(context: Context) {
    this.#context = context;
  }

  /** True while one waits. */
  async open(): Promise<boolean> {
    const dir = this.#context.files.asks;
    for (const name of await readdir(dir).catch(() => [])) {
      const pid = Number(name);
      if (Number.isInteger(pid) && pid > 1 && !this.#running.has(pid)) await this.#meet(pid);
    }
    for (const [pid, process] of this.#running) {
      if (await this.#context.io.host.alive(process)) continue;
      this.#running.delete(pid);
      await this.#over(pid);
    }
    return this.#running.size > 0;
  }

  /** Milliseconds since the last one was seen to have ended; infinite when there was none. */
  get sinceEnd(): number {
    return this.#context.io.clock.monotonic() - this.#endedAt;
  }

  async #meet(pid: number): Promise<void> {
    const process = await this.#context.io.host.identify(pid);
    if (process === null) await this.#over(pid);
    else this.#running.set(pid, process);
  }

  async #over(pid: number): Promise<void> {
    this.#endedAt = this.#context.io.clock.monotonic();
    await unlink(join(this.#context.files.asks, String(pid))).catch(() => undefined);
  }
}
