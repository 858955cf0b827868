import { mkdirSync } from "node:fs";
import { openTail } from "../tail.ts";
import type { TailLine, TailOptions } from "../types.ts";
import { Workspace } from "./workspace.ts";

/** Files that grow, and tails that follow them. */
export class TailBench {
  readonly work = new Workspace();
  #open: AbortController[] = [];
  #files = 0;

  /** A path in a directory of its own. */
  freshPath(): string {
    this.#files += 1;
    const dir = this.work.path(`t${this.#files}`);
    mkdirSync(dir);
    return `${dir}/out`;
  }

  /** Follows a file and lets a test wait for lines. */
  follow(path: string, options: Partial<TailOptions> = {}, watches = this.work.watches) {
    const stop = new AbortController();
    this.#open.push(stop);
    const lines: TailLine[] = [];
    const replaced: string[] = [];
    const onLines = async (batch: readonly TailLine[]) => void lines.push(...batch);
    const onReplaced = (why: string) => void replaced.push(why);
    const usual = { path, offset: 0, onLines, onReplaced, signal: stop.signal };
    const tail = openTail({ ...usual, ...options }, watches);
    return {
      tail,
      stop,
      lines,
      replaced,
      texts: () => lines.map((line) => line.text),
      count: (wanted: number) =>
        this.work.until(() => (lines.length >= wanted ? lines : null), path),
    };
  }

  /** Stops the tails of one test. */
  stop(): void {
    for (const stop of this.#open.splice(0)) stop.abort();
  }
}
