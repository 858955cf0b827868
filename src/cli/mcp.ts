import { ulid } from "ulid";
import {
  failure,
  hear,
  type McpAsk,
  type RpcId,
  type RpcMessage,
  stillWaiting,
  toolAnswered,
} from "../contract/mcp.ts";
import { ask, withdraw } from "./bridge.ts";

export interface McpOptions {
  readonly sessionDir: string;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
  /** Between two signs of life, in milliseconds; 15 s when absent. */
  readonly beatMs?: number;
}

/**
 * `agetor mcp <session dir>`: a stdio MCP server (one message a line) with the one tool `ask_user`;
 * what it says is in `contract/mcp.ts`. A question that is on its way when the server restarts is
 * asked again under the same id, so the person sees it once.
 */
export class McpServer {
  readonly #options: McpOptions;
  readonly #calls = new Map<RpcId, AbortController>();

  constructor(options: McpOptions) {
    this.#options = options;
  }

  /** Takes one line from the client. */
  hear(line: string): void {
    const heard = hear(parse(line));
    if (heard?.kind === "reply") this.#say(heard.message);
    if (heard?.kind === "cancelled") this.#calls.get(heard.id)?.abort();
    if (heard?.kind !== "ask") return;
    const { id } = heard.ask;
    this.#ask(heard.ask).catch((thrown: unknown) => {
      this.#say(failure(id, -32603, String(thrown)));
    });
  }

  async #ask({ id, question, progressToken, toolId }: McpAsk): Promise<void> {
    const { sessionDir, signal } = this.#options;
    const cancelled = new AbortController();
    this.#calls.set(id, cancelled);
    const requestId = ulid();
    const both = AbortSignal.any([signal, cancelled.signal]);
    const beat = progressToken === null ? null : this.#beat(progressToken);
    const body = { requestId, ...question, ...(toolId === null ? {} : { toolId }) };
    const answered = await ask({ sessionDir, path: "/questions", body, signal: both });
    if (beat !== null) clearInterval(beat);
    this.#calls.delete(id);
    if (cancelled.signal.aborted) await withdraw({ sessionDir, requestId, signal });
    if (both.aborted) return;
    this.#say(toolAnswered(id, answered.kind === "gone" ? null : answered.body));
  }

  #beat(progressToken: RpcId): ReturnType<typeof setInterval> {
    const since = performance.now();
    return setInterval(() => {
      this.#say(stillWaiting(progressToken, (performance.now() - since) / 1000));
    }, this.#options.beatMs ?? 15_000);
  }

  #say(message: RpcMessage): void {
    this.#options.write(`${JSON.stringify(message)}\n`);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
