import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** What the running server tells the CLI, hooks and scripts: where it is and how to get in. */
export const CoreFile = z.object({
  port: z.number().int(),
  token: z.string(),
  pid: z.number().int(),
  version: z.string(),
  startedAt: z.number().int(),
  /** The unix socket; it is elsewhere when the data directory's path is too long for one. */
  socket: z.string(),
});
export type CoreFile = z.infer<typeof CoreFile>;

const coreName = "agetor-core.json";
const portName = "last-port";

/**
 * Writes `<data>/agetor-core.json`, readable by its owner only, in one step. A symlink or file
 * that someone planted at its place is replaced, not written through. Nothing waits for the disk:
 * after a power cut no server runs, and what stands there is nobody's.
 */
export function writeCoreFile(dataDir: string, core: CoreFile): void {
  writePrivately(join(dataDir, coreName), `${JSON.stringify(core)}\n`);
  writePrivately(join(dataDir, portName), `${core.port}\n`);
}

/** Removes the file if it is still this server's own. */
export function removeCoreFile(dataDir: string, pid: number): void {
  const path = join(dataDir, coreName);
  try {
    const core = CoreFile.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (core.success && core.data.pid === pid) rmSync(path, { force: true });
  } catch {
    // Not there, or not ours to understand: either way nothing to take back.
  }
}

/** The port an earlier server of this data directory had, for URLs that agents still hold. */
export function lastPort(dataDir: string): number | null {
  try {
    const port = Number(readFileSync(join(dataDir, portName), "utf8"));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

function writePrivately(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
