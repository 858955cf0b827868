import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/**
 * Two homes of one Claude: it works in `real`, the server looks into `seen`, where every transcript
 * is a copy that comes `delayMs` late. Claude itself notices nothing. A new conversation is still
 * read where its hook says it lies, in `real`; one that was taken up again is read from the copy.
 */
export class LateHome {
  readonly seen: string;
  /** A `claude` that works in the real home, whatever home it is told. */
  readonly bin: string;
  delayMs = 0;
  readonly #real: string;
  readonly #taken = new Map<string, number>();
  /** When each piece of text could be read in the copy. */
  readonly #arrivals: { readonly at: number; readonly text: string }[] = [];
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #looking: ReturnType<typeof setInterval>;

  constructor(root: string, claude: string) {
    this.#real = join(root, "real");
    this.seen = join(root, "seen");
    for (const dir of ["projects", "sessions"])
      mkdirSync(join(this.#real, dir), { recursive: true });
    mkdirSync(join(this.seen, "projects"), { recursive: true });
    symlinkSync(join(this.#real, "sessions"), join(this.seen, "sessions"));
    writeFileSync(join(this.#real, ".claude.json"), "{}");
    symlinkSync(join(this.#real, ".claude.json"), join(this.seen, ".claude.json"));
    this.bin = join(root, "late-claude");
    const script = `#!/bin/sh\nCLAUDE_CONFIG_DIR='${this.#real}' exec '${claude}' "$@"\n`;
    writeFileSync(this.bin, script);
    chmodSync(this.bin, 0o755);
    this.#looking = setInterval(() => this.#look(), 10);
  }

  /** True when the copy has all that Claude has written. */
  whole(): boolean {
    this.#look();
    return this.#timers.size === 0 && this.#taken.size > 0;
  }

  /** Epoch ms at which these words could first be read in the copy, or null. */
  arrived(words: string): number | null {
    return this.#arrivals.find(({ text }) => text.includes(words))?.at ?? null;
  }

  close(): void {
    clearInterval(this.#looking);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #look(): void {
    const projects = join(this.#real, "projects");
    for (const name of readdirSync(projects, { recursive: true }).map(String)) {
      if (name.endsWith(".jsonl")) this.#follow(name, join(projects, name));
    }
  }

  #follow(name: string, path: string): void {
    const taken = this.#taken.get(name) ?? 0;
    if (statSync(path).size <= taken) return;
    const bytes = readFileSync(path).subarray(taken);
    this.#taken.set(name, taken + bytes.length);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#arrive(join(this.seen, "projects", name), bytes);
    }, this.delayMs);
    this.#timers.add(timer);
  }

  #arrive(copy: string, bytes: Uint8Array): void {
    if (!existsSync(copy)) mkdirSync(dirname(copy), { recursive: true });
    appendFileSync(copy, bytes);
    this.#arrivals.push({ at: Date.now(), text: new TextDecoder().decode(bytes) });
  }
}
