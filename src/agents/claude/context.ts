import type { SessionIo, SessionRef } from "../driver.ts";
import { Beacon } from "./beacon.ts";
import { isObject } from "./json.ts";
import type { Pending } from "./line.ts";
import { type ClaudeHome, type SessionFiles, sessionFiles, tmuxName } from "./paths.ts";

/** What a ref of ours carries besides the common part. Durable. */
export interface RefData {
  readonly home: ClaudeHome;
  /** `CLAUDE_CONFIG_DIR` of the harness, or null for the usual place. */
  readonly configDir: string | null;
  readonly bin: string;
  readonly cwd: string;
  /** Where the transcript is read from when no cursor says otherwise; null until Claude names it. */
  readonly transcript: string | null;
  readonly startOffset: number;
  readonly resumed: boolean;
  /** The message that was last sent or is being sent. */
  readonly pending: Pending | null;
  /** True while the message went along with the launch and needs no typing. */
  readonly launched: boolean;
  /** Whether its permission dialogs are brought to the card; absent in refs of older versions. */
  readonly bridged?: boolean;
  /** The mode it was started in, by Claude's own name; absent in refs of older versions. */
  readonly mode?: string | null;
  /** The mode the turn is to go over to, by Claude's own name; absent or null = none. */
  readonly wish?: string | null;
  /** The last messages that were typed into a working Claude; absent in refs of older versions. */
  readonly steered?: readonly Pending[];
}

/** What all parts of one session share. */
export class Context {
  readonly io: SessionIo;
  readonly files: SessionFiles;
  readonly name: string;
  readonly beacon: Beacon;
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  #ref: SessionRef;
  #data: RefData;
  /** Set when the process is known to be gone. */
  gone = false;
  /** Set while we end it ourselves. */
  closing = false;
  /** Set while Claude is held still so that a stop can take back what waits in its queue. */
  halted = false;
  /** Set once everything an earlier server left unread is read. */
  caughtUp = false;

  constructor(io: SessionIo, ref: SessionRef, data: RefData) {
    this.io = io;
    this.#ref = ref;
    this.#data = data;
    this.files = sessionFiles(ref.dir);
    this.name = tmuxName(ref.sessionId);
    this.signal = AbortSignal.any([io.signal, this.#abort.signal]);
    this.beacon = new Beacon(io.clock, this.signal, () => io.held());
  }

  get ref(): SessionRef {
    return this.#ref;
  }

  get data(): RefData {
    return this.#data;
  }

  /** Changes the ref and waits until it is durable. */
  async save(
    change: Partial<Pick<SessionRef, "agentSessionId" | "process">>,
    data: Partial<RefData> = {},
  ): Promise<void> {
    this.#data = { ...this.#data, ...data };
    this.#ref = { ...this.#ref, ...change, data: { ...this.#data } };
    await this.io.saveRef(this.#ref);
  }

  /** Stops all reading; the agent lives on. */
  stop(): void {
    this.#abort.abort();
  }
}

/** The data of a stored ref, or null when it is none of ours. */
export function refData(ref: SessionRef): RefData | null {
  const { home, cwd } = ref.data;
  if (!isObject(home) || typeof home["json"] !== "string" || typeof cwd !== "string") return null;
  return ref.data as unknown as RefData;
}
