import { readFileSync } from "node:fs";

/** Takes in chunks up to a number of bytes. */
export function collect(max: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let full = false;
  return {
    /** False once there is more than fits. */
    add(chunk: Buffer): boolean {
      const room = max - size;
      if (chunk.length > room) full = true;
      const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
      chunks.push(kept);
      size += kept.length;
      return !full;
    },
    full: () => full,
    bytes: () => Buffer.concat(chunks),
  };
}

/** Whether a process still does something: one that has ended and waits for its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The state stands behind the name, which may hold anything (proc(5)).
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    // Without /proc it counts as alive until its parent has looked.
    return true;
  }
}

/** Ends a process and all that it started; it leads a process group of its own. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
