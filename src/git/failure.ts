import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { type Fault, fault } from "../contract/fault.ts";
import { shellWord } from "../domain/commands.ts";

/** What is known of a git command that did not end well. */
export interface Failure {
  readonly command: string;
  readonly code: number | null;
  readonly stderr: string;
}

/** Longest piece of git's own words that goes into a fault. */
const maxWords = 2_000;

/** The lock file git says is in its way, or null when the failure is another one. */
export function lockInTheWay(stderr: string): string | null {
  const named = /Unable to create '([^']+\.lock)': File exists/s.exec(stderr);
  return named?.[1] ?? null;
}

/**
 * A ref is written as some bytes into a lock file that git has just made; when that fails there is no
 * room for them, and git leaves the reason out (2.39.5, observed on a full disk).
 */
const fullDisk = /No space left on device|Disk quota exceeded|couldn't write '[^']+\.lock'/i;

/** Puts a failed git command into the words and the code a person can act on. */
export function explain(failure: Failure): Fault {
  const words = sentence(failure.stderr);
  const details = {
    command: failure.command,
    exitCode: failure.code,
    stderr: failure.stderr.slice(0, maxWords),
  };
  if (/detected dubious ownership/.test(failure.stderr)) return unsafe(failure.stderr);
  if (fullDisk.test(failure.stderr)) {
    return fault("disk_full", "The disk is full.", "Free some space, then try again.", details);
  }
  if (/not a git repository/i.test(failure.stderr)) {
    return fault(
      "repo_gone",
      "The git repository is not where it was.",
      "Bring it back to its place, or run `git worktree repair` in its new one.",
      details,
    );
  }
  return fault(
    "git_failed",
    `git ${failure.command} failed${words === "" ? "" : `: ${words}`}`,
    null,
    details,
  );
}

function unsafe(stderr: string): Fault {
  const path = /dubious ownership in repository at '(.+?)'/s.exec(stderr)?.[1] ?? null;
  return fault(
    "repo_unsafe",
    "The repository belongs to another user, so git refuses to read it.",
    `If you trust it, run: git config --global --add safe.directory ${path === null ? "<its path>" : shellWord(path)}`,
    { path },
  );
}

/** The first line in which git names the reason. */
function sentence(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const named = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.find((l) => l !== "");
  return (named ?? "").replace(/^(fatal|error): /, "").slice(0, 300);
}

/** The lock file that did not go away, with its age. It is never deleted for the person. */
export async function locked(path: string): Promise<Fault> {
  const found = await stat(path).catch(() => null);
  const ageMs = found === null ? null : Math.max(0, Math.round(Date.now() - found.mtimeMs));
  return fault(
    "ref_locked",
    `Another git process holds ${path}${ageMs === null ? "" : `, for ${Math.round(ageMs / 1000)} s`}.`,
    "Wait until it is done. If no git is running there, delete the lock file.",
    { path, ageMs },
  );
}

export function missing(bin: string): Fault {
  return fault("git_missing", `git was not found (${bin}).`, "Install git, then try again.", null);
}

export function cancelled(): Fault {
  return fault("cancelled", "The git command was stopped.");
}

export function tooSlow(command: string, timeoutMs: number): Fault {
  return fault(
    "git_timeout",
    `git ${command} took longer than ${timeoutMs / 1000} s and was stopped.`,
    "Try again. If it happens again, run the command by hand in the repository to see why.",
    { command, timeoutMs },
  );
}

export function tooMuch(command: string): Fault {
  return fault("git_failed", `git ${command} printed more than Agetor reads.`, null, { command });
}

/** The process could not be started at all: a folder that is gone, or no room for processes. */
export function notStarted(error: Error, command: string, cwd: string): Fault {
  if (!existsSync(cwd)) {
    return fault("repo_gone", `The folder ${cwd} does not exist any more.`, null, { path: cwd });
  }
  return fault(
    "git_failed",
    `git ${command} could not be started: ${error.message}`,
    "Try again in a moment.",
    { command },
  );
}

/** Errors of the file system that a person can do something about; others are bugs. */
export function fileFault(error: unknown): Fault | null {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return null;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return fault("disk_full", "The disk is full.", "Free some space, then try again.");
  }
  return fault("git_failed", `A file could not be read or written: ${message}`, null, { code });
}
