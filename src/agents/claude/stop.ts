import { ok, type Result } from "../../contract/result.ts";
import type { AgentItem } from "../driver.ts";
import type { Context } from "./context.ts";
import { unsettled } from "./decode-queue.ts";
import { clearInput } from "./deliver.ts";
import type { Halt } from "./halt.ts";
import type { Spool } from "./spool.ts";
import { isIdle, readStatus } from "./status.ts";
import type { Transcript } from "./transcript.ts";
import type { Turns } from "./turns.ts";
import type { TypingLock } from "./typing-lock.ts";

const escapeMs = 1_500;
const escapes = 4;
/** How long a message may be on its way when it is to be stopped. */
const onItsWayMs = 60_000;
const lookMs = 100;
/** Dialogs go as soon as their hooks have printed; the status follows up to a second later. */
const dialogMs = 2_500;
/** Between Up and the lines that tell what came back; then Up is pressed again. */
const recallMs = 1_000;
const recalls = 3;
/** Claude goes on with the next in its queue at once: idle for so long means there was none. */
const restMs = 300;
const queuedRestMs = 1_500;

export interface StopParts {
  readonly context: Context;
  readonly main: Transcript;
  readonly spool: () => Spool;
  readonly turns: Turns;
  readonly lock: TypingLock;
  readonly halt: Halt;
  /** How many messages are being handed over right now. */
  readonly delivering: () => number;
}

/**
 * Ends a turn (2.1.330, tried). Escape alone is not enough: Claude then goes on with what waits in
 * its queue. So it is held still first, what waits is called back into the input line with Up, which
 * the transcript confirms, and cleared; only then Escape. The engine has those words again.
 */
export class Stopping {
  readonly #parts: StopParts;
  /** The stop under way: whether Claude had to be held still for it. */
  #holding: Promise<boolean> | null = null;
  #work: Promise<void> | null = null;

  constructor(parts: StopParts) {
    this.#parts = parts;
  }

  /** True from the moment a stop is asked for until it is done. */
  get asked(): boolean {
    return this.#holding !== null;
  }

  /** Resolves when no stop is under way. */
  async over(): Promise<void> {
    await this.#work;
    await this.rest();
  }

  /** Lets Claude go on that is held still although there is no turn left to be stopped. */
  async rest(): Promise<void> {
    const { context, turns } = this.#parts;
    if (this.#work !== null || turns.open || !(this.asked || context.halted)) return;
    await this.#holding;
    await this.#done();
  }

  /** Holds Claude still when something waits in its queue; answers whether it does. */
  hold(): Promise<boolean> {
    if (this.#parts.context.gone || !this.#parts.turns.open) return Promise.resolve(false);
    this.#holding ??= this.#hold();
    return this.#holding;
  }

  async interrupt(): Promise<Result<null>> {
    const { context, turns, delivering } = this.#parts;
    const { open } = turns;
    if (context.gone || (!open && delivering() === 0)) {
      await this.rest();
      return ok(null);
    }
    if (open && this.#background() && isIdle(await readStatus(context))) {
      await turns.settle({ kind: "cancelled" }, this.#stillRunning());
      return ok(null);
    }
    const { promise, resolve } = Promise.withResolvers<Result<null>>();
    this.#work = this.#stop(open, resolve);
    return promise;
  }

  /** The whole of a stop; says as soon as Claude was told. */
  async #stop(open: boolean, told: (how: Result<null>) => void): Promise<void> {
    const { context } = this.#parts;
    try {
      const held = await this.hold();
      if (held) await this.#recall();
      const pressed = open ? await this.#escape() : ok(null);
      told(pressed);
      if (pressed.ok) await (held ? this.#untilIdle() : this.#insist(open));
    } catch (cause) {
      if (context.signal.aborted) return;
      context.io.log("error", "an interrupt failed", { why: String(cause) });
    } finally {
      await this.#done();
      told(ok(null));
    }
  }

  async #done(): Promise<void> {
    this.#holding = null;
    this.#work = null;
    // Let go of, the agent stays as it is for whoever takes it up.
    if (!this.#parts.context.signal.aborted) await this.#parts.halt.off();
  }

  /** First the halt, then the look: nothing may leave the queue in between. */
  async #hold(): Promise<boolean> {
    const { context, main, lock, halt } = this.#parts;
    // Left by a server that died over it: what it called back may still lie in the input line.
    const before = context.halted;
    await halt.on().catch((cause: unknown) => {
      // Without it a stop is what it was before: better than none.
      context.io.log("error", "Claude cannot be held still", { why: String(cause) });
    });
    await lock.settled();
    await main.drain();
    if (before || this.#waits("anything")) return true;
    await halt.off();
    return false;
  }

  #waits(what: "words" | "anything"): boolean {
    const { context, main } = this.#parts;
    if (main.state === null) return false;
    if (unsettled(context.data.steered ?? [], main.state).length > 0) return true;
    return what === "words" ? main.state.queue.includes("person") : main.state.queue.length > 0;
  }

  /** Up brings all waiting words back into the input line, where they are cleared. */
  async #recall(): Promise<void> {
    const { context } = this.#parts;
    await this.#looks(async () => (await readStatus(context))?.kind !== "waiting", dialogMs);
    for (let time = 0; time < recalls && this.#waits("words"); time += 1) {
      await clearInput(context);
      await context.io.host.tmux.keys(context.name, ["Up"]);
      await this.#looks(async () => !this.#waits("words"), recallMs);
    }
    await clearInput(context);
  }

  /**
   * A turn that the queue began all the same (a notification, or words that could not be called
   * back) comes no further than our hooks, and is ended, too.
   */
  async #untilIdle(): Promise<void> {
    const { context, turns } = this.#parts;
    for (let press = 0; press < escapes; press += 1) {
      if (await this.#looks(() => this.#rests(), escapeMs)) break;
      if (context.gone || context.signal.aborted) return;
      await this.#escape();
    }
    // One without output yet leaves no trace of its end.
    await this.#looks(() => Promise.resolve(!turns.open), escapeMs);
    if (turns.open && isIdle(await readStatus(context))) {
      await turns.settle({ kind: "cancelled" }, this.#background() ? this.#stillRunning() : []);
    }
  }

  async #rests(): Promise<boolean> {
    const { context, main } = this.#parts;
    const idle = async () => isIdle(await readStatus(context));
    if (!(await idle())) return false;
    await context.beacon.pause(main.state?.queue.length === 0 ? restMs : queuedRestMs);
    return idle();
  }

  /** Looks again and again, at the transcript as well; false when it never became so. */
  async #looks(fact: () => Promise<boolean>, ms: number): Promise<boolean> {
    const { context, main } = this.#parts;
    let limit = context.io.clock.monotonic() + ms;
    while (!context.signal.aborted && !context.gone) {
      await main.drain();
      if (await fact()) return true;
      const now = context.io.clock.monotonic();
      if (context.io.held()) limit = now + ms;
      if (now >= limit) return false;
      await context.beacon.pause(lookMs);
    }
    return false;
  }

  #escape(): Promise<Result<null>> {
    const { context } = this.#parts;
    return context.io.host.tmux.keys(context.name, ["Escape"]);
  }

  /**
   * Escape until the turn is over. One whose message is still on its way has to begin first; one
   * without output yet leaves no trace of its end but an idle Claude.
   */
  async #insist(pressed: boolean): Promise<void> {
    const { context, main, turns, delivering } = this.#parts;
    const { beacon } = context;
    const over = () => context.gone || (!turns.open && delivering() === 0);
    await beacon.until(() => turns.open || over(), onItsWayMs);
    if (!pressed && turns.open) await this.#escape();
    for (let press = 0; press < escapes; press += 1) {
      if (await beacon.until(() => !turns.open || context.gone, escapeMs)) return;
      await main.drain();
      const status = await readStatus(context);
      if (!turns.open) return;
      if (isIdle(status)) {
        // A busy machine writes the end of the turn down a good while after Claude is idle.
        if (await beacon.until(() => !turns.open || context.gone, escapeMs)) return;
        await turns.settle({ kind: "cancelled" }, this.#background() ? this.#stillRunning() : []);
        return;
      }
      await this.#escape();
    }
  }

  #background(): boolean {
    return this.#parts.spool().state.background.length > 0;
  }

  #stillRunning(): AgentItem[] {
    const { background, taken } = this.#parts.spool().state;
    const labels = background.map(({ label }) => label);
    return [
      {
        kind: "notice",
        key: `n:${taken}`,
        notice: {
          level: "info",
          code: "still_running",
          message: `Still running in the background: ${labels.join(", ")}`,
          hint: "It ends with Claude; stop it in the Terminal tab if you do not want it.",
        },
      },
    ];
  }
}
