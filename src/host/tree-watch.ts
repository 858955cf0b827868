import { type FSWatcher, lstatSync, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TreeWatch, TreeWatchOptions } from "./types.ts";

/**
 * Folders watched at once, for all tasks together: each takes a watch of the kernel, of which older
 * ones give a user 8192 for all programs.
 */
const mostFolders = 5_000;
/** New folders that are watched before git has said whether they are ignored. */
const onTrial = 64;

/** What all trees of a server share. */
export interface TreeBudget {
  readonly most: number;
  open: number;
  readonly makeWatcher: (dir: string, onEvent: (name: string | null) => void) => FSWatcher;
  /** Said when the system refuses a watcher. */
  readonly onNotice: (notice: string) => void;
}

export function treeBudget(more: Partial<Omit<TreeBudget, "open">> = {}): TreeBudget {
  return {
    most: mostFolders,
    open: 0,
    makeWatcher: (dir, onEvent) => watch(dir, (_event, name) => onEvent(name)),
    onNotice: () => undefined,
    ...more,
  };
}

interface Folder {
  readonly watcher: FSWatcher;
  /** Which folder it is, should another come to have its name. */
  readonly identity: string;
}

/**
 * Watches every folder of a tree that git does not ignore, one watcher each; they share the
 * process's one inotify instance (V20). Bun drops events that follow another within a millisecond
 * (see directory-watch.ts), so an event only says where to look: what is there counts.
 */
export class FolderTree implements TreeWatch {
  readonly #options: TreeWatchOptions;
  readonly #budget: TreeBudget;
  /** By path relative to the root; "" is the root itself. */
  readonly #folders = new Map<string, Folder>();
  readonly #beside: FSWatcher[] = [];
  readonly #dirty = new Set<string>();
  /** Watched, but what is below them is not known yet. */
  readonly #unknown = new Set<string>();
  #ignored: ReadonlySet<string> = new Set();
  #heardBeside = true;
  #state: "new" | "on" | "off" = "new";

  constructor(options: TreeWatchOptions, budget: TreeBudget) {
    this.#options = options;
    this.#budget = budget;
  }

  async collect(): Promise<boolean> {
    const heard = this.#heardBeside || this.#state !== "on";
    this.#heardBeside = false;
    const dirty = [...this.#dirty].filter((path) => this.#folders.has(path));
    this.#dirty.clear();
    let allowed = onTrial;
    for (const path of dirty) allowed -= await this.#scan(path, allowed);
    return heard || dirty.length > 0;
  }

  async update(ignored: readonly string[]): Promise<"complete" | "grown" | "off"> {
    if (this.#state === "off") return "off";
    this.#take(new Set(ignored.map((name) => name.replace(/\/$/, ""))));
    if (this.#state === "new") for (const dir of this.#options.beside) this.#watchBeside(dir);
    this.#state = "on";
    // Also when another folder has taken the place of the root.
    const isNew = !this.#isSame("");
    if (isNew) {
      this.#closeUnder("");
      this.#open("");
      this.#unknown.add("");
    }
    let opened = isNew ? 1 : 0;
    for (const path of this.#unknown) {
      this.#unknown.delete(path);
      if (this.#folders.has(path)) opened += await this.#scan(path, Number.POSITIVE_INFINITY);
      if (this.#isOff()) return "off";
    }
    return opened > 0 ? "grown" : "complete";
  }

  close(): void {
    this.#closeUnder("");
    for (const watcher of this.#beside.splice(0)) watcher.close();
    this.#state = "off";
  }

  #isOff(): boolean {
    return this.#state === "off";
  }

  /** What is newly ignored is let go of; what no longer is will be looked at. */
  #take(ignored: ReadonlySet<string>): void {
    for (const path of this.#ignored) {
      if (!ignored.has(path)) this.#unknown.add(parentOf(path));
    }
    this.#ignored = ignored;
    for (const path of [...this.#folders.keys()]) {
      if (this.#isIgnored(path)) this.#closeOne(path);
    }
  }

  #isIgnored(path: string): boolean {
    for (let at = path; at !== ""; at = parentOf(at)) if (this.#ignored.has(at)) return true;
    return false;
  }

  /**
   * Opens the folders below one that are not known yet, at most so many, and forgets those that are
   * gone. Answers how many it opened.
   */
  async #scan(path: string, allowed: number): Promise<number> {
    let opened = 0;
    const waiting = [path];
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const names = await foldersIn(join(this.#options.root, at), at === "");
      if (names === null || this.#isOff()) continue;
      if (names === "repository") {
        // What is in it is another repository's; git names only its folder.
        this.#closeUnder(at);
        continue;
      }
      const below = names.map((name) => (at === "" ? name : `${at}/${name}`));
      this.#forget(at, new Set(below));
      for (const child of below) {
        if (this.#ignored.has(child) || this.#isSame(child)) continue;
        if (opened >= allowed) {
          this.#unknown.add(at);
          break;
        }
        this.#closeUnder(child);
        if (!this.#open(child)) continue;
        opened += 1;
        waiting.push(child);
      }
    }
    return opened;
  }

  #forget(path: string, below: ReadonlySet<string>): void {
    for (const known of [...this.#folders.keys()]) {
      if (known !== "" && parentOf(known) === path && !below.has(known)) this.#closeUnder(known);
    }
  }

  /** Whether the folder that is watched under this name is the one that is there. */
  #isSame(path: string): boolean {
    const known = this.#folders.get(path);
    return known !== undefined && known.identity === identityOf(join(this.#options.root, path));
  }

  #open(path: string): boolean {
    const dir = join(this.#options.root, path);
    const identity = identityOf(dir);
    if (identity === null || this.#folders.has(path) || this.#state !== "on") return false;
    if (this.#budget.open >= this.#budget.most) {
      this.#giveUp(`more than ${this.#budget.most} folders`);
      return false;
    }
    try {
      const watcher = this.#budget.makeWatcher(dir, (name) => this.#hear(path, name));
      watcher.on("error", () => this.#closeUnder(path));
      this.#folders.set(path, { watcher, identity });
      this.#budget.open += 1;
      return true;
    } catch (cause) {
      // Gone again, or the system has no watcher left.
      if (identityOf(dir) !== null) this.#giveUp(String(cause));
      return false;
    }
  }

  #watchBeside(dir: string): void {
    try {
      const watcher = this.#budget.makeWatcher(dir, () => {
        this.#heardBeside = true;
        this.#options.onChange(true);
      });
      watcher.on("error", () => watcher.close());
      this.#beside.push(watcher);
    } catch {
      // The files themselves are watched all the same.
    }
  }

  #giveUp(why: string): void {
    this.close();
    this.#budget.onNotice(
      `${this.#options.root} is looked at now and then instead of watched: ${why}`,
    );
  }

  #hear(path: string, name: string | null): void {
    const full = name === null || path === "" ? name : `${path}/${name}`;
    if (full !== null && this.#ignored.has(full)) {
      // Another file of the folder may have changed in the same moment, unheard.
      this.#dirty.add(path);
      this.#options.onChange(false);
      return;
    }
    this.#dirty.add(path);
    this.#options.onChange(true);
  }

  #closeUnder(path: string): void {
    for (const known of [...this.#folders.keys()]) {
      if (path === "" || known === path || known.startsWith(`${path}/`)) this.#closeOne(known);
    }
  }

  #closeOne(path: string): void {
    const folder = this.#folders.get(path);
    if (folder === undefined) return;
    this.#folders.delete(path);
    this.#unknown.delete(path);
    this.#budget.open -= 1;
    folder.watcher.close();
  }
}

/** The folders in a folder; null when it is gone, `repository` when it holds one of its own. */
async function foldersIn(
  dir: string,
  isRoot: boolean,
): Promise<readonly string[] | "repository" | null> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  if (!isRoot && entries.some((entry) => entry.name === ".git")) return "repository";
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== ".git")
    .map((entry) => entry.name);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Of a folder that is one and not a link to one. File systems give an inode's number again. */
function identityOf(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() ? `${found.ino}:${found.birthtimeMs}` : null;
}
