import { constants as osConstants } from "node:os";
import type { ExitStatus } from "./types.ts";

/** One pane as tmux tells it. */
export interface PaneRow {
  readonly session: string;
  /** `%<n>`: never given out twice while the tmux server lives. */
  readonly pane: string;
  readonly pid: number;
  /** The terminal is closed: nothing can be typed. The program may run on without it. */
  readonly closed: boolean;
  /**
   * How the program ended, once tmux has collected it; also while a child of it holds the terminal
   * open. Null says nothing: it may run, it may be uncollected, and tmux before 3.3 tells no signals.
   */
  readonly ended: ExitStatus | null;
  /** How many clients show its session. */
  readonly attached: number;
  readonly command: string;
}

const fields = [
  "session_name",
  "pane_id",
  "pane_pid",
  "pane_dead",
  "pane_dead_status",
  "pane_dead_signal",
  "session_attached",
  "pane_current_command",
];

/**
 * The format of a pane's line. The command's name comes last and is the agent's to choose: with a
 * line break in it, it could pass for a line of another session, hence the mark, which is new for
 * every call.
 */
export function paneFormat(mark: string): string {
  return [mark, ...fields.map((field) => `#{${field}}`)].join("|");
}

/** The panes in tmux's output, the oldest of each session only: a person may have split a window. */
export function parsePanes(output: string, mark: string): readonly PaneRow[] {
  const first = new Map<string, PaneRow>();
  for (const line of output.split("\n")) {
    const row = parsePane(line, mark);
    if (row === null) continue;
    const known = first.get(row.session);
    if (known === undefined || paneNumber(row) < paneNumber(known)) first.set(row.session, row);
  }
  return [...first.values()];
}

function paneNumber(row: PaneRow): number {
  return Number(row.pane.slice(1));
}

function parsePane(line: string, mark: string): PaneRow | null {
  const [found, session, pane, pid, dead, status = "", signal = "", attached, ...command] =
    line.split("|");
  if (found !== mark || session === undefined || pid === undefined) return null;
  if (pane === undefined || !/^%\d+$/.test(pane) || !/^\d+$/.test(pid)) return null;
  return {
    session,
    pane,
    pid: Number(pid),
    closed: dead === "1",
    ended: endOf(status, signal),
    attached: Number(attached),
    command: command.join("|"),
  };
}

function endOf(status: string, signal: string): ExitStatus | null {
  if (signal !== "") return { code: null, signal: signalName(signal) };
  return /^\d+$/.test(status) ? { code: Number(status), signal: null } : null;
}

function signalName(told: string): string {
  if (/^\d+$/.test(told)) {
    const known = Object.entries(osConstants.signals).find(([, value]) => value === Number(told));
    return known?.[0] ?? `signal ${told}`;
  }
  return told.startsWith("SIG") ? told : `SIG${told.toUpperCase()}`;
}
