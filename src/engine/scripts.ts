import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolStatus } from "../contract/event.ts";
import type { Fault } from "../contract/fault.ts";
import type { ExitStatus, SessionDirectory, TailLine } from "../host/types.ts";
import type { Core, Work } from "./core.ts";
import type { Drafts } from "./drafts.ts";
import { storedResult } from "./output.ts";

/** Between the polite and the other signal, in milliseconds. */
const grace = 2_000;
/** The live text of a running script, in characters; what came before is in its stored output. */
const liveLimit = 128 * 1024;
/** The most of an output that is kept, in bytes: its two ends. */
const keptOutput = 8 * 1024 * 1024;

/** A person's own commands at work in a worktree, shown as a tool of a run. */
export interface Script {
  readonly taskId: string;
  readonly runId: string;
  readonly name: "setup" | "teardown";
  readonly attempt: number;
  readonly commands: string;
  readonly cwd: string;
  /** Everything besides what every agent starts from. */
  readonly env: Readonly<Record<string, string>>;
}

export type ScriptEnd =
  | ({ readonly kind: "exited" } & ExitStatus)
  /** Ended by us, with the processes that would not go. */
  | {
      readonly kind: "stopped";
      readonly why: "asked" | "too-slow";
      readonly leftovers: readonly number[];
    }
  | { readonly kind: "not-started"; readonly fault: Fault }
  /** The server ends and the script goes on: the next server takes it up. */
  | { readonly kind: "let-go" };

export interface Followed {
  readonly end: ScriptEnd;
  readonly output: string;
}

/**
 * Runs scripts in session directories (M6), so that each outlives the server, runs once however
 * often its start is tried, and has a result that can be read later.
 */
export class Scripts {
  readonly #core: Core;
  readonly #drafts: Drafts;
  readonly #gone = new AbortController();

  constructor(core: Core, drafts: Drafts) {
    this.#core = core;
    this.#drafts = drafts;
  }

  /** Stops following; what runs goes on without us. */
  letGo(): void {
    this.#gone.abort();
  }

  /** Whether the server ends: what waits is aborted without anybody having asked for it. */
  get lettingGo(): boolean {
    return this.#gone.signal.aborted;
  }

  /**
   * Starts the script, or finds the one an earlier try started, and follows it to its end. `signal`
   * ends it with its children; so does the time limit.
   */
  async follow(
    script: Script,
    options: { readonly signal: AbortSignal; readonly limitMs?: number },
  ): Promise<Followed> {
    const directory = this.#directory(script);
    const started = await this.#start(directory, script);
    if (!started.ok) {
      return { end: { kind: "not-started", fault: started.fault }, output: "" };
    }
    const reading = new AbortController();
    const live = new LiveText((offset, text) => this.#draft(script, offset, text));
    const tail = this.#core.deps.host.tail({
      path: directory.outPath,
      offset: 0,
      onLines: (lines) => live.take(lines),
      signal: reading.signal,
    });
    try {
      const end = await this.#untilOver(directory, options);
      if (end.kind === "let-go") {
        return { end, output: "" };
      }
      await tail.finish();
      return { end, output: await outputOf(directory) };
    } finally {
      reading.abort();
      await tail.done;
    }
  }

  /** Ends a script that nobody follows. */
  async stop(script: Script): Promise<Followed> {
    const directory = this.#directory(script);
    const ended = await directory.terminate(grace);
    const leftovers = ended.ok ? ended.value.leftovers : [];
    const output = await outputOf(directory);
    return { end: { kind: "stopped", why: "asked", leftovers }, output };
  }

  /** Shows that it runs. In the transaction that says so. */
  began(work: Work, script: Script): void {
    const { taskId, runId, commands } = script;
    work.append({
      type: "tool.call",
      taskId,
      runId,
      key: `${keyOf(script)}:call`,
      data: {
        toolId: keyOf(script),
        name: script.name,
        kind: "execute",
        title: titleOf(commands),
        input: { command: commands },
        status: "running",
        agentId: null,
      },
    });
  }

  /** Shows how it ended, with all it said. In the transaction that decides what follows. */
  ended(work: Work, script: Script, { end, output }: Followed, durationMs: number | null): void {
    const { taskId, runId } = script;
    const data = {
      toolId: keyOf(script),
      status: statusOf(end),
      output: withEnd(output, epilogue(end)),
      truncated: false,
      blobId: null,
      diff: null,
      exitCode: end.kind === "exited" ? end.code : null,
      durationMs,
      agentId: null,
    };
    work.append({
      type: "tool.result",
      taskId,
      runId,
      key: `${keyOf(script)}:result`,
      data: storedResult(work, this.#core.deps.newId, data),
    });
  }

  /** Takes the live text away and removes the directory; everything is stored by now. */
  async clear(script: Script): Promise<void> {
    this.#draft(script, 0, null);
    await rm(this.#directory(script).dir, { recursive: true, force: true });
  }

  #directory({ taskId, attempt }: Script): SessionDirectory {
    const { host, dataDir } = this.#core.deps;
    return host.directory(join(scriptsDir(dataDir, taskId), String(attempt)));
  }

  async #start(directory: SessionDirectory, script: Script) {
    const file = join(directory.dir, "commands");
    await mkdir(directory.dir, { recursive: true, mode: 0o700 });
    // Never under the eyes of a shell that reads it: what an earlier try wrote stays.
    if ((await stat(file).catch(() => null)) === null) {
      await writeFile(`${file}.new`, script.commands, { mode: 0o600 });
      await rename(`${file}.new`, file);
    }
    return directory.start({
      // The directory's `in` never ends: a command that reads would wait for ever.
      argv: ["/bin/sh", "-c", 'exec </dev/null 2>&1; exec /bin/sh -e "$0"', file],
      cwd: script.cwd,
      env: { ...this.#core.deps.host.baseEnv(), ...script.env },
    });
  }

  async #untilOver(
    directory: SessionDirectory,
    { signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs?: number },
  ): Promise<ScriptEnd> {
    const limit = new AbortController();
    const cancel =
      limitMs === undefined
        ? () => undefined
        : this.#core.deps.clock.after(limitMs, () => limit.abort());
    const over = AbortSignal.any([signal, this.#gone.signal, limit.signal]);
    try {
      return { kind: "exited", ...(await directory.waitExit(over)) };
    } catch (thrown) {
      if (!over.aborted) {
        throw thrown;
      }
    } finally {
      cancel();
    }
    // A server that ends aborts every wait; that is no reason to end what outlives it.
    if (this.lettingGo) {
      return { kind: "let-go" };
    }
    const ended = await directory.terminate(grace);
    const leftovers = ended.ok ? ended.value.leftovers : [];
    return { kind: "stopped", why: signal.aborted ? "asked" : "too-slow", leftovers };
  }

  #draft(script: Script, offset: number, text: string | null): void {
    const { taskId, runId } = script;
    const draft = { draftId: keyOf(script), kind: "output" as const, offset, text };
    this.#core.hub.show(this.#drafts.take(taskId, runId, draft));
  }
}

/** Where the scripts of a task have their directories. */
export function scriptsDir(dataDir: string, taskId: string): string {
  return join(dataDir, "setup", taskId);
}

/** The text of a growing file as drafts: appended, and begun anew with its end when it is long. */
class LiveText {
  readonly #show: (offset: number, text: string) => void;
  #text = "";

  constructor(show: (offset: number, text: string) => void) {
    this.#show = show;
  }

  async take(lines: readonly TailLine[]): Promise<void> {
    const added = lines.map((line) => `${line.text}\n`).join("");
    const offset = this.#text.length;
    this.#text += added;
    if (this.#text.length <= liveLimit) {
      this.#show(offset, added);
      return;
    }
    this.#text = this.#text.slice(-liveLimit / 2);
    this.#show(0, this.#text);
  }
}

/** What it said; before that, what kept it from starting. Both its outputs go to `out`. */
async function outputOf(directory: SessionDirectory): Promise<string> {
  return `${await readOutput(directory.errPath)}${await readOutput(directory.outPath)}`;
}

/** All of an output, or its two ends with a word on what is missing between them. */
async function readOutput(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) {
    return "";
  }
  if (found.size <= keptOutput) {
    return readFile(path, "utf8");
  }
  const half = keptOutput / 2;
  const file = await open(path);
  try {
    const read = async (position: number): Promise<string> => {
      const buffer = Buffer.alloc(half);
      const { bytesRead } = await file.read(buffer, 0, half, position);
      return buffer.subarray(0, bytesRead).toString("utf8");
    };
    const missing = found.size - keptOutput;
    return `${await read(0)}\n… ${missing} bytes left out …\n${await read(found.size - half)}`;
  } finally {
    await file.close();
  }
}

function keyOf({ name, taskId, attempt }: Script): string {
  return `${name}:${taskId}:${attempt}`;
}

/** One line for a row of the transcript: the first command, and whether there are more. */
export function titleOf(commands: string): string {
  const lines = commands
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return `${lines[0] ?? ""}${lines.length > 1 ? " …" : ""}`;
}

function statusOf(end: ScriptEnd): ToolStatus {
  return end.kind === "exited" && end.code === 0 ? "succeeded" : "failed";
}

/** What is said behind the output when it does not speak for itself. */
function epilogue(end: ScriptEnd): string {
  switch (end.kind) {
    case "exited":
      return end.signal === null ? "" : `Ended by ${end.signal}.`;
    case "stopped": {
      const how = end.why === "asked" ? "Stopped by you." : "Ended: it took too long.";
      return end.leftovers.length === 0 ? how : `${how} Still there: ${end.leftovers.join(", ")}.`;
    }
    case "not-started":
      return end.fault.message;
    case "let-go":
      return "";
  }
}

function withEnd(output: string, end: string): string {
  if (end === "" || output === "") {
    return `${output}${end}`;
  }
  return output.endsWith("\n") ? `${output}${end}` : `${output}\n${end}`;
}
