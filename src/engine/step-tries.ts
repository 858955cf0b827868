import { type Fault, type FaultCode, fault } from "../contract/fault.ts";
import { err, type Result } from "../contract/result.ts";
import type { PrepareStep } from "../contract/run.ts";
import { cannot } from "../host/cannot.ts";
import { type RunRecord, StoreTrouble } from "../store/types.ts";
import type { Core } from "./core.ts";

/** Faults that may be gone when the same step is tried again (M9). */
const passing: ReadonlySet<FaultCode> = new Set([
  "host_failed",
  "git_timeout",
  "ref_locked",
  "internal",
]);
const pauses = [500, 2000, 8000] as const;

export interface Attempted {
  readonly run: RunRecord;
  readonly step: PrepareStep;
  /** Aborts waits and retries, not half-done work. */
  readonly signal: AbortSignal;
}

/** What a step came to; null when the server ends, or the run was stopped, and it goes on without it. */
type Stepped = Result<PrepareStep | null> | null;

/** Does a step of a run's preparation again when that may help. Steps can be done again (M9). */
export class StepTries {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async of(what: Attempted, step: () => Promise<Stepped>): Promise<Stepped> {
    for (let attempt = 0; ; attempt += 1) {
      const done = await this.#storable(what, step);
      const pause = pauses[attempt];
      if (
        done === null ||
        done.ok ||
        !passing.has(done.fault.code) ||
        pause === undefined ||
        what.signal.aborted
      ) {
        return done;
      }
      await this.#pause(pause, what.signal);
    }
  }

  /** The step, done again for as long as the store cannot take it: that is no failure of the run. */
  async #storable({ run, step, signal }: Attempted, work: () => Promise<Stepped>) {
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        if (!(thrown instanceof StoreTrouble)) {
          const why = String(thrown);
          this.#core.deps.log("error", "a step threw", { runId: run.id, step, why });
          return err(stepFault(thrown));
        }
        if (!(await this.#room(run.taskId, thrown, signal))) {
          return null;
        }
      }
    }
  }

  /** False when the run was stopped meanwhile: what it owes then is another thing. */
  async #room(taskId: string, trouble: StoreTrouble, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#core.room(taskId, trouble, signal);
      return !signal.aborted;
    } catch (thrown) {
      if (signal.aborted) {
        return false;
      }
      throw thrown;
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#core.deps.clock.after(ms, resolve);
      signal.addEventListener(
        "abort",
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}

/** A full disk is told apart: the person can help it. */
function stepFault(thrown: unknown): Fault {
  const known = cannot("Preparing the run failed", thrown);
  return known.code === "disk_full"
    ? known
    : fault("internal", `Preparing the run failed: ${String(thrown)}`, "Try again.");
}
