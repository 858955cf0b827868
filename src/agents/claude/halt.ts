import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import type { Context } from "./context.ts";

/**
 * Holds Claude at its next step while a stop takes back what waits in its queue. Our hooks wait for
 * as long as it is there: before a tool, before a turn takes in what was queued, and before a turn
 * ends and the next in the queue begins (2.1.330, tried). A file, so it also holds while no server
 * is there: who was told to stop does nothing until the next one has seen to it.
 */
export class Halt {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Learns whether an earlier server left it. */
  async load(): Promise<void> {
    this.#context.halted = await stat(this.#context.files.halt).then(
      () => true,
      () => false,
    );
  }

  async on(): Promise<void> {
    const { dir, halt } = this.#context.files;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeFile(halt, "", { mode: 0o600 });
    this.#context.halted = true;
  }

  async off(): Promise<void> {
    await rm(this.#context.files.halt, { force: true });
    this.#context.halted = false;
  }
}
