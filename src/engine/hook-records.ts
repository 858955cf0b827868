import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessRef } from "../host/types.ts";

/** Whose hooks run, named so that another process with the same pid is never taken for it. */
export interface HookRecord {
  readonly taskId: string;
  /** Leads the group and the session of git and its hooks. */
  readonly process: ProcessRef;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly subject: string;
}

/** What runs of commits' hooks, in `<data>/hooks/<task>.json`, for the server after a killed one. */
export class HookRecords {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, "hooks");
  }

  /** Whole or not at all. Throws what the file system says. */
  async put(record: HookRecord): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const path = this.#path(record.taskId);
    await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  async remove(taskId: string): Promise<void> {
    await rm(this.#path(taskId), { force: true });
  }

  /** All there are; what cannot be read as one names no process, and goes. */
  async all(): Promise<readonly HookRecord[]> {
    const found: HookRecord[] = [];
    for (const name of await readdir(this.#dir).catch(() => [])) {
      const record = parse(await readFile(join(this.#dir, name), "utf8").catch(() => ""));
      if (record === null || name !== `${record.taskId}.json`) {
        await rm(join(this.#dir, name), { force: true });
      } else {
        found.push(record);
      }
    }
    return found;
  }

  #path(taskId: string): string {
    return join(this.#dir, `${taskId}.json`);
  }
}

function parse(text: string): HookRecord | null {
  try {
    const { taskId, process, since, subject } = JSON.parse(text) as Partial<HookRecord>;
    const { pid, startTime, bootId } = process ?? {};
    const named = typeof startTime === "string" && typeof bootId === "string" && startTime !== "";
    if (typeof taskId !== "string" || !Number.isSafeInteger(pid) || pid === undefined || pid <= 1) {
      return null;
    }
    if (!named || typeof since !== "number" || typeof subject !== "string") {
      return null;
    }
    return { taskId, process: { pid, startTime, bootId }, since, subject };
  } catch {
    return null;
  }
}
