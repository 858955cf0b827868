import type { Result } from "../contract/result.ts";

/** A process named so that a reused pid can never be mistaken for it. */
export interface ProcessRef {
  readonly pid: number;
  /** Field 22 of `/proc/<pid>/stat` on Linux, `ps -o lstart=` on macOS; opaque, compared for equality. */
  readonly startTime: string;
  /** The boot the process belongs to; a pid of another boot is never ours. */
  readonly bootId: string;
}

/** How a process ended. Exactly one of code and signal is set. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when the disk was full then: what it wanted to write last may be missing. */
  readonly noRoom?: true;
}

/** One complete line of a growing file, without its line break. */
export interface TailLine {
  readonly text: string;
  /** Byte offset of the line's first byte. */
  readonly start: number;
  /** Byte offset behind its line break: what a cursor stores. */
  readonly end: number;
  /** Set when the line was longer than the limit: `text` is its head only. */
  readonly oversize: boolean;
}

export interface TailOptions {
  readonly path: string;
  /** Byte offset to go on from: the `end` of the last line that was taken. */
  readonly offset: number;
  /**
   * Called with the next complete lines, never two calls at once; the tail reads on when it
   * resolves. A rejection stops the tail with `failed`.
   */
  readonly onLines: (lines: readonly TailLine[]) => Promise<void>;
  /**
   * Called once when the file is seen to be another one, or shorter than the offset. The offset
   * says nothing about such a file, so the tail then ends with `failed`. Before the first line was
   * taken (offset 0) nothing is lost: the tail begins again by itself and this is not called.
   */
  readonly onReplaced?: (why: "truncated" | "replaced" | "missing") => void;
  readonly signal: AbortSignal;
}

/** A durable reader of a file that grows (or does not exist yet). */
export interface Tail {
  /** Reads what is there now to its end, then resolves with the offset behind the last full line. */
  drain(): Promise<number>;
  /**
   * Drains, then takes what is left behind the last line break as a last line: for a program that
   * has ended (its last words often lack the line break). Answers the offset like `drain`.
   */
  finish(): Promise<number>;
  /** Wakes the tail at once instead of waiting for the file watcher. */
  poke(): void;
  /** Resolves when the tail has stopped, by the signal or by a failure. */
  readonly done: Promise<
    { readonly kind: "stopped" } | { readonly kind: "failed"; readonly why: string }
  >;
}

/** A program in a terminal that outlives the server, on a tmux socket of our own. */
export interface TmuxHost {
  /** False when no usable tmux was found; then every call answers with the fault `tmux_missing`. */
  available(): Promise<Result<{ readonly version: string; readonly path: string }>>;
  /**
   * Starts `sh <script>` in a new detached session. `name` is `[a-z0-9-]{1,40}`; no user text
   * reaches tmux. An existing session of that name is answered as it is (`created: false`).
   */
  start(options: {
    readonly name: string;
    readonly script: string;
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly columns: number;
    readonly rows: number;
  }): Promise<Result<{ readonly created: boolean; readonly pane: PaneInfo }>>;
  /** The session's only pane, or null when there is no such session. */
  pane(name: string): Promise<Result<PaneInfo | null>>;
  /** Bracketed paste of text stripped of control characters other than newline and tab. */
  paste(name: string, text: string): Promise<Result<null>>;
  /** Named keys only (`Enter`, `Escape`, `C-u`, …), never user text. */
  keys(name: string, keys: readonly string[]): Promise<Result<null>>;
  /** What the pane shows now, with colours as SGR escapes when `ansi`; `history` lines above it. */
  capture(
    name: string,
    options: { readonly ansi: boolean; readonly history: number },
  ): Promise<Result<{ readonly text: string; readonly columns: number; readonly rows: number }>>;
  /** Ends the session. Nothing to end is a success. */
  kill(name: string): Promise<Result<null>>;
  /** Every session on our socket with its pane. */
  list(): Promise<Result<readonly PaneInfo[]>>;
  /** The command a person types to look at the session in their own terminal. */
  attachCommand(name: string): string;
}

export interface PaneInfo {
  readonly name: string;
  readonly process: ProcessRef;
  /**
   * Set when the program has ended (`remain-on-exit`). Then `process.startTime` is empty when it
   * could not be read any more; such a reference equals no process.
   */
  readonly dead: ExitStatus | null;
  /** How many terminals of people show the session now. */
  readonly attached: number;
  /** `pane_current_command`: for people, never for decisions. */
  readonly command: string;
}

/** What is started in a session directory (M6). */
export interface DirectoryLaunch {
  /** Absolute program path and its arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment of the agent. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program behind pipes that outlives the server: `<dir>/{in,out,err,ref,exit}` (M6). */
export interface SessionDirectory {
  readonly dir: string;
  readonly outPath: string;
  readonly errPath: string;
  /**
   * Starts the program once: `started: false` when an earlier try already did (`mkdir started`).
   * Resolves when its `ref` is written.
   */
  start(
    launch: DirectoryLaunch,
  ): Promise<Result<{ readonly started: boolean; readonly process: ProcessRef }>>;
  /** The program as recorded in `ref`, or null when it was never started. */
  process(): Promise<ProcessRef | null>;
  /** How it ended, or null while it runs. A killed program without an `exit` file counts as SIGKILL. */
  exit(): Promise<ExitStatus | null>;
  /** Resolves when the program has ended (file watcher with a slow poll behind it). */
  waitExit(signal: AbortSignal): Promise<ExitStatus>;
  /**
   * Opens `in` for writing. The first byte of each newly opened writer is a line break, which ends
   * a line torn by an earlier server (M6). Writes are queued over EAGAIN. `host_failed` = agent gone.
   */
  writer(): Promise<Result<LineWriter>>;
  /** SIGTERM to the group, `graceMs`, SIGKILL. Resolves when the group is gone. */
  terminate(graceMs: number): Promise<Result<{ readonly leftovers: readonly number[] }>>;
}

export interface LineWriter {
  /** Resolves when the whole line and its line break are in the FIFO. */
  write(line: string): Promise<Result<null>>;
  close(): void;
}

/** What is watched of a tree of files. */
export interface TreeWatchOptions {
  /** An absolute path; it is not a link. */
  readonly root: string;
  /** Folders elsewhere that are watched too, without what is in theirs. */
  readonly beside: readonly string[];
  /**
   * Called at every sign of a change, often several times for one. `sure` is false when what changed
   * is ignored as far as is known: then nothing needs to be looked at soon.
   */
  readonly onChange: (sure: boolean) => void;
}

/** A hint that files of a tree have changed, from everywhere in it that is not ignored. */
export interface TreeWatch {
  /**
   * Takes what was heard since the last call, and begins to watch a few of the folders that are new.
   * False when nothing was heard but from folders that have turned out to be ignored.
   */
  collect(): Promise<boolean>;
  /**
   * Says what is ignored: paths below the root, folders perhaps with a slash at their end. Before the
   * first call nothing is watched. `grown`: folders were added, and what changed in them before was
   * not heard. `off`: there is too much to watch, or the system refuses; nothing is heard any more.
   */
  update(ignored: readonly string[]): Promise<"complete" | "grown" | "off">;
  close(): void;
}

export interface FoundProgram {
  /** As it was found; null when it was not. */
  readonly path: string | null;
  /** What to run and to pin: its real path, behind the shims of version managers. */
  readonly real: string | null;
  /** Every place that was looked at, and why what stood there was refused. */
  readonly looked: readonly string[];
}

export interface Host {
  readonly tmux: TmuxHost;
  /** The directory of one generation of a session; made with mode 0700 when missing. */
  directory(dir: string): SessionDirectory;
  tail(options: TailOptions): Tail;
  /** Watches the files of a worktree, as many folders as there may be (see `TreeWatch.update`). */
  watchTree(options: TreeWatchOptions): TreeWatch;
  /** True when exactly that process (pid, start time, boot) is alive. */
  alive(process: ProcessRef): Promise<boolean>;
  /** Names a running process, or null when there is none. */
  identify(pid: number): Promise<ProcessRef | null>;
  /** Signals the process group of exactly that process; false when it is gone. */
  signalGroup(process: ProcessRef, signal: NodeJS.Signals): Promise<boolean>;
  /**
   * Ends what is left of the group and the session of exactly that process, also when it has ended
   * itself: by `polite`, and after `graceMs` milliseconds by SIGKILL. Answers what would not go.
   */
  end(
    process: ProcessRef,
    polite: NodeJS.Signals,
    graceMs: number,
  ): Promise<{ readonly leftovers: readonly number[] }>;
  /**
   * Looks a program up: an absolute path as it is, else in PATH, in the PATH of the person's login
   * shell and in the usual install folders.
   */
  find(name: string): Promise<FoundProgram>;
  /** Whether nothing listens on these ports of the loopback addresses now. */
  portsAreFree(first: number, count: number): Promise<boolean>;
  /** Runs a short command with a clean environment, capped output (1 MiB) and a time limit. */
  run(options: {
    readonly argv: readonly [string, ...string[]];
    readonly cwd?: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly input?: string;
  }): Promise<RunOutput>;
  /** The allow-listed environment every agent starts from: PATH, HOME, LANG, TERM, … and nothing else. */
  baseEnv(): Readonly<Record<string, string>>;
}

export interface RunOutput {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Set when the program could not be started at all. */
  readonly spawnError: string | null;
}
