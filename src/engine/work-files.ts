import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { linesOf } from "../domain/anchor.ts";
import type { Git } from "../git/types.ts";
import type { TaskRecord } from "../store/types.ts";
import { inside } from "./worksites.ts";

/** Above this, in bytes, a file is not read for its lines. */
const mostBytes = 4 * 1024 * 1024;

/** The folder a task's paths are relative to: its worktree, or the checkout it works in. */
export async function topOf(git: Git, task: TaskRecord): Promise<string | null> {
  if (task.worktreePath !== null) return task.worktreePath;
  if (task.isolation !== "none") return null;
  const place = await git.inspect(task.workdir);
  return place.ok ? place.value.root : null;
}

/** Text files of one folder as they are now, each read once; nothing outside of it is. */
export class WorkFiles {
  readonly #top: string | null;
  readonly #read = new Map<string, readonly string[] | null>();

  constructor(top: string | null) {
    this.#top = top;
  }

  /** The lines of a file; null when it is not there, no text, too large, or not inside. */
  lines(path: string): readonly string[] | null {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const lines = this.#top === null ? null : readLines(this.#top, path);
    this.#read.set(path, lines);
    return lines;
  }
}

function readLines(top: string, path: string): readonly string[] | null {
  const found = inside(join(top, path), [top]);
  if (!found.ok || found.value.path === found.value.directory) return null;
  let file: number;
  try {
    file = openSync(
      found.value.path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
  } catch {
    return null;
  }
  try {
    const { size } = fstatSync(file);
    const bytes = size > mostBytes ? null : readFileSync(file);
    return bytes === null || bytes.includes(0) ? null : linesOf(bytes.toString("utf8"));
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}
