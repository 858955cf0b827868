import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import type { Context } from "./context.ts";

/**
 * While it is held, our PreToolUse hook waits, so no new permission dialog can open under what we
 * type (M2). A file, because the hook is a few lines of sh that outlive every server; it waits for
 * 5 s at most and then takes a forgotten lock away.
 */
export class TypingLock {
  readonly #context: Context;
  #lane: Promise<unknown> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Runs `work` with the lock held, one at a time. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#lane.then(() => this.#held(work));
    this.#lane = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when nothing is being typed. */
  async settled(): Promise<void> {
    await this.#lane;
  }

  /** Epoch ms at which the hook let the last tool go on; 0 when it never did. */
  async released(): Promise<number> {
    return stat(this.#context.files.released).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }

  /** Takes away what a server left that died while it typed. */
  async forget(): Promise<void> {
    await rm(this.#context.files.typing, { force: true });
  }

  async #held<T>(work: () => Promise<T>): Promise<T> {
    const { dir, typing } = this.#context.files;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeFile(typing, "", { mode: 0o600 });
    try {
      return await work();
    } finally {
      await this.forget();
    }
  }
}
