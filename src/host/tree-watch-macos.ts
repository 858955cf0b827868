import { type FSWatcher, watch } from "node:fs";
import type { TreeWatch, TreeWatchOptions } from "./types.ts";

/**
 * Where the system itself watches a whole tree (macOS: one FSEvents stream). What git ignores comes
 * too and is left out here.
 */
export class RecursiveTree implements TreeWatch {
  readonly #watchers: FSWatcher[] = [];
  readonly #options: TreeWatchOptions;
  #ignored: ReadonlySet<string> = new Set();
  #heard = true;
  #isNew = true;

  constructor(options: TreeWatchOptions) {
    this.#options = options;
    this.#watch(options.root, true, (name) => this.#hear(name));
    for (const dir of options.beside) this.#watch(dir, false, () => this.#tell(true));
  }

  collect(): Promise<boolean> {
    const heard = this.#heard;
    this.#heard = false;
    return Promise.resolve(heard);
  }

  update(ignored: readonly string[]): Promise<"complete" | "grown" | "off"> {
    this.#ignored = new Set(ignored.map((name) => name.replace(/\/$/, "")));
    const isNew = this.#isNew;
    this.#isNew = false;
    if (this.#watchers.length === 0) return Promise.resolve("off");
    return Promise.resolve(isNew ? "grown" : "complete");
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }

  #watch(dir: string, recursive: boolean, onEvent: (name: string | null) => void): void {
    try {
      const watcher = watch(dir, { recursive }, (_event, name) => onEvent(name));
      watcher.on("error", () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // Gone, or refused: `update` says so.
    }
  }

  #hear(name: string | null): void {
    const whole = name ?? "";
    for (let at = whole.length; at > 0; at = whole.lastIndexOf("/", at - 1)) {
      const path = whole.slice(0, at);
      if (path === ".git" || this.#ignored.has(path)) return;
    }
    this.#tell(true);
  }

  #tell(sure: boolean): void {
    this.#heard = true;
    this.#options.onChange(sure);
  }
}
