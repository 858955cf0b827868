import type { DraftFrame, NoticeData, TranscriptItem } from "../contract/event.ts";
import type { Fault } from "../contract/fault.ts";
import type {
  AgentCommand,
  AgentOptions,
  HarnessTemplate,
  ModelOption,
} from "../contract/harness.ts";
import type { InteractionAnswer } from "../contract/interaction.ts";
import type { AgentKind } from "../contract/primitives.ts";
import type { Result } from "../contract/result.ts";
import type { BackgroundTask, RunOutcome } from "../contract/run.ts";
import type { Host, ProcessRef } from "../host/types.ts";
import type { HookProtocol, InteractionRequest } from "./questions.ts";
import type { TrialModel, TrialScript } from "./trial-model.ts";

export type { HookProtocol, InteractionRequest } from "./questions.ts";

/** What a kind of agent is and can do: data only, so that API and UI learn of it from here. */
export interface Descriptor {
  readonly kind: AgentKind;
  readonly label: string;
  readonly hosting: "tmux" | "pipes";
  /** The program looked for when the harness names none. */
  readonly defaultBin: string;
  /** The environment variable that moves its config home, or null. */
  readonly homeEnv: string | null;
  /** Its config home below `HOME` where nothing moves it, or null for an agent without one. */
  readonly usualHome: string | null;
  /** Its arguments for logging in, in a terminal; null where there is no account. */
  readonly loginArgs: readonly string[] | null;
  /** Starts for harnesses of one's own. */
  readonly templates: readonly Omit<HarnessTemplate, "kind">[];
  readonly options: AgentOptions;
  /** Commands that are offered while the agent itself cannot be asked. */
  readonly commands: readonly AgentCommand[];
  readonly defaultMode: string;
  /** The modes a task in plan mode goes on in once its plan is approved; absent = as before. */
  readonly afterPlan?: { readonly approve_implement: string; readonly approve_ask: string };
  /** Versions the driver was tested with, inclusive; outside of it the card says so. */
  readonly tested: { readonly from: string; readonly to: string };
  readonly capabilities: {
    readonly resume:
      | { readonly kind: "supported" }
      | { readonly kind: "unsupported"; readonly why: string };
    /** Whether another mode, model or effort holds from the next message on, or needs a new session. */
    readonly settings: "per-message" | "per-session";
    readonly steer:
      | { readonly kind: "supported" }
      | { readonly kind: "unsupported"; readonly why: string };
    readonly terminal: { readonly kind: "tmux" } | { readonly kind: "none" };
  };
}

/** A harness with everything resolved: the harness over the environment over the default. */
export interface ResolvedHarness {
  readonly id: string;
  readonly kind: AgentKind;
  readonly label: string;
  /** Path or name of the program; null = the descriptor's default. */
  readonly bin: string | null;
  readonly args: readonly string[];
  readonly home: string | null;
  readonly env: Readonly<Record<string, string>>;
}

export type Probe =
  | {
      readonly kind: "ready";
      readonly path: string;
      readonly version: string;
      readonly account: string | null;
      /** Null when the version lies in the tested range. */
      readonly warning: string | null;
    }
  | { readonly kind: "missing"; readonly hint: string; readonly looked: readonly string[] }
  | {
      readonly kind: "logged-out";
      readonly path: string;
      readonly version: string;
      readonly hint: string;
    }
  | {
      readonly kind: "broken";
      readonly path: string | null;
      /** What it says it is, if it says that much. */
      readonly version?: string;
      readonly why: string;
      readonly hint: string;
    };

export interface Catalogue {
  readonly models: readonly ModelOption[];
  readonly commands: readonly AgentCommand[];
  readonly source: "probe" | "curated";
}

/** A message of the person on its way to the agent. */
export interface Message {
  readonly id: string;
  readonly text: string;
}

/** Where an agent works. */
export interface Workplace {
  /** Absolute real path the agent starts in. */
  readonly cwd: string;
  /** Null outside a repository. */
  readonly repo: {
    /** The main worktree (or the bare repository) the task's worktree belongs to. */
    readonly mainRoot: string;
    /** The common git directory: `<main>/.git`. */
    readonly commonDir: string;
    /** This worktree's own git directory: `<main>/.git/worktrees/<id>`, or the common one. */
    readonly gitDir: string;
  } | null;
}

/**
 * The way back from an agent's own processes: `[...argv, "hook", "ask", <session dir>]` reads a
 * hook's JSON from stdin and prints the answer; with one more argument it notes there, before it
 * asks, `{requestId, hook, at}`. `[...argv, "mcp", <session dir>]` is a stdio MCP server with `ask_user`. Both find socket and secret in the session directory.
 */
export interface Bridge {
  readonly argv: readonly [string, ...string[]];
  /**
   * The same `ask_user` over streamable HTTP MCP, for agents that take no other server. The bearer is
   * what stands in `<session dir>/token`; a call may take longer than a client's usual time limit.
   */
  readonly mcpUrl: string;
}

export interface OpenRequest {
  /** Our id of the session; tmux names and directories derive from it. */
  readonly sessionId: string;
  /** `<data>/sessions/<id>`, exists, mode 0700. */
  readonly dir: string;
  readonly workplace: Workplace;
  readonly harness: ResolvedHarness;
  /** The program's real path, pinned by the probe. */
  readonly bin: string;
  readonly mode: string | null;
  readonly model: string | null;
  readonly effort: string | null;
  /** The agent's own session id to go on with, or null for a new conversation. */
  readonly resume: string | null;
  /** How its hooks and tools reach the person; null in tests that need neither. */
  readonly bridge: Bridge | null;
  /** The message that follows; a driver may hand it over at launch. `deliver` is called all the same. */
  readonly firstMessage: Message;
}

/** The exact program, environment and files a start would use. Pure data, shown before running. */
export interface LaunchPlan {
  readonly hosting: "tmux" | "pipes";
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly {
    readonly path: string;
    readonly content: string;
    readonly mode: number;
  }[];
}

/** Names a live agent over server restarts. JSON-serialisable; stored before its first byte is read. */
export interface SessionRef {
  readonly sessionId: string;
  readonly kind: AgentKind;
  readonly dir: string;
  /** The agent's own id of the conversation, once known. */
  readonly agentSessionId: string | null;
  readonly process: ProcessRef | null;
  /** What only this driver reads. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * One thing an agent did, in the order it happened. `key` makes re-reading harmless: the same key
 * in the same session is taken once.
 */
export type AgentItem =
  | ({
      readonly kind: "transcript";
      readonly key: string;
      readonly at: number | null;
      /** About a turn that has ended before this was read, whatever has been begun since. */
      readonly late?: boolean;
    } & TranscriptItem)
  /** The agent took up a message. `messageId` is ours when the echo proves it, else null. */
  | {
      readonly kind: "turn-started";
      readonly key: string;
      readonly messageId: string | null;
      /** The text as the person typed it, for turns begun in the agent's own terminal. */
      readonly text: string | null;
    }
  /** Any first sign of work after a delivery. */
  | { readonly kind: "working"; readonly key: string }
  /** The agent is idle again. Not sent while background work holds the run open (M3). */
  | {
      readonly kind: "turn-ended";
      readonly key: string;
      readonly outcome: RunOutcome;
      readonly durationMs: number | null;
    }
  /** Replaces the list of work that outlives the turn. */
  | { readonly kind: "background"; readonly key: string; readonly tasks: readonly BackgroundTask[] }
  /** The agent waits for something only its own terminal can give (M11), or no longer does. */
  | { readonly kind: "needs-terminal"; readonly key: string; readonly why: string }
  | { readonly kind: "terminal-answered"; readonly key: string }
  /** The agent asks its person over its own protocol. `ref` is its name for the question. */
  | {
      readonly kind: "asked";
      readonly key: string;
      readonly ref: string;
      readonly request: InteractionRequest;
      /** The id of the tool call it is about, where the agent says so. */
      readonly toolId?: string | null;
    }
  /** It no longer waits for the answer: taken, withdrawn, or given elsewhere. */
  | {
      readonly kind: "no-longer-asked";
      readonly key: string;
      readonly ref: string;
      readonly why: string;
    }
  /** It gave back what was steered and nobody heard; `messageId` is null for words typed by hand. */
  | {
      readonly kind: "returned";
      readonly key: string;
      readonly messageId: string | null;
      readonly text: string;
    }
  /** It works in this mode from now on, one of the descriptor's. */
  | { readonly kind: "mode"; readonly key: string; readonly mode: string }
  | { readonly kind: "notice"; readonly key: string; readonly notice: NoticeData }
  /** The process is gone. `expected` when we closed it. */
  | {
      readonly kind: "exited";
      readonly key: string;
      readonly code: number | null;
      readonly signal: string | null;
      readonly expected: boolean;
      /** Why, when the agent said so; else null. */
      readonly fault: Fault | null;
    };

/** What one read of one growing file (or spool) gave, taken in one transaction with its cursor. */
export interface Batch {
  /** `main`, `hooks`, `agent:<id>`, …: each has a cursor of its own. */
  readonly stream: string;
  readonly items: readonly AgentItem[];
  readonly cursor: StreamCursor;
}

export interface StreamCursor {
  readonly generation: number;
  readonly offset: number;
  /** Serialisable state of the decoder (≤ 64 KB), resumed after a restart (M7). */
  readonly state: unknown;
}

export type Draft = Pick<DraftFrame, "draftId" | "kind" | "offset" | "text">;

/** What the engine gives a session. */
export interface SessionIo {
  readonly host: Host;
  readonly clock: Clock;
  /** Aborts when the server lets go of the session; the agent lives on. */
  readonly signal: AbortSignal;
  cursor(stream: string): StreamCursor | null;
  /**
   * Resolves when the batch is committed, however long a full disk holds it up; rejects when the
   * session was let go of. Batches of one session are taken in the order given.
   */
  ingest(batch: Batch): Promise<void>;
  /** True while something waits to be stored, and a moment after: no limit of time means much then. */
  held(): boolean;
  draft(draft: Draft): void;
  /** Resolves when the ref is durable. */
  saveRef(ref: SessionRef): Promise<void>;
  log(
    level: "debug" | "info" | "warn" | "error",
    message: string,
    data?: Record<string, unknown>,
  ): void;
}

/** Time as a port, so that tests own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that never jump, for durations and deadlines. */
  monotonic(): number;
  /** Calls back once after `ms`; the answer cancels. */
  after(ms: number, run: () => void): () => void;
}

export type Delivery =
  | { readonly kind: "delivered" }
  /** Proven not to have reached the agent: may be sent again. */
  | { readonly kind: "not-delivered"; readonly fault: Fault }
  /** Neither proven nor disproven: never sent again without the person. */
  | { readonly kind: "uncertain"; readonly fault: Fault };

export interface Gone {
  readonly kind: "gone";
  /** `exited` = ended and read to its end; `foreign` = the pid or terminal now is something else (M10). */
  readonly why: "exited" | "foreign" | "never-started";
  readonly detail: string;
}

/** How the agent is to work from a message on, as its task has it now. */
export interface TurnSettings {
  readonly mode: string | null;
  readonly model: string | null;
  readonly effort: string | null;
}

export interface DeliverOptions {
  readonly retry: boolean;
  /** Taken by drivers that can change them in a living session; absent = as before. */
  readonly settings?: TurnSettings;
}

/** A live agent. All of it survives a restart by `ref`. */
export interface Session {
  readonly ref: SessionRef;
  /**
   * Hands a message to the idle agent and waits for its echo. `retry` says that an earlier server
   * may have sent it already: then the echo is looked for first (M2, M7, M9).
   */
  deliver(message: Message, options: DeliverOptions): Promise<Delivery>;
  /**
   * Answers a question the agent asked over its own protocol (`asked`). Sent again after a restart
   * when nobody knows whether it arrived; a late one is harmless. Absent where agents only ask
   * through hooks.
   */
  answer?(
    ref: string,
    request: InteractionRequest,
    answer: InteractionAnswer,
  ): Promise<Result<"accepted" | "late">>;
  /**
   * Hands a message to the working agent, to join its current turn. `not-delivered` = it could not
   * be said safely now (something waits for its person, the turn is ending): it stays queued.
   */
  steer?(message: Message): Promise<Delivery>;
  /**
   * Has the current turn go over to another mode as soon as that is safe; a `mode` item says when
   * it did. Absent where a mode only changes between turns.
   */
  setMode?(mode: string | null): Promise<void>;
  /**
   * What a hook that waits is to print now that its turn is being stopped; null = nothing, the
   * agent's own prompt goes with the interrupt. Resolves once no answer can start anything.
   */
  dismiss?(): Promise<unknown | null>;
  /** Ends the turn, keeps the conversation. Resolves when asked; the stream says when it happened. */
  interrupt(): Promise<Result<null>>;
  /** Ends the agent for good. Resolves when it is gone, with pids that would not go. */
  close(): Promise<Result<{ readonly leftovers: readonly number[] }>>;
  /** Stops reading; the agent lives on. */
  detach(): Promise<void>;
  /** The live pane of a terminal agent; null for agents without one. */
  readonly terminal: Terminal | null;
}

export interface Terminal {
  capture(): Promise<
    Result<{ readonly text: string; readonly columns: number; readonly rows: number }>
  >;
  readonly attachCommand: string;
  /** Whether somebody looks at it in a terminal of their own now. */
  attached(): Promise<Result<boolean>>;
}

/** One kind of agent. Adding one is a folder with this and a line in the registry. */
export interface Driver {
  readonly descriptor: Descriptor;
  /** How this agent asks through a hook, if it does. */
  readonly hooks?: HookProtocol;
  /** A model of ours to try the person's CLI with; absent where there is nothing to try. */
  readonly trial?: (script: TrialScript) => Promise<TrialModel>;
  /** What is installed and logged in. Never throws, ≤ 3 s. */
  probe(harness: ResolvedHarness, host: Host): Promise<Probe>;
  /** Models and commands, without spending tokens; the curated list where the CLI cannot say. */
  discover(harness: ResolvedHarness, workdir: string, host: Host): Promise<Catalogue>;
  /** What must hold before anything changes: sandbox, tmux, mode. Null = fine. */
  preflight(request: Omit<OpenRequest, "sessionId" | "dir">, host: Host): Promise<Fault | null>;
  /** What a start would run. Pure. */
  plan(request: OpenRequest): Result<LaunchPlan>;
  /** Starts the agent (or finds the one an earlier try started) and reads it. */
  open(request: OpenRequest, io: SessionIo): Promise<Result<Session>>;
  /** Takes up a living agent after a restart. Reads all that is there first. */
  attach(ref: SessionRef, io: SessionIo): Promise<Session | Gone>;
  /** Sessions and processes of ours without a live row, ended and named. `live` are the ids to keep. */
  sweep(live: ReadonlySet<string>, host: Host, sessionsDir: string): Promise<readonly string[]>;
}
