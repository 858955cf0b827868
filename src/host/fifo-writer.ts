import { closeSync, constants, openSync, writeSync } from "node:fs";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { LineWriter } from "./types.ts";

/** A full FIFO (64 KiB) is tried again this soon, then ever later up to the second number. */
const firstWaitMs = 1;
const lastWaitMs = 25;
const sliceBytes = 64 * 1024;

interface Job {
  readonly bytes: Buffer;
  written: number;
  readonly settle: (result: Result<null>) => void;
}

/**
 * Opens the FIFO `in` of a session directory for lines. Opening without waiting answers at once
 * when nobody holds it (ENXIO): the agent is gone. The first byte is a line break (M6).
 */
export function openFifo(path: string): Result<LineWriter> {
  try {
    return ok(new FifoWriter(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)));
  } catch (cause) {
    return gone(codeOf(cause));
  }
}

class FifoWriter implements LineWriter {
  readonly #fd: number;
  readonly #jobs: Job[] = [];
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #wait = firstWaitMs;

  constructor(fd: number) {
    this.#fd = fd;
    this.#queue(Buffer.from("\n"), () => undefined);
  }

  write(line: string): Promise<Result<null>> {
    if (line.includes("\n")) throw new Error("A line for an agent must not contain a line break.");
    return new Promise((resolve) => this.#queue(Buffer.from(`${line}\n`, "utf8"), resolve));
  }

  close(): void {
    this.#fail("closed");
  }

  #queue(bytes: Buffer, settle: Job["settle"]): void {
    if (this.#closed) {
      settle(gone("closed"));
      return;
    }
    this.#jobs.push({ bytes, written: 0, settle });
    if (this.#timer === null) this.#pump();
  }

  /** Writes until the FIFO is full; never waits for it, so the event loop goes on. */
  #pump(): void {
    this.#timer = null;
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      const written = this.#put(job.bytes.subarray(job.written, job.written + sliceBytes));
      if (this.#closed) return;
      if (written === 0) {
        this.#later();
        return;
      }
      this.#wait = firstWaitMs;
      job.written += written;
      if (job.written < job.bytes.length) continue;
      this.#jobs.shift();
      job.settle(ok(null));
    }
  }

  #put(bytes: Buffer): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (cause) {
      const code = codeOf(cause);
      if (code === "EAGAIN" || code === "EINTR") return 0;
      this.#fail(code);
      return 0;
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => this.#pump(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, lastWaitMs);
  }

  #fail(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    closeSync(this.#fd);
    for (const job of this.#jobs.splice(0)) job.settle(gone(why));
  }
}

function gone(why: string): { readonly ok: false; readonly fault: ReturnType<typeof fault> } {
  return err(
    fault("host_failed", "The agent's input is closed; the agent has ended.", null, { why }),
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
}
