import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Fault, fault } from "../../../contract/fault.ts";
import { ok, type Result } from "../../../contract/result.ts";
import type { RunOutcome } from "../../../contract/run.ts";
import type { ExitStatus, SessionDirectory } from "../../../host/types.ts";
import type {
  DeliverOptions,
  Delivery,
  Message,
  Session,
  SessionIo,
  SessionRef,
} from "../../driver.ts";
import { endCommands } from "../children.ts";
import { endedHow, exitFault, stderrTail } from "../exits.ts";
import { Facts } from "../facts.ts";
import { execModeFor } from "../modes.ts";
import { type NetworkLimits, NetworkWatch } from "../network.ts";
import { Reader, stream } from "../reader.ts";
import type { StopReason } from "../rpc.ts";
import { generationDir, type SessionData, withData } from "../session-data.ts";
import { closeExec, decodeExec } from "./decode.ts";
import { execArgv } from "./launch.ts";
import { type ExecState, nextProcess } from "./state.ts";

const signMs = 60_000;
const stopMs = 5_000;

/** The process of one message. */
interface Turn {
  readonly directory: SessionDirectory;
  readonly reader: Reader<ExecState>;
  /** Set when its end was told. */
  over: boolean;
}

export interface ExecSessionOptions {
  readonly io: SessionIo;
  readonly ref: SessionRef;
  readonly data: SessionData;
  readonly state: ExecState;
  readonly limits: NetworkLimits;
}

/** A conversation with a Codex that has only `codex exec --json`: one process per message. */
export class ExecSession implements Session {
  readonly terminal = null;
  readonly #io: SessionIo;
  readonly #facts: Facts;
  readonly #network: NetworkWatch;
  readonly #released = new AbortController();
  #ref: SessionRef;
  #data: SessionData;
  /** Between two processes; while one runs its reader holds the newest. */
  #state: ExecState;
  #turn: Turn | null = null;
  #delivering = 0;

  constructor({ io, ref, data, state, limits }: ExecSessionOptions) {
    this.#io = io;
    this.#ref = ref;
    this.#data = data;
    this.#state = state;
    this.#facts = new Facts(io.clock, () => io.held());
    this.#network = new NetworkWatch(io.clock, limits, {
      notice: (turnId, notice) => {
        const told = this.#turn?.reader.tell([
          { kind: "notice", key: `network:${turnId}`, notice },
        ]);
        if (told !== undefined) this.#soon(told);
      },
      giveUp: () => this.#soon(this.#stop("network")),
    });
    if (io.signal.aborted) this.#release();
    else io.signal.addEventListener("abort", () => this.#release(), { once: true });
  }

  get ref(): SessionRef {
    return this.#ref;
  }

  /** Takes up the process an earlier server left, living or dead, and reads what it said. */
  async takeUp(): Promise<void> {
    const { generation } = this.#data;
    if (generation === 0) return;
    const directory = this.#directory(generation);
    // A process that was written down and never started is started by the retry of its message.
    if ((await directory.process()) === null) return;
    const cursor = this.#io.cursor(stream);
    const current = cursor?.generation === generation;
    const messageId = readMessageId(directory.dir) ?? "";
    const state = current ? this.#state : nextProcess(this.#state, generation, messageId);
    if (current && state.ended && (await directory.exit()) !== null) {
      this.#state = state;
      return;
    }
    const turn = await this.#read(directory, current ? cursor.offset : 0, state);
    if ((await directory.exit()) === null) return;
    await this.#facts.until(() => (turn.over ? true : null), stopMs);
  }

  async deliver(message: Message, options: DeliverOptions): Promise<Delivery> {
    this.#delivering += 1;
    try {
      return await this.#deliver(message, options);
    } finally {
      this.#delivering -= 1;
      this.#facts.changed();
    }
  }

  async #deliver(message: Message, options: DeliverOptions): Promise<Delivery> {
    if (options.retry) {
      const found = await this.#found(message.id);
      if (found !== null) return found;
    }
    if (!(await this.#idle())) {
      const busy = "Codex still works on the message before.";
      return { kind: "not-delivered", fault: fault("already_running", busy) };
    }
    if (options.settings !== undefined) {
      const mode = execModeFor(options.settings.mode);
      if (!mode.ok) return { kind: "not-delivered", fault: mode.fault };
      const { model, effort } = options.settings;
      this.#data = { ...this.#data, mode: mode.value, model, effort };
    }
    const generation = this.#nextGeneration(message.id);
    const directory = this.#directory(generation);
    const promptPath = writeMessage(directory.dir, message);
    this.#data = { ...this.#data, generation };
    await this.#save(this.#ref.agentSessionId);
    const started = await directory.start({
      argv: execArgv(this.#data, this.#state.threadId, promptPath),
      cwd: this.#data.cwd,
      env: this.#data.env,
    });
    if (!started.ok) return { kind: "not-delivered", fault: started.fault };
    this.#ref = { ...this.#ref, process: started.value.process };
    await this.#save(this.#ref.agentSessionId);
    const turn = await this.#read(directory, 0, nextProcess(this.#state, generation, message.id));
    return await this.#proof(turn);
  }

  async interrupt(): Promise<Result<null>> {
    // A message on its way begins a process in a moment: the stop is meant for that one.
    const settled = (): true | null =>
      this.#delivering === 0 || this.#turn?.over === false ? true : null;
    await this.#facts.until(settled, stopMs);
    return await this.#stop("person");
  }

  async close(): Promise<Result<{ readonly leftovers: readonly number[] }>> {
    const turn = this.#turn;
    this.#data = { ...this.#data, closing: true };
    await this.#save(this.#ref.agentSessionId);
    const ended = turn === null ? ok({ leftovers: [] }) : await turn.directory.terminate(stopMs);
    const over = (): true | null =>
      turn === null || turn.over || this.#released.signal.aborted ? true : null;
    await this.#facts.until(over, stopMs);
    this.#release();
    return ended;
  }

  detach(): Promise<void> {
    this.#release();
    return Promise.resolve();
  }

  /** A process that has said the end of its turn is gone in a moment. */
  async #idle(): Promise<boolean> {
    const turn = this.#turn;
    if (turn === null) return true;
    if (!turn.over && !turn.reader.state.ended) return false;
    return (await this.#facts.until(() => (turn.over ? true : null), stopMs)) !== null;
  }

  /** Was this message handed over by an earlier server? Its folder says so. */
  async #found(messageId: string): Promise<Delivery | null> {
    const turn = this.#turn;
    const { generation } = this.#data;
    if (generation === 0) return null;
    if (readMessageId(this.#directory(generation).dir) !== messageId) return null;
    if (turn !== null) return await this.#proof(turn);
    return this.#state.started && this.#state.messageId === messageId
      ? { kind: "delivered" }
      : null;
  }

  /** A folder written for this message and never started is used again. */
  #nextGeneration(messageId: string): number {
    const { generation } = this.#data;
    if (generation > 0) {
      const { dir } = this.#directory(generation);
      const unused = !existsSync(join(dir, "started"));
      if (unused && readMessageId(dir) === messageId) return generation;
    }
    return generation + 1;
  }

  async #proof(turn: Turn): Promise<Delivery> {
    const look = (): Delivery | null => {
      if (turn.reader.state.started) return { kind: "delivered" };
      return turn.over ? { kind: "not-delivered", fault: notStarted } : null;
    };
    const seen = await this.#facts.until(look, signMs);
    const message = "Codex gave no sign of having read the message.";
    if (seen === null) return { kind: "uncertain", fault: fault("delivery_uncertain", message) };
    if (seen.kind !== "not-delivered") return seen;
    const stderr = await stderrTail(turn.directory.errPath);
    const status = (await turn.directory.exit()) ?? { code: null, signal: null };
    const why = exitFault(status, stderr)?.message ?? `Codex ended ${endedHow(status)}.`;
    return { kind: "not-delivered", fault: fault("launch_failed", why, notStarted.hint) };
  }

  async #read(directory: SessionDirectory, offset: number, state: ExecState): Promise<Turn> {
    const reader = new Reader<ExecState>({
      io: this.#io,
      signal: this.#released.signal,
      decoder: {
        decode: decodeExec,
        draftOf: () => null,
        draftsFrom: (_, from) => from,
        isOpen: () => false,
        close: closeExec,
      },
      outPath: directory.outPath,
      generation: state.generation,
      offset,
      state,
      onAnswer: () => undefined,
      onState: (now) => this.#changed(now),
      reply: () => Promise.resolve(),
    });
    const turn: Turn = { directory, reader, over: false };
    this.#turn = turn;
    this.#facts.changed();
    reader.start();
    directory.waitExit(this.#released.signal).then(
      (status) => this.#soon(this.#ended(turn, status)),
      () => undefined,
    );
    await reader.drain();
    return turn;
  }

  #changed(state: ExecState): void {
    const { generation, retrying, ended, threadId } = state;
    this.#network.look({ turn: ended ? null : { id: `g${generation}` }, retrying });
    if (threadId !== null && threadId !== this.#ref.agentSessionId) {
      this.#soon(this.#save(threadId));
    }
    this.#facts.changed();
  }

  /** SIGINT ends a turn at once and without a last event; what is left after that is killed. */
  async #stop(why: StopReason): Promise<Result<null>> {
    const turn = this.#turn;
    if (turn === null || turn.over) return ok(null);
    writeFileSync(join(turn.directory.dir, "stopped"), why, { mode: 0o600 });
    const process = await turn.directory.process();
    if (process !== null) await this.#io.host.signalGroup(process, "SIGINT");
    await this.#facts.until(() => (turn.over ? true : null), stopMs);
    const ended = await turn.directory.terminate(0);
    await endCommands(turn.reader.state.threadId);
    return ended.ok ? ok(null) : ended;
  }

  async #ended(turn: Turn, status: ExitStatus): Promise<void> {
    await turn.reader.finishTail();
    const stderr = await stderrTail(turn.directory.errPath);
    const { dir } = turn.directory;
    const { generation, ended, threadId } = turn.reader.state;
    if (!ended) {
      // Cut off: what it leaves holds the thread, or runs on without anyone.
      await turn.directory.terminate(0);
      await endCommands(threadId);
    }
    await turn.reader.finish(`x:${generation}`, (state) => {
      const item = state.ended || !state.started ? null : endItem(dir, status, stderr);
      return { state: { ...state, ended: true }, item };
    });
    this.#state = turn.reader.state;
    turn.over = true;
    turn.reader.stop();
    this.#network.stop();
    this.#facts.changed();
  }

  async #save(agentSessionId: string | null): Promise<void> {
    this.#ref = withData({ ...this.#ref, agentSessionId }, this.#data);
    await this.#io.saveRef(this.#ref);
  }

  #directory(generation: number): SessionDirectory {
    return this.#io.host.directory(generationDir(this.#ref.dir, generation));
  }

  #release(): void {
    this.#network.stop();
    this.#released.abort();
    this.#facts.changed();
  }

  #soon(work: Promise<unknown>): void {
    work.catch((cause: unknown) => {
      if (this.#released.signal.aborted || this.#io.signal.aborted) return;
      this.#io.log("error", "the Codex session failed", { cause: String(cause) });
    });
  }
}

const notStarted: Fault = fault(
  "launch_failed",
  "Codex ended before it took the message.",
  "Run `codex exec` in a terminal to see what is wrong.",
);

/** A process that ended without saying how its turn ended. */
function endItem(dir: string, status: ExitStatus, stderr: string) {
  return {
    kind: "turn-ended",
    key: "",
    outcome: endOf(dir, status, stderr),
    durationMs: null,
  } as const;
}

function endOf(dir: string, status: ExitStatus, stderr: string): RunOutcome {
  const stopped = stopReason(dir);
  if (stopped === "person") return { kind: "cancelled" };
  if (stopped === "network") {
    const message = "Codex could not reach its model and was stopped.";
    const hint = "Check the connection, then send a message.";
    return { kind: "failed", fault: fault("network_lost", message, hint) };
  }
  const why = exitFault(status, stderr);
  const message = `Codex ended ${endedHow(status)} before it was done.`;
  const hint = "Send a message to go on where it stopped.";
  return { kind: "failed", fault: why ?? fault("agent_exited", message, hint) };
}

function stopReason(dir: string): string | null {
  const path = join(dir, "stopped");
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function readMessageId(dir: string): string | null {
  const path = join(dir, "message");
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** The prompt first, then by rename the name of its message: a folder with a message is complete. */
function writeMessage(dir: string, message: Message): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const promptPath = join(dir, "prompt");
  writeFileSync(promptPath, message.text, { mode: 0o600 });
  writeFileSync(join(dir, "message.part"), message.id, { mode: 0o600 });
  renameSync(join(dir, "message.part"), join(dir, "message"));
  return promptPath;
}
