import type { Core } from "./core.ts";
import type { Lanes } from "./lanes.ts";
import { preference } from "./preferences.ts";
import type { Sessions } from "./sessions.ts";

const minute = 60_000;
/** Minutes an idle agent may stay, when the person has not said otherwise. */
const byDefault = 30;

/**
 * Ends agents that nobody has talked to for a while; the next message resumes their conversation.
 * A hibernated task costs no memory.
 */
export class Hibernation {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #lanes: Lanes;
  #cancel: () => void = () => undefined;

  constructor(core: Core, sessions: Sessions, lanes: Lanes) {
    this.#core = core;
    this.#sessions = sessions;
    this.#lanes = lanes;
  }

  begin(): void {
    this.#cancel = this.#core.deps.clock.after(minute, () => {
      this.look();
      this.begin();
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** Ends every agent that has been idle for too long. */
  look(): void {
    const limit = this.#minutes() * minute;
    for (const taskId of this.#sessions.tasks()) {
      if (this.#idleSince(taskId) + limit <= this.#core.now()) {
        this.#lanes
          .exclusive(taskId, () => this.#end(taskId, limit))
          .catch((thrown: unknown) => {
            this.#core.deps.log("warn", "hibernating failed", { taskId, why: String(thrown) });
          });
      }
    }
  }

  async #end(taskId: string, limit: number): Promise<void> {
    if (await this.#isWatched(taskId)) {
      return;
    }
    // Looked at again inside the lane: a message may have come in between.
    if (this.#idleSince(taskId) + limit <= this.#core.now()) {
      await this.#sessions.close(taskId);
      this.#core.deps.log("info", "hibernated an idle agent", { taskId });
    }
  }

  /** Whether a person sits at the agent's own terminal; one that cannot be asked may be watched. */
  async #isWatched(taskId: string): Promise<boolean> {
    const terminal = this.#sessions.live(taskId)?.session.terminal ?? null;
    const attached = await terminal?.attached();
    if (attached?.ok === false) {
      this.#core.deps.log("warn", "a terminal could not be asked who looks at it", {
        taskId,
        why: attached.fault.message,
      });
    }
    return attached !== undefined && (!attached.ok || attached.value);
  }

  /** When the task became idle, in epoch milliseconds; infinity while anything goes on or waits. */
  #idleSince(taskId: string): number {
    const { store } = this.#core.deps;
    const task = store.task(taskId);
    const run = task?.runId == null ? null : store.run(task.runId);
    if (run === null || run.endedAt === null || run.background.length > 0) {
      return Number.POSITIVE_INFINITY;
    }
    const waits = store.queued(taskId).length > 0 || store.interactions(taskId).length > 0;
    return waits ? Number.POSITIVE_INFINITY : run.endedAt;
  }

  #minutes(): number {
    return preference(this.#core.deps.store, "hibernateMinutes") ?? byDefault;
  }
}
