import type { RunOutput } from "./types.ts";

const usualLimit = 1024 * 1024;
/** A helper of an ended command may hold its output open; we do not wait for that longer than this. */
const lingerMs = 200;

export interface RunOptions {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly input?: string;
  /** How many bytes of each output are kept: 1 MiB unless told. */
  readonly outputLimit?: number;
}

/**
 * Runs a short command in a process group of its own with exactly `env`. Never throws: a program
 * that cannot be started is a `spawnError`, one over its time loses its whole group and is
 * `timedOut`, and of each output the first part is kept while the rest is read and dropped.
 */
export async function runCommand(options: RunOptions): Promise<RunOutput> {
  const started = spawn(options);
  if ("failed" in started) {
    return { ...nothing, spawnError: started.failed };
  }
  const child = started.child;
  const limit = options.outputLimit ?? usualLimit;
  const stdout = new CappedText(child.stdout, limit);
  const stderr = new CappedText(child.stderr, limit);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, options.timeoutMs);
  await child.exited;
  clearTimeout(timer);
  await settle([stdout, stderr]);
  return {
    code: child.signalCode === null ? child.exitCode : null,
    signal: child.signalCode === null ? null : String(child.signalCode),
    stdout: stdout.text(),
    stderr: stderr.text(),
    timedOut,
    spawnError: null,
  };
}

const nothing = { code: null, signal: null, stdout: "", stderr: "", timedOut: false } as const;

function spawn(options: RunOptions) {
  try {
    const child = Bun.spawn([...options.argv], {
      env: { ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: options.input === undefined ? "ignore" : new TextEncoder().encode(options.input),
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
    return { child };
  } catch (cause) {
    return { failed: cause instanceof Error ? cause.message : String(cause) };
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in the same moment.
  }
}

async function settle(outputs: readonly CappedText[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, lingerMs);
  });
  await Promise.race([Promise.all(outputs.map((output) => output.ended)), late]);
  clearTimeout(timer);
  for (const output of outputs) output.stop();
}

class CappedText {
  readonly ended: Promise<void>;
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #held = 0;
  #cancel: () => Promise<void> = async () => undefined;

  constructor(stream: ReadableStream<Uint8Array>, limit: number) {
    this.#limit = limit;
    this.ended = this.#read(stream);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  stop(): void {
    this.#cancel().catch(() => undefined);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader();
    this.#cancel = () => reader.cancel();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const kept = value.subarray(0, this.#limit - this.#held);
        if (kept.length > 0) this.#chunks.push(kept);
        this.#held += kept.length;
      }
    } catch {
      // A broken pipe ends the output like its end does.
    }
  }
}
