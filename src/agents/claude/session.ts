import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { ExitStatus } from "../../host/types.ts";
import type { AgentItem, Delivery, Message, Session, SessionRef, Terminal } from "../driver.ts";
import { stopped } from "./ask.ts";
import { Asking } from "./asking.ts";
import type { Context } from "./context.ts";
import { unsettled } from "./decode-queue.ts";
import { sum } from "./decode-usage.ts";
import { type DeliverParts, deliver } from "./deliver.ts";
import { Drafts } from "./drafts.ts";
import { Halt } from "./halt.ts";
import { stringAt } from "./json.ts";
import { Meter } from "./meter.ts";
import { ModeWish } from "./mode-wish.ts";
import { printOf } from "./prompt.ts";
import { type HookEvent, Spool } from "./spool.ts";
import { type ClaudeState, noUsage } from "./state.ts";
import { steer } from "./steer.ts";
import { Stopping } from "./stop.ts";
import { SubAgents, withUsage } from "./subagents.ts";
import { overdue, type Shaped, Transcript } from "./transcript.ts";
import { Turns } from "./turns.ts";
import { TypingLock } from "./typing-lock.ts";
import { Watch } from "./watch.ts";

const gateMs = 5_000;
const settleMs = 5_000;
const termMs = 5_000;
const killMs = 2_000;
const lookMs = 100;

/** One Claude in its tmux session, read and driven. */
export class ClaudeSession implements Session {
  readonly terminal: Terminal;
  readonly #context: Context;
  readonly #main: Transcript;
  readonly #agents: SubAgents;
  readonly #spool: Spool;
  readonly #meter: Meter;
  readonly #turns: Turns;
  readonly #drafts: Drafts;
  readonly #watch: Watch;
  readonly #accepted = new Set<string>();
  readonly #commands: () => Promise<ReadonlySet<string>>;
  readonly #asking: Asking;
  readonly #lock: TypingLock;
  readonly #halt: Halt;
  readonly #wish: ModeWish;
  readonly #stopping: Stopping;
  #ending: Promise<void> | null = null;
  /** Messages being handed over right now. */
  #delivering = 0;
  #lastScreen = "";

  constructor(context: Context, commands: () => Promise<ReadonlySet<string>>) {
    this.#context = context;
    this.#commands = commands;
    this.#asking = new Asking(context);
    this.#lock = new TypingLock(context);
    this.#halt = new Halt(context);
    this.#wish = new ModeWish(context);
    this.#main = new Transcript(context, "main", {
      beforeTurn: (at) => this.#beforeTurn(at),
      shape: (items, state) => this.#shape(items, state),
      stored: (items) => this.#stored(items),
    });
    this.#agents = new SubAgents(
      context,
      () => this.#main.state,
      (items) => this.#drafts.stored(items),
      (item) => this.#meter.fill(item),
    );
    this.#meter = new Meter({
      context,
      main: this.#main,
      used: () => {
        const { usage, turn } = this.#main.state ?? { usage: noUsage, turn: 0 };
        return sum(usage, this.#agents.used(turn));
      },
      late: () => !this.#turns.open,
    });
    this.#drafts = new Drafts(context, () => this.#wake());
    this.#turns = new Turns({
      context,
      main: this.#main,
      spool: () => this.#spool,
      agents: this.#agents,
      drafts: this.#drafts,
      meter: this.#meter,
    });
    this.#spool = new Spool(context, {
      seen: (event) => this.#seen(event),
      handle: (event) => this.#turns.handle(event),
    });
    this.#stopping = new Stopping({
      context,
      main: this.#main,
      spool: () => this.#spool,
      turns: this.#turns,
      lock: this.#lock,
      halt: this.#halt,
      delivering: () => this.#delivering,
    });
    this.#watch = new Watch({
      context,
      main: this.#main,
      spool: this.#spool,
      turns: this.#turns,
      asking: this.#asking,
      stopping: this.#stopping,
      onGone: () => this.end(),
    });
    this.terminal = terminalOf(context);
  }

  get ref(): SessionRef {
    return this.#context.ref;
  }

  /** Starts reading; resolves when everything that is there now has been read and stored. */
  async begin(): Promise<void> {
    const { data } = this.#context;
    await this.#halt.load();
    if (!this.#main.resume() && data.transcript !== null) {
      this.#main.begin({
        path: data.transcript,
        offset: data.startOffset,
        resumed: data.resumed,
        agentId: null,
        turn: 0,
      });
    }
    await this.#lock.forget();
    for (const agentId of this.#main.state?.agents ?? []) await this.#agents.follow(agentId);
    await Promise.all([this.#spool.scan(), this.#meter.scan()]);
    await this.#main.drain();
    await this.#agents.drain();
    this.#context.caughtUp = true;
    const settled = Promise.all([this.#spool.settle(), this.#meter.settle()]);
    await Promise.race([settled, this.#context.beacon.pause(settleMs)]);
    await this.#drafts.begin();
  }

  /** Begins to look after the process, once it is known. */
  watch(): void {
    this.#watch.start();
  }

  async deliver(message: Message, options: { readonly retry: boolean }): Promise<Delivery> {
    this.#delivering += 1;
    try {
      // The Escape of an earlier stop must not reach this turn.
      await this.#stopping.over();
      return await deliver(this.#deliverParts(), message, options.retry);
    } finally {
      this.#delivering -= 1;
    }
  }

  steer(message: Message): Promise<Delivery> {
    const [turns, asking, lock] = [this.#turns, this.#asking, this.#lock];
    const stopping = () => this.#stopping.asked;
    return steer({ ...this.#deliverParts(), turns, asking, lock, stopping }, message);
  }

  #deliverParts(): DeliverParts {
    return {
      context: this.#context,
      main: this.#main,
      spool: this.#spool,
      commands: this.#commands,
      accepted: this.#accepted,
      whyGone: () => this.#whyGone(),
    };
  }

  setMode(mode: string | null): Promise<void> {
    // Its first line is written a moment after it began to work.
    return this.#wish.set(mode, this.#main.state?.mode ?? this.#context.data.mode ?? null);
  }

  /** A hook that waits may only print once what waits in Claude's queue is held back. */
  async dismiss(): Promise<unknown | null> {
    return (await this.#stopping.hold()) ? stopped : null;
  }

  interrupt(): Promise<Result<null>> {
    return this.#stopping.interrupt();
  }

  async close(): Promise<Result<{ readonly leftovers: readonly number[] }>> {
    const context = this.#context;
    context.closing = true;
    const process = context.ref.process;
    const { host } = context.io;
    if (process !== null && !context.gone) {
      await host.signalGroup(process, "SIGTERM");
      if (!(await this.#dies(termMs))) {
        await host.signalGroup(process, "SIGKILL");
        await this.#dies(killMs);
      }
    }
    await this.end();
    const alive = process !== null && (await host.alive(process));
    if (alive) return err(stubborn(process.pid));
    return ok({ leftovers: [] });
  }

  detach(): Promise<void> {
    this.#watch.stop();
    this.#context.stop();
    return Promise.resolve();
  }

  /** Reads what the agent left to its end and says that it is gone. Once. */
  end(): Promise<void> {
    this.#ending ??= this.#end().catch((cause: unknown) => {
      // It is still to be told: the next look tries again.
      this.#ending = null;
      throw cause;
    });
    return this.#ending;
  }

  async #end(): Promise<void> {
    const context = this.#context;
    const { tmux } = context.io.host;
    const exit = await this.#exit();
    this.#lastScreen = await screen(context);
    context.gone = true;
    context.beacon.stir();
    await this.#spool.scan();
    await this.#main.finish();
    await this.#agents.finish();
    await this.#meter.scan();
    await Promise.all([this.#spool.settle(), this.#meter.settle()]);
    await this.#drafts.clear(null);
    const process = context.ref.process;
    await this.#spool.say([
      ...this.#unheard(),
      {
        kind: "exited",
        key: `x:${process?.pid ?? 0}:${process?.startTime ?? ""}`,
        code: exit?.code ?? null,
        signal: exit?.signal ?? null,
        expected: context.closing,
        fault: context.closing ? null : this.#exitFault(exit),
      },
    ]);
    await tmux.kill(context.name);
    this.#watch.stop();
    context.stop();
  }

  /** What waited in its queue ended with it: a resumed one does not know of it (tried). */
  #unheard(): AgentItem[] {
    const state = this.#main.state;
    if (state === null) return [];
    return unsettled(this.#context.data.steered ?? [], state).map(({ messageId }) => ({
      kind: "returned",
      key: `u:${messageId}`,
      messageId,
      text: "",
    }));
  }

  /** How it ended, as tmux kept it; null when tmux itself is gone. */
  async #exit(): Promise<ExitStatus | null> {
    const { beacon, io, name } = this.#context;
    let last: ExitStatus | null = null;
    for (let look = 0; look < killMs / lookMs; look += 1) {
      const pane = await io.host.tmux.pane(name);
      if (!pane.ok || pane.value === null) return null;
      last = pane.value.dead;
      // tmux shows a pane as dead a moment before it knows how its program ended.
      if (last !== null && last.signal !== "unknown") return last;
      await beacon.pause(lookMs);
    }
    return last;
  }

  #exitFault(exit: ExitStatus | null): Fault | null {
    if (!this.#spool.state.started) return this.#whyGone();
    if (exit !== null) return null;
    return fault(
      "session_lost",
      "Claude's terminal is gone.",
      "Its conversation is kept: send a message to go on where it stopped.",
    );
  }

  #whyGone(): Fault {
    const started = this.#spool.state.started;
    const words = this.#lastScreen.split("\n").filter(isSaid).slice(-12).join("\n");
    return started
      ? fault("agent_exited", "Claude has ended.", "Send the message again to resume it.")
      : fault(
          "launch_failed",
          words === "" ? "Claude ended while it was starting." : `Claude ended at once: ${words}`,
          "Start `claude` in a terminal in that folder to see what it says.",
        );
  }

  #stored(items: readonly AgentItem[]): void {
    this.#drafts.stored(items);
    if (!items.some(({ kind }) => kind === "mode")) return;
    this.#wish.reached(this.#main.state?.mode ?? null).catch((cause: unknown) => {
      if (this.#context.signal.aborted) return;
      this.#context.io.log("error", "a mode could not be noted", { why: String(cause) });
    });
  }

  #wake(): void {
    Promise.all([this.#spool.scan(), this.#meter.scan()]).catch(() => undefined);
  }

  #seen(event: HookEvent): void {
    if (event.name !== "UserPromptSubmit") return;
    this.#accepted.add(printOf(stringAt(event.payload, "prompt") ?? ""));
  }

  /** A turn is only opened once everything the hooks said before it is stored. */
  async #beforeTurn(at: number): Promise<void> {
    await this.#spool.scan();
    const settled = () => !this.#spool.waiting.some((event) => event.at <= at);
    await Promise.all([this.#context.beacon.until(settled, gateMs), this.#meter.beforeTurn(at)]);
  }

  /** What sub-agents used belongs to the turn: of those at work as it is, of the ended for good. */
  async #shape(items: readonly AgentItem[], state: ClaudeState): Promise<Shaped> {
    const shaped: AgentItem[] = [];
    let ended = noUsage;
    const late = state.turn <= this.#spool.state.ended;
    for (const item of late ? overdue(items) : items) {
      const others = sum(ended, this.#agents.used(state.turn));
      shaped.push(this.#meter.fill(withUsage(item, others), state.turn));
      if (item.kind !== "transcript") continue;
      if (item.type === "subagent.started") await this.#agents.follow(item.data.agentId, state);
      if (item.type !== "subagent.ended") continue;
      ended = sum(ended, await this.#agents.end(item.data.agentId, state));
    }
    return { items: shaped, state: { ...state, usage: sum(state.usage, ended) } };
  }

  async #dies(ms: number): Promise<boolean> {
    const { beacon, io, ref } = this.#context;
    for (let waited = 0; waited < ms; waited += lookMs) {
      if (ref.process === null || !(await io.host.alive(ref.process))) return true;
      await beacon.pause(lookMs);
    }
    return false;
  }
}

function terminalOf(context: Context): Terminal {
  const { tmux } = context.io.host;
  return {
    capture: () => tmux.capture(context.name, { ansi: true, history: 200 }),
    attachCommand: tmux.attachCommand(context.name),
    attached: async () => {
      const pane = await tmux.pane(context.name);
      return pane.ok ? ok((pane.value?.attached ?? 0) > 0) : pane;
    },
  };
}

async function screen(context: Context): Promise<string> {
  const shown = await context.io.host.tmux.capture(context.name, { ansi: false, history: 50 });
  return shown.ok ? shown.value.text : "";
}

/** Not empty, and not what tmux itself writes into a dead pane. */
function isSaid(line: string): boolean {
  return line.trim() !== "" && !/^Pane is dead\b/.test(line);
}

function stubborn(pid: number): Fault {
  return fault("host_failed", "Claude does not end.", `End the process ${pid} yourself.`, { pid });
}
