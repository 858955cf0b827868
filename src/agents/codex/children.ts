import type { Host, ProcessRef } from "../../host/types.ts";

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/**
 * Ends the commands of an agent and leaves the agent: every process below it that has a group of
 * its own. Codex starts each shell command in a session of its own (codex-cli 0.169.0).
 */
export async function killCommands(host: Host, agent: ProcessRef | null): Promise<void> {
  if (agent === null || !(await host.alive(agent))) return;
  const listed = await host.run({
    argv: ["ps", "-A", "-o", "pid=,ppid=,pgid="],
    env: host.baseEnv(),
    timeoutMs: 3_000,
  });
  const rows = listed.stdout.split("\n").flatMap(rowOf);
  const own = rows.find((row) => row.pid === agent.pid)?.group;
  for (const row of below(rows, agent.pid)) {
    // Only a group's first process names the group; the agent's own group stays.
    if (row.group === own || row.group !== row.pid) continue;
    const process = await host.identify(row.pid);
    if (process !== null) await host.signalGroup(process, "SIGKILL");
  }
}

function rowOf(line: string): Row[] {
  const [pid, parent, group] = line.trim().split(/\s+/).map(Number);
  if (pid === undefined || parent === undefined || group === undefined) return [];
  return Number.isInteger(pid) && pid > 1 ? [{ pid, parent, group }] : [];
}

function below(rows: readonly Row[], root: number): Row[] {
  const found: Row[] = [];
  let parents = new Set([root]);
  while (parents.size > 0) {
    const children = rows.filter((row) => parents.has(row.parent) && !found.includes(row));
    found.push(...children);
    parents = new Set(children.map((row) => row.pid));
  }
  return found;
}
