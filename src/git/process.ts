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

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
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
