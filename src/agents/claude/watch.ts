import type { Asking } from "./asking.ts";
import type { Context } from "./context.ts";
import type { Spool } from "./spool.ts";
import { readStatus, type Status } from "./status.ts";
import type { Stopping } from "./stop.ts";
import type { Transcript } from "./transcript.ts";
import type { Turns } from "./turns.ts";

const tickMs = 1_000;
/** While a question waits: its answer in the terminal should free the card at once. */
const askedTickMs = 200;
/** For so long the status must say the same before it tells that a dialog is gone. */
const goneMs = 300;
/** Limits of M11. A dialog we know the question of needs no long doubt. */
const startMs = 15_000;
const waitingMs = 5_000;
const askedMs = 1_000;
const silentMs = 60_000;
/** Idle for so long with an open turn: nothing more will come. */
const settledMs = 3_000;

export interface WatchParts {
  readonly context: Context;
  readonly main: Transcript;
  readonly spool: Spool;
  readonly turns: Turns;
  readonly asking: Asking;
  readonly stopping: Stopping;
  readonly onGone: () => Promise<void>;
}

/** Looks once a second for what no hook tells: the process is gone, or waits for its terminal (M11). */
export class Watch {
  readonly #parts: WatchParts;
  readonly #begun: number;
  #cancel: () => void = () => undefined;
  /** Since when the status is what it is, by our own clock. */
  #seen: { readonly mark: string; readonly at: number } = { mark: "", at: 0 };
  #turn = { number: 0, at: 0 };
  #asks = false;
  readonly #told = new Set<string>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#begun = parts.context.io.clock.monotonic();
  }

  start(): void {
    const { context } = this.#parts;
    if (context.signal.aborted || context.gone) return;
    this.#cancel = context.io.clock.after(this.#asks ? askedTickMs : tickMs, () => {
      this.tick()
        .catch((cause: unknown) => {
          if (context.signal.aborted) return;
          context.io.log("error", "a look at the agent failed", { why: String(cause) });
        })
        .finally(() => this.start());
    });
  }

  stop(): void {
    this.#cancel();
  }

  async tick(): Promise<void> {
    const { context, spool } = this.#parts;
    const process = context.ref.process;
    if (context.signal.aborted || context.gone) return;
    if (process !== null && !(await context.io.host.alive(process))) {
      await this.#parts.onGone();
      return;
    }
    // What the hooks told is not all known: silence would be taken for something.
    if (context.io.held()) return;
    await spool.scan();
    const status = await readStatus(context);
    const since = this.#since(`${status?.kind}:${status?.since}`);
    await this.#settle(status, since);
    await this.#parts.stopping.rest();
    this.#asks = context.data.bridged === true && (await this.#parts.asking.open());
    if (this.#asks && since >= goneMs) await this.#answered(status);
    await this.#needs(this.#asks ? null : this.#why(status, since));
    context.beacon.stir();
  }

  #since(mark: string): number {
    const now = this.#parts.context.io.clock.monotonic();
    if (mark !== this.#seen.mark) this.#seen = { mark, at: now };
    return now - this.#seen.at;
  }

  /** Escape before the first word leaves no trace but an idle Claude (2.1.330, observed). */
  async #settle(status: Status | null, since: number): Promise<void> {
    const { main, spool, turns } = this.#parts;
    const state = main.state;
    if (state === null || status?.kind !== "idle" || since < settledMs || !turns.open) return;
    const held =
      spool.state.background.length > 0 ||
      state.queue.includes("task") ||
      state.reportedAt > state.endAt;
    if (held || spool.waiting.length > 0 || status.since < state.turnAt) return;
    await main.drain();
    const finished = (main.state?.endAt ?? 0) >= state.turnAt;
    await turns.settle({ kind: finished ? "succeeded" : "cancelled" });
  }

  /** Frees the card as soon as its dialog is gone, not only with the result of the tool. */
  async #answered(status: Status | null): Promise<void> {
    const { asking, spool } = this.#parts;
    for (const ref of await asking.answeredByHand(status)) {
      if (this.#told.has(ref)) continue;
      this.#told.add(ref);
      const why = "Answered in the agent's terminal";
      await spool.say([{ kind: "no-longer-asked", key: `d:${ref}`, ref, why }]);
    }
  }

  #why(status: Status | null, since: number): string | null {
    const { context, main, spool, turns } = this.#parts;
    const now = context.io.clock.monotonic();
    if (!spool.state.started) {
      if (now - this.#begun < startMs) return null;
      return status === null
        ? "Claude has not started; its terminal may show a question."
        : "Claude runs, but none of our hooks does: look for `disableAllHooks` in its settings.";
    }
    if (status?.kind === "waiting") {
      const asked = turns.asked(status.since);
      const bridged = context.data.bridged === true;
      // With a bridge the card asks; only a dialog its hook left alone needs the terminal.
      const limit = asked === null || bridged ? waitingMs : askedMs;
      if (bridged && this.#parts.asking.sinceEnd < waitingMs) return null;
      const what = asked ?? `Claude waits in its terminal: ${status.waitingFor ?? "a dialog"}`;
      return since >= limit ? `${what}.` : null;
    }
    const turn = main.state?.turn ?? 0;
    if (turn !== this.#turn.number) this.#turn = { number: turn, at: now };
    const silent = turns.open && (main.state?.worked ?? 0) < turn && status?.kind !== "busy";
    if (!silent || spool.state.background.length > 0) return null;
    return now - this.#turn.at >= silentMs ? "Claude shows no sign of work." : null;
  }

  async #needs(why: string | null): Promise<void> {
    const { spool } = this.#parts;
    const open = spool.state.terminal;
    if (why !== null && open === null) {
      const key = `w:${spool.state.taken}`;
      await spool.say([{ kind: "needs-terminal", key, why }], { terminal: key });
    }
    if (why === null && open !== null) {
      await spool.say([{ kind: "terminal-answered", key: `${open}:answered` }], { terminal: null });
    }
  }
}
