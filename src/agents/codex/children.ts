import { readdirSync, readFileSync } from "node:fs";
import { procTable } from "../../host/process.ts";

/**
 * Ends the shell commands of a thread that nobody ends any more. Codex starts each in a session of
 * its own and marks it with `CODEX_THREAD_ID` (codex-cli 0.169.0); its sandbox dies with it unless
 * it was cut off while the sandbox was being made. Answers how many groups were ended.
 *
 * Only Linux tells the environment of a process; elsewhere Codex's own cleaning has to do.
 */
export async function endCommands(threadId: string | null): Promise<number> {
  if (threadId === null || process.platform !== "linux") return 0;
  const marked = pids().filter((pid) => isMarked(pid, threadId));
  // Not by `ps`: a container often has none.
  const rows = await procTable().some(marked);
  const own = new Set(rows.map(({ group }) => group).filter((group) => group > 1));
  for (const group of own) endGroup(group);
  return own.size;
}

function pids(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 1);
}

function isMarked(pid: number, threadId: string): boolean {
  if (pid === process.pid) return false;
  try {
    const environ = readFileSync(`/proc/${pid}/environ`, "latin1");
    return `\0${environ}`.includes(`\0CODEX_THREAD_ID=${threadId}\0`);
  } catch {
    // Ended in between, or another user's.
    return false;
  }
}

/** A group number is not given out again while it has a member, and it had one of ours just now. */
function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Gone by itself.
  }
}
