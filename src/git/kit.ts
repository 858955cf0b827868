import { join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import type { GitClock } from "./clock.ts";
import type { Locks } from "./lanes.ts";
import type { Programs } from "./programs.ts";
import type { GitCall, GitOutput, Runner } from "./runner.ts";

/** What every part of this folder works with. */
export interface Kit {
  readonly runner: Runner;
  readonly programs: Programs;
  /** Keyed `repo:<real common dir>` (writers of refs and worktrees) and `task:<id>` (outside of it). */
  readonly locks: Locks;
  readonly dataDir: string;
  readonly home: string | null;
  readonly clock: GitClock;
  /** Milliseconds that a lock held by another git is waited for. */
  readonly lockPatienceMs: number;
}

/** What git says of an object that is not there: no ref, an unborn HEAD. */
export const noSuchThing = [0, 1] as const;

/** `<data>/worktrees`, the one folder worktrees are made in and removed from. */
export function worktreesDir(kit: Kit): string {
  return join(kit.dataDir, "worktrees");
}

/** Runs a command on a repository's common directory; its own refs, no worktree. */
export function inRepo(
  kit: Kit,
  commonDir: string,
  args: readonly string[],
  more: Omit<GitCall, "args" | "cwd" | "env"> = {},
): Promise<Result<GitOutput>> {
  return kit.runner.run({ ...more, args, cwd: commonDir, env: { GIT_DIR: commonDir } });
}

/**
 * The same for a command that writes refs, which could run hooks: those the configuration names are
 * switched off one by one, for a hook named like an event would escape the switch of that event.
 */
export async function writeInRepo(
  kit: Kit,
  commonDir: string,
  args: readonly string[],
  more: Omit<GitCall, "args" | "cwd" | "env"> = {},
): Promise<Result<GitOutput>> {
  const asked = ["config", "-z", "--name-only", "--get-regexp", "^hook\\."];
  const found = await inRepo(kit, commonDir, asked, { codes: noSuchThing });
  if (!found.ok) return found;
  const keys = fields(found.value.stdout).map((key) => key.replace(/\.[^.]*$/s, ".enabled"));
  const env: Record<string, string> = { GIT_DIR: commonDir };
  [...new Set(keys)].forEach((key, index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = "false";
    env["GIT_CONFIG_COUNT"] = String(index + 1);
  });
  return kit.runner.run({ ...more, args, cwd: commonDir, env });
}

/** The single line a plumbing command answers; null when it answered with exit code 1. */
export async function line(answer: Promise<Result<GitOutput>>): Promise<Result<string | null>> {
  const output = await answer;
  if (!output.ok) return output;
  if (output.value.code !== 0) return ok(null);
  return ok(output.value.stdout.toString("utf8").replace(/\n$/, ""));
}

/**
 * The NUL-terminated fields of an answer. A name need not be UTF-8: where it goes back to git or to
 * the file system it is read as Latin-1, a character a byte.
 */
export function fields(stdout: Buffer, encoding: "utf8" | "latin1" = "utf8"): string[] {
  const text = stdout.toString(encoding);
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** The path of a name that was read as Latin-1. */
export function rawPath(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")]);
}

/** A name that was read as Latin-1, as text; null when its bytes are no text. */
export function asText(name: string): string | null {
  const bytes = Buffer.from(name, "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : null;
}
