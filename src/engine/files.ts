import { join } from "node:path";
import type { FileMatch } from "../contract/harness.ts";
import { ok, type Result } from "../contract/result.ts";
import { type FileIndex, indexFiles, matchFiles } from "../domain/file-match.ts";
import { plain } from "../domain/text.ts";
import type { FileSearch, FilesQuery } from "./api.ts";
import { type Core, unknown } from "./core.ts";
import { walkFolder } from "./walk-folder.ts";

/** Younger than this a list is taken as it is, in milliseconds; older, it is made again behind it. */
const goodFor = 2_000;
/** Older than this nobody wants it; the new one is waited for. */
const usableFor = 60_000;
const mostFolders = 16;
/** Names of more are not held ready. */
const mostFiles = 200_000;

interface Listed {
  index: FileIndex | null;
  /** What it was made from: the same names are not made ready twice. */
  names: readonly string[];
  at: number;
  listing: Promise<Result<FileIndex>> | null;
}

/** Files that can be named in a message, found as fast as one types. */
export class Files implements FileSearch {
  readonly #core: Core;
  readonly #folders = new Map<string, Listed>();

  constructor(core: Core) {
    this.#core = core;
  }

  async find({ taskId, workdir, q, limit }: FilesQuery): Promise<Result<{ files: FileMatch[] }>> {
    const folder = taskId === null ? ok(workdir ?? "") : this.#folderOf(taskId);
    if (!folder.ok) {
      return folder;
    }
    const index = await this.#indexOf(folder.value);
    return index.ok ? ok({ files: matchFiles(index.value, q, limit) }) : index;
  }

  /** The folder an agent names its files from: where it starts. */
  #folderOf(taskId: string): Result<string> {
    const task = this.#core.deps.store.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", taskId);
    }
    return ok(task.worktreePath === null ? task.workdir : join(task.worktreePath, task.prefix));
  }

  async #indexOf(folder: string): Promise<Result<FileIndex>> {
    const { clock } = this.#core.deps;
    const listed = this.#folders.get(folder) ?? { index: null, names: [], at: 0, listing: null };
    this.#folders.delete(folder);
    this.#folders.set(folder, listed);
    const [oldest] = this.#folders.keys();
    if (this.#folders.size > mostFolders && oldest !== undefined) {
      this.#folders.delete(oldest);
    }
    const age = clock.monotonic() - listed.at;
    if (listed.index === null || age > goodFor) {
      listed.listing ??= this.#list(folder, listed);
    }
    if (listed.index !== null && age <= usableFor) {
      return ok(listed.index);
    }
    return listed.listing ?? ok(listed.index ?? []);
  }

  async #list(folder: string, listed: Listed): Promise<Result<FileIndex>> {
    const found = await this.#names(folder).finally(() => {
      listed.listing = null;
    });
    if (!found.ok) {
      listed.index = null;
      return found;
    }
    // A name with a line break or an override of the writing direction would say something else.
    const told = found.value.filter((name) => plain(name) === name && !/[\n\t]/.test(name));
    const names = told.slice(0, mostFiles);
    if (listed.index === null || !areEqual(names, listed.names)) {
      listed.index = indexFiles(names);
      listed.names = names;
    }
    listed.at = this.#core.deps.clock.monotonic();
    return ok(listed.index);
  }

  /** What git sees where there is git, else what lies there. */
  async #names(folder: string): Promise<Result<readonly string[]>> {
    const { git } = this.#core.deps;
    const place = await git.inspect(folder);
    if (!place.ok) {
      return place;
    }
    if (place.value.kind === "folder") {
      return ok(await walkFolder(place.value.root));
    }
    const { bare, root, prefix } = place.value;
    return bare ? ok([]) : git.listFiles(join(root, prefix));
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}
