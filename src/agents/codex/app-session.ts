import { fault } from "../../contract/fault.ts";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { ExitStatus, SessionDirectory } from "../../host/types.ts";
import type {
  DeliverOptions,
  Delivery,
  InteractionRequest,
  Message,
  Session,
  SessionIo,
  SessionRef,
} from "../driver.ts";
import { answerAsk, modeAfter, planWords, type Speaking, steer } from "./answering.ts";
import { endCommands } from "./children.ts";
import { decode, draftOf } from "./decode.ts";
import { closeAsks } from "./decode-asks.ts";
import { closeOpen } from "./decode-items.ts";
import { endPlan, planMessageId, withdrawPlan } from "./decode-plan.ts";
import { deliver } from "./deliver.ts";
import { exitFault, stderrTail } from "./exits.ts";
import { Facts } from "./facts.ts";
import { handshake } from "./handshake.ts";
import { Link } from "./link.ts";
import { type NetworkLimits, NetworkWatch } from "./network.ts";
import { type Decoder, Reader } from "./reader.ts";
import { requestId, type StopReason } from "./rpc.ts";
import { type SessionData, withData, withSettings } from "./session-data.ts";
import { draftsFrom, type State } from "./state.ts";

const stopMs = 5_000;
const graceMs = 5_000;

const decoder: Decoder<State> = {
  decode,
  draftOf,
  draftsFrom,
  isOpen: (state, id) => state.open.some((it) => it.id === id),
  close: (state, out, context) => {
    const why = "The agent ended.";
    const asked = closeAsks({ state, out }, why, () => true);
    return closeOpen({ state: withdrawPlan(asked, out, why), out, context }, null, "stopped");
  },
};

export interface AppSessionOptions {
  readonly io: SessionIo;
  readonly directory: SessionDirectory;
  readonly ref: SessionRef;
  readonly data: SessionData;
  readonly state: State;
  readonly offset: number;
  readonly limits: NetworkLimits;
}

/** A living `codex app-server` (codex-cli 0.169.0) in a session directory, with one thread. */
export class AppSession implements Session {
  readonly terminal = null;
  readonly #io: SessionIo;
  readonly #directory: SessionDirectory;
  readonly #facts: Facts;
  readonly #link: Link;
  readonly #reader: Reader<State>;
  readonly #network: NetworkWatch;
  readonly #released = new AbortController();
  #ref: SessionRef;
  #data: SessionData;
  #told = false;
  #delivering = 0;
  readonly #answering = new Map<string, Promise<Result<"accepted" | "late">>>();
  #stopping: { readonly turnId: string; readonly done: Promise<Result<null>> } | null = null;

  constructor({ io, directory, ref, data, state, offset, limits }: AppSessionOptions) {
    this.#io = io;
    this.#directory = directory;
    this.#ref = ref;
    this.#data = data;
    this.#facts = new Facts(io.clock, () => io.held());
    this.#link = new Link(directory, this.#facts);
    this.#reader = new Reader<State>({
      io,
      signal: this.#released.signal,
      decoder,
      outPath: directory.outPath,
      generation: data.generation,
      offset,
      state,
      onAnswer: (id, outcome) => this.#link.settle(id, outcome),
      onState: (now) => this.#changed(now),
      reply: async (line) => {
        const written = await this.#link.write(line);
        if (!written.ok) io.log("warn", "a refusal did not reach Codex", { ...written.fault });
      },
    });
    this.#network = new NetworkWatch(io.clock, limits, {
      notice: (turnId, notice) => {
        const key = `network:${turnId}`;
        this.#soon(this.#reader.tell([{ kind: "notice", key, notice }]));
      },
      giveUp: (turnId) => this.#soon(this.#stop(turnId, "network")),
    });
    if (io.signal.aborted) this.#release();
    else io.signal.addEventListener("abort", () => this.#release(), { once: true });
  }

  get ref(): SessionRef {
    return this.#ref;
  }

  get state(): State {
    return this.#reader.state;
  }

  /** Begins to read; resolves when all that was there is taken. */
  async read(): Promise<void> {
    this.#reader.start();
    this.#watchExit();
    await this.#reader.drain();
    this.#network.look(this.state);
  }

  /** An open thread, brought about if need be. */
  async ready(): Promise<Result<string>> {
    const opened = await handshake(this.#link, this.#data, () => this.state);
    if (!opened.ok) return opened;
    if (this.#ref.agentSessionId !== opened.value) {
      this.#ref = { ...this.#ref, agentSessionId: opened.value };
      await this.#io.saveRef(this.#ref);
    }
    return opened;
  }

  async deliver(message: Message, { retry, settings }: DeliverOptions): Promise<Delivery> {
    if (settings !== undefined) {
      const data = withSettings(this.#data, settings);
      if (!data.ok) return { kind: "not-delivered", fault: data.fault };
      await this.#keep(data.value);
    }
    const delivery = await this.#hand(message, retry);
    const { turn, steered } = this.state;
    if (delivery.kind === "delivered" && turn === null && steered.includes(message.id)) {
      // It was heard in a turn that is over: no turn of its own will come.
      const outcome = { kind: "succeeded" } as const;
      const key = `heard:${message.id}`;
      await this.#reader.tell([{ kind: "turn-ended", key, outcome, durationMs: null }]);
    }
    return delivery;
  }

  async #hand(message: Message, retry: boolean): Promise<Delivery> {
    this.#delivering += 1;
    try {
      const opened = await this.ready();
      if (!opened.ok) return { kind: "not-delivered", fault: opened.fault };
      return await deliver(message, {
        retry,
        threadId: opened.value,
        data: this.#data,
        link: this.#link,
        facts: this.#facts,
        stateOf: () => this.state,
      });
    } finally {
      this.#delivering -= 1;
      this.#facts.changed();
    }
  }

  async steer(message: Message): Promise<Delivery> {
    const speaking = this.#speaking();
    if (speaking !== null) return await steer(message, speaking);
    return { kind: "not-delivered", fault: fault("not_delivered", "Codex is not ready yet.") };
  }

  /** One answer at a time to each question: the same one, sent again, joins it. */
  answer(
    ref: string,
    request: InteractionRequest,
    answer: InteractionAnswer,
  ): Promise<Result<"accepted" | "late">> {
    const known = this.#answering.get(ref);
    if (known !== undefined) return known;
    const given = this.#answer(ref, request, answer).finally(() => this.#answering.delete(ref));
    this.#answering.set(ref, given);
    return given;
  }

  async #answer(
    ref: string,
    request: InteractionRequest,
    answer: InteractionAnswer,
  ): Promise<Result<"accepted" | "late">> {
    if (answer.kind === "plan_approval") return await this.#answerPlan(ref, answer);
    const speaking = this.#speaking();
    return speaking === null ? ok("late") : await answerAsk(ref, { request, answer }, speaking);
  }

  /** Begins the turn that follows a plan; it belongs to the run that waits. */
  async #answerPlan(
    ref: string,
    answer: Extract<InteractionAnswer, { kind: "plan_approval" }>,
  ): Promise<Result<"accepted" | "late">> {
    if (this.state.plan?.ref !== ref) return ok("late");
    await this.#keep({ ...this.#data, mode: modeAfter(answer) });
    const message = { id: planMessageId(ref), text: planWords(answer) };
    const delivery = await this.#hand(message, true);
    if (delivery.kind === "delivered") return ok("accepted");
    const why = delivery.fault;
    await this.#reader.amend((state) => endPlan(state, { kind: "failed", fault: why }));
    return err(why);
  }

  #speaking(): Speaking | null {
    const { threadId } = this.state;
    if (threadId === null) return null;
    const nonce = `s${this.#io.clock.now()}`;
    return { link: this.#link, threadId, stateOf: () => this.state, nonce };
  }

  /** Stores what a later server has to know before it matters. */
  async #keep(data: SessionData): Promise<void> {
    if (JSON.stringify(data) === JSON.stringify(this.#data)) return;
    this.#data = data;
    this.#ref = withData(this.#ref, data);
    await this.#io.saveRef(this.#ref);
  }

  async interrupt(): Promise<Result<null>> {
    // A message on its way begins a turn in a moment: the stop is meant for that one.
    const settled = (): true | null =>
      this.state.turn !== null || this.#delivering === 0 || this.#link.gone ? true : null;
    await this.#facts.until(settled, stopMs);
    const { turn } = this.state;
    if (turn !== null) return await this.#stop(turn.id, "person");
    await this.#reader.amend((state) => endPlan(state, { kind: "cancelled" }));
    return ok(null);
  }

  async close(): Promise<Result<{ readonly leftovers: readonly number[] }>> {
    await this.#keep({ ...this.#data, closing: true });
    const ended = await this.#directory.terminate(graceMs);
    const over = (): true | null => (this.#told || this.#released.signal.aborted ? true : null);
    await this.#facts.until(over, stopMs);
    this.#release();
    return ended;
  }

  detach(): Promise<void> {
    this.#release();
    return Promise.resolve();
  }

  /** One stop per turn at a time: a second one waits for the first. */
  #stop(turnId: string, why: StopReason): Promise<Result<null>> {
    if (this.#stopping?.turnId === turnId) return this.#stopping.done;
    const done = this.#stopTurn(turnId, why).finally(() => {
      if (this.#stopping?.turnId === turnId) this.#stopping = null;
    });
    this.#stopping = { turnId, done };
    return done;
  }

  /**
   * Ends the turn, then the commands it left: an interrupted turn leaves its shell running as a
   * background terminal (codex-cli 0.169.0), which is ended by `thread/backgroundTerminals/clean`
   * or, where that fails, by ourselves.
   */
  async #stopTurn(turnId: string, why: StopReason): Promise<Result<null>> {
    const { threadId, open, asks } = this.state;
    const commands = open
      .filter((it) => it.kind === "command")
      .map((it) => it.id)
      // One that waits for its person never ran, and its end is not told.
      .filter((id) => !asks.some((ask) => ask.itemId === id));
    const params = { threadId, turnId };
    const id = requestId.interrupt(turnId, why);
    const asked = await this.#link.ask(id, "turn/interrupt", params, stopMs);
    if (asked.ok === "gone") return ok(null);
    if (asked.ok === "timeout") {
      return err(
        fault("host_failed", "Codex does not answer the stop.", "Close the session to end it."),
      );
    }
    await this.#facts.until(() => (this.state.turn?.id === turnId ? null : true), stopMs);
    const clean = await this.#link.ask(
      requestId.clean(turnId),
      "thread/backgroundTerminals/clean",
      { threadId },
      stopMs,
    );
    // The answer comes before the commands are gone; their own end, told late, does not.
    const left = (): true | null =>
      commands.some((id) => this.state.closed.includes(id)) && !this.#link.gone ? null : true;
    if (clean.ok === true) await this.#facts.until(left, stopMs);
    else this.#io.log("warn", "Codex did not end its commands", { clean: clean.ok });
    const ended = await endCommands(threadId);
    if (ended > 0) this.#io.log("info", "ended commands that outlived their turn", { ended });
    return ok(null);
  }

  #changed(state: State): void {
    this.#network.look(state);
    this.#facts.changed();
  }

  #watchExit(): void {
    this.#directory.waitExit(this.#released.signal).then(
      (status) => this.#soon(this.#ended(status)),
      () => undefined,
    );
  }

  async #ended(status: ExitStatus): Promise<void> {
    await this.#reader.finishTail();
    // A killed agent leaves its MCP servers behind, in its own group, and at times a command.
    if (!this.#data.closing) await this.#directory.terminate(0);
    await endCommands(this.state.threadId);
    await tellExit(this.#reader, this.#directory, this.#data, status);
    this.#told = true;
    this.#network.stop();
    this.#link.end();
    this.#reader.stop();
  }

  #release(): void {
    this.#network.stop();
    this.#link.close();
    this.#reader.stop();
    this.#released.abort();
    this.#facts.changed();
  }

  /** Runs on beside us; what goes wrong there is said in the log. */
  #soon(work: Promise<unknown>): void {
    work.catch((cause: unknown) => {
      if (this.#released.signal.aborted || this.#io.signal.aborted) return;
      this.#io.log("error", "the Codex session failed", { cause: String(cause) });
    });
  }
}

/** The reader of a generation whose process is gone, for the words it left. */
export function deadReader(options: Omit<AppSessionOptions, "ref" | "limits">): Reader<State> {
  return new Reader<State>({
    io: options.io,
    signal: options.io.signal,
    decoder,
    outPath: options.directory.outPath,
    generation: options.data.generation,
    offset: options.offset,
    state: options.state,
    onAnswer: () => undefined,
    onState: () => undefined,
    reply: () => Promise.resolve(),
  });
}

/** Tells once how a generation ended, after everything it said. */
export async function tellExit(
  reader: Reader<State>,
  directory: SessionDirectory,
  { generation, closing }: SessionData,
  status: ExitStatus,
): Promise<void> {
  if (reader.state.exited) return;
  const stderr = await stderrTail(directory.errPath);
  await reader.finish(`x:${generation}`, (state) => ({
    state: { ...state, exited: true },
    item: {
      kind: "exited",
      key: "",
      code: status.code,
      signal: status.signal,
      expected: closing,
      fault: closing ? null : exitFault(status, stderr),
    },
  }));
}
