import type { NoticeData } from "../../contract/event.ts";
import type { Clock } from "../driver.ts";
import type { Retrying } from "./state.ts";

/** How long Codex may be without its model before the card says so, and before the turn is given up. */
export interface NetworkLimits {
  readonly noticeMs: number;
  readonly giveUpMs: number;
}

export const networkLimits: NetworkLimits = { noticeMs: 20_000, giveUpMs: 10 * 60_000 };

interface Watched {
  readonly turn: { readonly id: string } | null;
  readonly retrying: Retrying | null;
}

interface Actions {
  readonly notice: (turnId: string, notice: NoticeData) => void;
  readonly giveUp: (turnId: string) => void;
}

/**
 * Without a connection Codex says "Reconnecting... waiting for network" for ever (feature
 * `unbounded_connection_retries`, on by default): this ends it.
 */
export class NetworkWatch {
  readonly #clock: Clock;
  readonly #limits: NetworkLimits;
  readonly #actions: Actions;
  #watched: string | null = null;
  #cancels: (() => void)[] = [];

  constructor(clock: Clock, limits: NetworkLimits, actions: Actions) {
    this.#clock = clock;
    this.#limits = limits;
    this.#actions = actions;
  }

  /** Looks at what is known after a line. The clock runs from the first failure seen by this server. */
  look({ turn, retrying }: Watched): void {
    const now = turn === null || retrying === null ? null : turn.id;
    if (now === this.#watched) return;
    this.stop();
    if (now === null || retrying === null) return;
    this.#watched = now;
    const { noticeMs, giveUpMs } = this.#limits;
    const { message } = retrying;
    this.#cancels = [
      this.#clock.after(noticeMs, () => this.#actions.notice(now, waiting(message, giveUpMs))),
      this.#clock.after(giveUpMs, () => this.#actions.giveUp(now)),
    ];
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#watched = null;
  }
}

function waiting(message: string, giveUpMs: number): NoticeData {
  const minutes = Math.round(giveUpMs / 60_000);
  return {
    level: "warning",
    code: "network_waiting",
    message: `Codex cannot reach its model and keeps trying: ${message}`,
    hint: `Check the connection. Agetor stops the turn after ${minutes} minutes without an answer.`,
  };
}
