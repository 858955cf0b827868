import { fault } from "../contract/fault.ts";
import type { InteractionAnswer } from "../contract/interaction.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { InteractionRecord } from "../store/types.ts";
import type { Core } from "./core.ts";

/** What a process is told whose question nobody answers any more. */
export const nobody = { gone: true };

/** What a held request is answered with. */
export interface EndOfQuestion {
  readonly answered: (answer: InteractionAnswer) => unknown;
  /** `nobody` when not given. */
  readonly gone?: () => Promise<unknown>;
}

/** Requests of agents' own processes that are held open until their question has its end. */
export class Waiting {
  readonly #core: Core;
  readonly #held = new Map<string, Set<() => void>>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Whether anybody is here for the answer to a question now. */
  isHeld(id: string): boolean {
    return this.#held.has(id);
  }

  /** Waits for the end of a question: what is made of its answer, or of its going without one. */
  async until(
    record: InteractionRecord,
    signal: AbortSignal,
    { answered, gone }: EndOfQuestion,
  ): Promise<Result<unknown>> {
    const { id } = record.interaction;
    for (;;) {
      const now = this.#core.deps.store.interaction(id);
      if (now === null || now.state === "gone") {
        return ok(await (gone?.() ?? nobody));
      }
      if (now.state === "answered") {
        return ok(answered(now.answer as InteractionAnswer));
      }
      if (signal.aborted) {
        return err(fault("late", "Nobody waits for this answer any more.", null));
      }
      await this.#change(id, signal);
    }
  }

  /** A question has its end: whoever waits looks again. */
  wake(id: string): void {
    for (const done of [...(this.#held.get(id) ?? [])]) {
      done();
    }
  }

  #change(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const all = this.#held.get(id) ?? new Set();
      this.#held.set(id, all);
      const done = (): void => {
        all.delete(done);
        if (all.size === 0) {
          this.#held.delete(id);
        }
        signal.removeEventListener("abort", done);
        resolve();
      };
      all.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
