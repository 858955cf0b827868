import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { shellWord } from "../domain/commands.ts";
import { findProgram } from "./find.ts";
import { installCommand } from "./install-command.ts";
import { runCommand } from "./run.ts";
import type { RunOutput } from "./types.ts";

const commandLimitMs = 10_000;
const outputLimit = 16 * 1024 * 1024;
/** The oldest tmux with everything we use (`window-size`). */
const oldest = { major: 2, minor: 9 } as const;
/** A unix socket's path is limited to 104 bytes on macOS, 108 on Linux. */
const socketPathLimit = 100;

export interface TmuxServerOptions {
  readonly dataDir: string;
  /** A clean environment (see `cleanEnv`): tmux hands what its server has to every pane. */
  readonly env: Readonly<Record<string, string>>;
  readonly bin: string | null;
}

/** Runs tmux against a server of our own, which no configuration and no other tmux can reach. */
export class TmuxServer {
  readonly #options: TmuxServerOptions;
  readonly #label: string;
  #usable: { readonly version: string; readonly path: string } | null = null;
  #folder: string | null = null;

  constructor(options: TmuxServerOptions) {
    this.#options = options;
    const hash = createHash("sha256").update(canonical(options.dataDir)).digest("hex");
    this.#label = `agetor-${hash.slice(0, 12)}`;
  }

  /** The tmux to use; only a success is remembered, so that an installation is noticed. */
  async available(): Promise<Result<{ readonly version: string; readonly path: string }>> {
    if (this.#usable !== null) return ok(this.#usable);
    const { env, bin } = this.#options;
    const found = findProgram(bin ?? "tmux", env);
    if (found.path === null) return err(missing("tmux was not found.", found.looked));
    const told = await runCommand({ argv: [found.path, "-V"], env, timeoutMs: 3_000 });
    if (told.code !== 0) {
      return err(missing(`${found.path} does not run: ${reason(told)}`, found.looked));
    }
    const version = told.stdout.trim().replace(/^tmux /, "");
    if (tooOld(version)) {
      return err(missing(`tmux ${version} is too old; 2.9 is needed.`, found.looked));
    }
    this.#usable = { version, path: found.path };
    return ok(this.#usable);
  }

  /**
   * Runs tmux commands, separated by `;` words, in one client. `cwd` becomes the working directory
   * of a new pane. The arguments are ours: no user text is ever among them (trust V1).
   */
  async run(
    commands: readonly (readonly string[])[],
    options: { readonly cwd?: string; readonly input?: string } = {},
  ): Promise<Result<RunOutput>> {
    const usable = await this.available();
    if (!usable.ok) return usable;
    const words = commands.flatMap((words, index) => (index === 0 ? words : [";", ...words]));
    const env = { ...this.#options.env, TMUX_TMPDIR: this.#socketRoot() };
    const output = await runCommand({
      argv: [usable.value.path, "-u", "-L", this.#label, "-f", "/dev/null", ...words],
      env,
      cwd: options.cwd ?? "/",
      timeoutMs: commandLimitMs,
      outputLimit,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    return ok(output);
  }

  /** Lets the tmux server go, which has no session any more. It would leave its socket lying. */
  async leave(): Promise<void> {
    await this.run([["set-option", "-s", "exit-empty", "on"]]);
    await rm(this.#socketPath(), { force: true });
  }

  /** The command line a person attaches with, from any environment of theirs. */
  attachCommand(name: string): string {
    const bin = this.#usable?.path ?? this.#options.bin ?? "tmux";
    const socket = shellWord(this.#socketPath());
    return `TMUX= ${shellWord(bin)} -u -f /dev/null -S ${socket} attach-session -t '=${name}'`;
  }

  #socketPath(): string {
    return join(this.#socketRoot(), `tmux-${userId()}`, this.#label);
  }

  /**
   * Where the socket's folder is: `/tmp`, whatever TMUX_TMPDIR and TMPDIR say, so that a server
   * started from another shell finds the same sessions. The data directory stands in when `/tmp`
   * cannot be used: no such directory, or another user got to our folder's name first.
   */
  #socketRoot(): string {
    this.#folder ??= socketFolder(this.#options.dataDir, this.#label);
    return this.#folder;
  }
}

/** What tmux said when it failed, for a fault. */
export function reason(output: RunOutput): string {
  if (output.spawnError !== null) return output.spawnError;
  if (output.timedOut) return "no answer in time";
  const said = output.stderr.trim().slice(0, 500);
  return said === "" ? `exit ${output.code ?? output.signal}` : said;
}

function socketFolder(dataDir: string, label: string): string {
  const own = canonical(dataDir);
  const fits = Buffer.byteLength(join(own, `tmux-${userId()}`, label)) <= socketPathLimit;
  return usableTmp() || !fits ? "/tmp" : own;
}

function usableTmp(): boolean {
  try {
    accessSync("/tmp", constants.W_OK | constants.X_OK);
    const folder = `/tmp/tmux-${userId()}`;
    if (!existsSync(folder)) return true;
    const seen = statSync(folder);
    return seen.isDirectory() && seen.uid === userId() && (seen.mode & 0o007) === 0;
  } catch {
    return false;
  }
}

function userId(): number {
  return process.getuid?.() ?? 0;
}

function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function tooOld(version: string): boolean {
  const match = /^(?:next-)?(\d+)\.(\d+)/.exec(version);
  // OpenBSD's and a development build have other numbers; both are recent.
  if (match === null) return false;
  const major = Number(match[1]);
  const minor = Number(match[2]);
  return major < oldest.major || (major === oldest.major && minor < oldest.minor);
}

function missing(message: string, looked: readonly string[]) {
  const command = installCommand("tmux");
  const hint =
    command === null
      ? "Install tmux 2.9 or newer with your package manager."
      : `Install it: ${command}`;
  return fault("tmux_missing", message, hint, { looked, command });
}
