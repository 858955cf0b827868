import { rename, rm, writeFile } from "node:fs/promises";
import type { Context } from "./context.ts";
import { hookMode, upTo } from "./modes.ts";

/**
 * Another mode for the turn that is under way (2.1.330, tried). Only Claude itself switches: the
 * person's next answer carries the mode (`respond`). Until then a file names the modes a tool may
 * run in, and our PreToolUse hook has Claude ask in any other; it holds without a server as well.
 */
export class ModeWish {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** `now` is the mode Claude works in, by its own name. */
  async set(mode: string | null, now: string | null): Promise<void> {
    const wish = hookMode(mode);
    if (wish === null) return;
    if (wish === now) {
      await this.#drop();
      return;
    }
    // The strict side first: a crash in between leaves one question too many.
    await this.#write(wish);
    await this.#context.save({}, { wish });
  }

  /** Claude works in another mode from now on. */
  async reached(now: string | null): Promise<void> {
    const { wish } = this.#context.data;
    if (now !== null && wish === now) await this.#drop();
  }

  async #write(wish: string): Promise<void> {
    const { modes } = this.#context.files;
    await writeFile(`${modes}.new`, upTo(wish).join(" "), { mode: 0o600 });
    await rename(`${modes}.new`, modes);
  }

  async #drop(): Promise<void> {
    await this.#context.save({}, { wish: null });
    await rm(this.#context.files.modes, { force: true });
  }
}
