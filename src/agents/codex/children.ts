import { readdirSync, readFileSync } from "node:fs";
import type { Host } from "../../host/types.ts";

interface Row {
  readonly pid: number;
  readonly group: number;
}

/**
 * Ends the shell commands of a thread that nobody ends any more. Codex starts each in a session of
 * its own and marks it with `CODEX_THREAD_ID` (codex-cli 0.169.0); its sandbox dies with it unless
 * it was cut off while the sandbox was being made. Answers how many groups were ended.
 *
 * Only Linux tells the environment of a process; elsewhere Codex's own cleaning has to do.
 */
export async function endCommands(host: Host, threadId: string | null): Promise<number> {
  if (threadId === null || process.platform !== "linux") return 0;
  const marked = new Set(pids().filter((pid) => isMarked(pid, threadId)));
  if (marked.size === 0) return 0;
  const listed = await host.run({
    argv: ["ps", "-A", "-o", "pid=,pgid="],
    env: host.baseEnv(),
    timeoutMs: 3_000,
  });
  const own = new Set(
    listed.stdout
      .split("\n")
      .flatMap(rowOf)
      .filter((row) => marked.has(row.pid))
      .map((row) => row.group),
  );
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

function rowOf(line: string): Row[] {
  const [pid, group] = line.trim().split(/\s+/).map(Number);
  if (pid === undefined || group === undefined) return [];
  return Number.isInteger(group) && group > 1 ? [{ pid, group }] : [];
}

/** A group number is not given out again while it has a member, and it had one of ours just now. */
function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Gone by itself.
  }
}
