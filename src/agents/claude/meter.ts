import type { Usage } from "../../contract/run.ts";
import type { AgentItem } from "../driver.ts";
import type { Context } from "./context.ts";
import { type Count, counted, figures, type MeterState, noCount, reportOf } from "./count.ts";
import { type HookEvent, SpoolReader, type Told } from "./spool-reader.ts";
import type { Transcript } from "./transcript.ts";

/** From the last block of a message to the earliest report that counts it (300 ms, observed). */
const reportMs = 250;
/** How long a turn's end waits for that report; a slow machine needs some of it. */
const heardMs = 3_000;
const lookMs = 250;
/** How long a report waits for the transcript to reach the prompt it was made in. */
const reachMs = 30_000;
/** How long a new turn waits for the reports from before it. */
const gateMs = 5_000;

const nothing: Told<MeterState> = { items: [], change: {} };

export interface MeterParts {
  readonly context: Context;
  readonly main: Transcript;
  /** The tokens of the newest turn so far. */
  readonly used: () => Usage;
  /** Whether that turn has ended. */
  readonly late: () => boolean;
}

/**
 * The one source of cost and context: what Claude tells its status line. Tokens and model come from
 * the transcript; whoever speaks last says all of it.
 */
export class Meter {
  readonly #parts: MeterParts;
  readonly #spool: SpoolReader<MeterState>;
  /** Epoch ms up to which the transcript was read, a turn about to begin included. */
  #readTo = 0;

  constructor(parts: MeterParts) {
    this.#parts = parts;
    const { context } = parts;
    const source = { stream: "status", dir: context.files.reports, initial: noCount };
    this.#spool = new SpoolReader(context, source, { handle: (event) => this.#take(event) });
  }

  scan(): Promise<void> {
    return this.#spool.scan();
  }

  settle(): Promise<void> {
    return this.#spool.settle();
  }

  /** Takes every report from before a turn that is about to begin. */
  async beforeTurn(at: number): Promise<void> {
    this.#readTo = Math.max(this.#readTo, at);
    await this.#spool.scan();
    const taken = () => !this.#spool.waiting.some((report) => report.at <= at);
    this.#parts.context.beacon.stir();
    await this.#parts.context.beacon.until(taken, gateMs);
  }

  /** Resolves once Claude told the cost of its last message; where it tells nothing, at once. */
  async heard(): Promise<void> {
    const { context, main } = this.#parts;
    if (this.#spool.state.conversation === null) return;
    const due = (main.state?.spokeAt ?? 0) + reportMs;
    const heard = () => this.#spool.state.at >= due || context.gone || context.signal.aborted;
    for (let waited = 0; waited < heardMs && !heard(); waited += lookMs) {
      await this.#spool.scan();
      await context.beacon.until(heard, lookMs);
    }
  }

  /** A usage item of the given turn with what it cost so far and how full the context is. */
  fill(item: AgentItem, turn = this.#parts.main.state?.turn ?? 0): AgentItem {
    if (item.kind !== "transcript" || item.type !== "usage.updated") return item;
    const { costUsd, contextPercent } = figures(this.#spool.state, turn);
    return {
      ...item,
      data: { ...item.data, usage: { ...item.data.usage, costUsd }, contextPercent },
    };
  }

  async #take(event: HookEvent): Promise<Told<MeterState>> {
    const { context, main } = this.#parts;
    const report = reportOf(event.payload, event.at);
    if (report === null) return nothing;
    const reached = () =>
      report.prompt === null ||
      report.prompt === main.state?.newestPrompt ||
      Math.max(main.state?.seenAt ?? 0, this.#readTo) >= report.at ||
      context.gone;
    await context.beacon.until(reached, reachMs);
    const turn = { number: main.state?.turn ?? 0, at: main.state?.turnAt ?? 0 };
    const before = this.#spool.state;
    const count = counted(before, report, turn, context.data.resumed);
    return { items: this.#said(event, before, count), change: count };
  }

  #said(event: HookEvent, before: Count, now: Count): AgentItem[] {
    const { state } = this.#parts.main;
    if (state === null || state.turn === 0) return [];
    const [old, fresh] = [figures(before, state.turn), figures(now, state.turn)];
    if (old.costUsd === fresh.costUsd && old.contextPercent === fresh.contextPercent) return [];
    const usage = { ...this.#parts.used(), costUsd: fresh.costUsd };
    const { contextPercent } = fresh;
    return [
      {
        kind: "transcript",
        key: `u:${event.file}`,
        at: event.at,
        late: this.#parts.late(),
        type: "usage.updated",
        data: { usage, model: state.model, contextPercent, rateLimits: [] },
      },
    ];
  }
}
