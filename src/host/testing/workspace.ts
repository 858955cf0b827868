import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryWatches } from "../directory-watch.ts";
import { waitUntil } from "../wait.ts";

/** A directory of its own for one test file, and what helps to wait on facts in it. */
export class Workspace {
  readonly dir: string;
  readonly watches = new DirectoryWatches();

  constructor(name = "agetor-host-") {
    this.dir = mkdtempSync(join(realpathSync(tmpdir()), name));
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  /** Resolves when `look` answers something; looks at every change of `path`, and again and again. */
  async until<T>(look: () => Promise<T | null> | T | null, path = this.path("any")): Promise<T> {
    const answer = await waitUntil(async () => await look(), {
      watches: this.watches,
      path,
      pollMs: 10,
      limitMs: 20_000,
    });
    if (answer === null) throw new Error("What the test waits for did not come.");
    return answer;
  }

  /** Resolves when the file is there. */
  async file(path: string): Promise<string> {
    return this.until(() => (existsSync(path) ? path : null), path);
  }

  /** Resolves with the text of the file, once it ends with a line break. */
  async text(path: string): Promise<string> {
    return this.until(() => {
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      return text.endsWith("\n") ? text : null;
    }, path);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
