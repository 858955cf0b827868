import { existsSync, readdirSync, readFileSync } from "node:fs";
import { runCommand } from "./run.ts";
import type { ProcessRef } from "./types.ts";

/** One row of the process table; `zombie` = ended, only its exit status is left. */
export interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  /** The session leader's pid, or null where the system does not tell (macOS). */
  readonly session: number | null;
  readonly zombie: boolean;
  /** See `ProcessRef.startTime`. */
  readonly startTime: string;
}

/** How the running system tells about processes. */
export interface ProcessTable {
  bootId(): Promise<string>;
  row(pid: number): Promise<ProcessRow | null>;
  rows(): Promise<readonly ProcessRow[]>;
  /** The rows of these pids, as far as they run. */
  some(pids: readonly number[]): Promise<readonly ProcessRow[]>;
}

/** Fields of `/proc/<pid>/stat` (man 5 proc), counted from the state, the first one behind the name. */
const statField = { state: 0, group: 2, session: 3, startTime: 19 } as const;

function procRow(pid: number): ProcessRow | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null;
  }
  // The name is in parentheses and may itself contain some, or spaces: the last one closes it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[statField.state];
  const startTime = fields[statField.startTime];
  if (state === undefined || startTime === undefined) return null;
  return {
    pid,
    group: Number(fields[statField.group]),
    session: Number(fields[statField.session]),
    zombie: state === "Z" || state === "X",
    startTime,
  };
}

/** The process table of Linux, read from `/proc`. */
export function procTable(): ProcessTable {
  return {
    bootId: async () => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
    row: async (pid) => procRow(pid),
    some: async (pids) => pids.map(procRow).filter((row) => row !== null),
    rows: async () =>
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((name) => procRow(Number(name)))
        .filter((row) => row !== null),
  };
}

/** Fixed, because `lstart` is written in the language and the time zone of whoever asks. */
const psEnv = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC0" };

async function psOutput(argv: readonly [string, ...string[]]): Promise<string> {
  return (await runCommand({ argv, env: psEnv, timeoutMs: 5_000 })).stdout;
}

function psRow(line: string): ProcessRow | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
  if (match === null) return null;
  const [, pid, group, state = "", started = ""] = match;
  return {
    pid: Number(pid),
    group: Number(group),
    session: null,
    zombie: state.startsWith("Z"),
    startTime: started.replace(/\s+/g, " "),
  };
}

/** The process table where there is no `/proc`: macOS, by `ps` and `sysctl`. */
export function psTable(): ProcessTable {
  const columns = ["-o", "pid=,pgid=,stat=,lstart="];
  const list = async (which: readonly string[]) =>
    (await psOutput(["ps", ...which, ...columns]))
      .split("\n")
      .map(psRow)
      .filter((row) => row !== null);
  return {
    bootId: async () => {
      const session = (await psOutput(["sysctl", "-n", "kern.bootsessionuuid"])).trim();
      if (session !== "") return session;
      return (
        /sec = (\d+)/.exec(await psOutput(["sysctl", "-n", "kern.boottime"]))?.[1] ?? "unknown"
      );
    },
    row: async (pid) => (await list(["-p", String(pid)]))[0] ?? null,
    rows: () => list(["-A"]),
    some: async (pids) => (pids.length === 0 ? [] : list(["-p", pids.join(",")])),
  };
}

/** How long SIGKILL may take to be seen, in milliseconds. */
const killLimitMs = 2_000;
/** How often it is looked whether an ended group is gone, in milliseconds. */
const lookMs = 25;

/** Names, watches and signals processes; nothing it does can hit a process with a reused pid. */
export class Processes {
  readonly #table: ProcessTable;
  #boot: Promise<string> | null = null;

  constructor(table: ProcessTable = existsSync("/proc/self/stat") ? procTable() : psTable()) {
    this.#table = table;
  }

  /** The id of the running boot. */
  bootId(): Promise<string> {
    this.#boot ??= this.#table.bootId();
    return this.#boot;
  }

  /** Names a running process; null when there is none, or only its exit status is left. */
  async identify(pid: number): Promise<ProcessRef | null> {
    if (!Number.isSafeInteger(pid) || pid <= 0) return null;
    const [row, bootId] = await Promise.all([this.#table.row(pid), this.bootId()]);
    if (row === null || row.zombie) return null;
    return { pid, startTime: row.startTime, bootId };
  }

  /** Names many running processes at once; those that do not run are left out. */
  async identifyAll(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessRef>> {
    const [rows, bootId] = await Promise.all([this.#table.some(pids), this.bootId()]);
    const running = rows.filter((row) => !row.zombie);
    return new Map(running.map(({ pid, startTime }) => [pid, { pid, startTime, bootId }] as const));
  }

  /** True when exactly that process runs. */
  async alive(ref: ProcessRef): Promise<boolean> {
    return (await this.#own(ref)) !== null;
  }

  /**
   * Signals the group led by exactly that process. False, and nothing signalled, when it is gone,
   * when its pid is someone else's by now, or when it leads no group.
   */
  async signalGroup(ref: ProcessRef, signal: NodeJS.Signals): Promise<boolean> {
    const row = await this.#own(ref);
    if (row === null || row.group !== ref.pid || ref.pid <= 1) return false;
    return kill(-ref.pid, signal);
  }

  /**
   * The running processes a program left: the members of its group and of its session. Empty when
   * the pid belongs to another process by now, because then nothing tells them apart.
   */
  async members(ref: ProcessRef): Promise<readonly ProcessRow[]> {
    if (ref.bootId !== (await this.bootId())) return [];
    const rows = await this.#table.rows();
    const holder = rows.find((row) => row.pid === ref.pid);
    if (holder !== undefined && holder.startTime !== ref.startTime) return [];
    return rows.filter((row) => !row.zombie && (row.group === ref.pid || row.session === ref.pid));
  }

  /**
   * Signals what is left of a group whose leader may have ended. A group id is not given out again
   * while the group has members, so a group without a leader is still the one that had it.
   */
  async signalMembers(ref: ProcessRef, signal: NodeJS.Signals): Promise<boolean> {
    const members = await this.members(ref);
    const inGroup = members.some((row) => row.group === ref.pid);
    if (inGroup) kill(-ref.pid, signal);
    for (const row of members) {
      if (row.group !== ref.pid) kill(row.pid, signal);
    }
    return members.length > 0;
  }

  /**
   * Ends what a program left running of its group and its session, beginning with the polite signal;
   * what is still there after `graceMs` is ended by SIGKILL. Answers the pids that would not go.
   */
  async end(ref: ProcessRef, polite: NodeJS.Signals, graceMs: number): Promise<readonly number[]> {
    const steps = [
      { signal: polite, limitMs: graceMs },
      { signal: "SIGKILL", limitMs: killLimitMs },
    ] as const;
    for (const { signal, limitMs } of steps) {
      if (!(await this.signalMembers(ref, signal))) return [];
      const until = performance.now() + limitMs;
      while ((await this.members(ref)).length > 0 && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, lookMs));
      }
    }
    return (await this.members(ref)).map((row) => row.pid);
  }

  async #own(ref: ProcessRef): Promise<ProcessRow | null> {
    if (ref.startTime === "" || ref.bootId !== (await this.bootId())) return null;
    const row = await this.#table.row(ref.pid);
    if (row === null || row.zombie || row.startTime !== ref.startTime) return null;
    return row;
  }
}

function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
