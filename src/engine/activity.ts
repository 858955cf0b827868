import type { Core } from "./core.ts";

/** How often, in milliseconds, a working card may be repainted. */
const interval = 1000;

/**
 * Tells the boards about working cards, at most once a second each: a frame with the live line and
 * the number of events, and the stored card when its numbers changed.
 */
export class Activity {
  readonly #core: Core;
  readonly #waiting = new Map<string, { events: number; stats: boolean; cancel: () => void }>();

  constructor(core: Core) {
    this.#core = core;
  }

  note(taskId: string, events: number, statsChanged: boolean): void {
    const known = this.#waiting.get(taskId);
    if (known !== undefined) {
      known.events += events;
      known.stats ||= statsChanged;
      return;
    }
    const cancel = this.#core.deps.clock.after(interval, () => this.#flush(taskId));
    this.#waiting.set(taskId, { events: 0, stats: false, cancel });
    this.#show(taskId, events, statsChanged);
  }

  stop(): void {
    for (const { cancel } of this.#waiting.values()) {
      cancel();
    }
    this.#waiting.clear();
  }

  #flush(taskId: string): void {
    const due = this.#waiting.get(taskId);
    this.#waiting.delete(taskId);
    if (due !== undefined && (due.events > 0 || due.stats)) {
      this.note(taskId, due.events, due.stats);
    }
  }

  #show(taskId: string, events: number, statsChanged: boolean): void {
    const task = this.#core.deps.store.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return;
    }
    this.#core.hub.show({
      type: "activity",
      taskId,
      at: this.#core.now(),
      events,
      live: task.live,
    });
    if (statsChanged) {
      this.#core.keepSoon(taskId, "stats", (work) => work.putTask(work.tx.task(taskId) ?? task));
    }
  }
}
