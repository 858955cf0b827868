import type { AgentItem, Clock, SessionIo, StreamCursor } from "../agents/driver.ts";
import type { Host } from "../host/types.ts";

/** What a session under trial says, kept in memory and nowhere else. */
export class TrialLog {
  readonly items: AgentItem[] = [];
  readonly #cursors = new Map<string, StreamCursor>();
  readonly #keys = new Set<string>();
  readonly #looks = new Set<() => void>();

  io(host: Host, clock: Clock, signal: AbortSignal): SessionIo {
    return {
      host,
      clock,
      signal,
      cursor: (stream) => this.#cursors.get(stream) ?? null,
      ingest: (batch) => {
        this.#cursors.set(batch.stream, batch.cursor);
        for (const item of batch.items) {
          if (!this.#keys.has(item.key)) {
            this.#keys.add(item.key);
            this.items.push(item);
          }
        }
        this.look();
        return Promise.resolve();
      },
      draft: () => undefined,
      held: () => false,
      saveRef: () => Promise.resolve(),
      log: () => undefined,
    };
  }

  /** Looks again at what is waited for. */
  look(): void {
    for (const look of [...this.#looks]) look();
  }

  of<K extends AgentItem["kind"]>(kind: K): Extract<AgentItem, { kind: K }>[] {
    return this.items.filter((item): item is Extract<AgentItem, { kind: K }> => item.kind === kind);
  }

  /** Whether the fact comes true within `ms`. */
  within(ms: number, clock: Clock, fact: () => boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const settle = (came: boolean): void => {
      this.#looks.delete(look);
      cancel();
      resolve(came);
    };
    const look = (): void => {
      if (fact()) settle(true);
    };
    const cancel = clock.after(ms, () => settle(fact()));
    this.#looks.add(look);
    look();
    return promise;
  }
}
