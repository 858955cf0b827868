import { ulid } from "ulid";
import { ask } from "./bridge.ts";

/** The newest revision of the protocol this server speaks; a client's older one is echoed. */
const protocolVersion = "2025-11-25";

const askUser = {
  name: "ask_user",
  description:
    "Ask the person who runs you a question and wait for the answer. Use it when you cannot go on without a decision that is theirs. They may take a long time.",
  inputSchema: {
    type: "object",
    properties: {
      question: { type: "string", description: "The question, in full sentences." },
      choices: {
        type: "array",
        items: { type: "string" },
        description: "Answers to choose from, when there are a few clear ones.",
      },
      multi: { type: "boolean", description: "Whether several choices may be taken." },
      allowText: {
        type: "boolean",
        description: "Whether a free answer is fine beside the choices.",
      },
    },
    required: ["question"],
  },
} as const;

interface Request {
  readonly id?: string | number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

export interface McpOptions {
  readonly sessionDir: string;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/**
 * `agetor mcp <session dir>`: a stdio MCP server (JSON-RPC 2.0, one message a line) with the one
 * tool `ask_user`. A question that is on its way when the server restarts is asked again under the
 * same id, so the person sees it once.
 */
export class McpServer {
  readonly #options: McpOptions;
  readonly #calls = new Map<string | number, AbortController>();

  constructor(options: McpOptions) {
    this.#options = options;
  }

  /** Takes one line from the client. */
  hear(line: string): void {
    const request = parse(line);
    if (request === null) {
      return;
    }
    if (request.method === "notifications/cancelled") {
      const id = request.params["requestId"];
      if (typeof id === "string" || typeof id === "number") {
        this.#calls.get(id)?.abort();
      }
      return;
    }
    const { id } = request;
    if (id === undefined) {
      return;
    }
    this.#answer(id, request).catch((thrown: unknown) => {
      this.#say({ id, error: { code: -32603, message: String(thrown) } });
    });
  }

  async #answer(id: string | number, { method, params }: Request): Promise<void> {
    switch (method) {
      case "initialize":
        this.#say({ id, result: welcome(params) });
        return;
      case "ping":
        this.#say({ id, result: {} });
        return;
      case "tools/list":
        this.#say({ id, result: { tools: [askUser] } });
        return;
      case "tools/call":
        await this.#call(id, params);
        return;
      default:
        this.#say({ id, error: { code: -32601, message: `Unknown method ${method}` } });
    }
  }

  async #call(id: string | number, params: Record<string, unknown>): Promise<void> {
    if (params["name"] !== askUser.name) {
      this.#say({ id, error: { code: -32602, message: "There is no such tool." } });
      return;
    }
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const given = params["arguments"];
    const body = { requestId: ulid(), ...(typeof given === "object" ? given : {}) };
    const { sessionDir, signal } = this.#options;
    const both = AbortSignal.any([signal, abort.signal]);
    const answered = await ask({ sessionDir, path: "/questions", body, signal: both });
    this.#calls.delete(id);
    if (both.aborted) {
      return;
    }
    const text =
      answered.kind === "gone"
        ? "The person did not answer: the run was stopped."
        : words(answered.body);
    const isError = answered.kind === "gone";
    this.#say({ id, result: { content: [{ type: "text", text }], isError } });
  }

  #say(message: Record<string, unknown>): void {
    this.#options.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}

function welcome(params: Record<string, unknown>): Record<string, unknown> {
  const asked = params["protocolVersion"];
  return {
    protocolVersion: typeof asked === "string" && asked < protocolVersion ? asked : protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "agetor", version: "1.0.0" },
  };
}

function words(body: unknown): string {
  if (typeof body !== "object" || body === null) {
    return String(body);
  }
  const { selected, text } = body as { selected?: unknown; text?: unknown };
  const chosen = Array.isArray(selected) ? selected.map(String) : [];
  return [...chosen, typeof text === "string" ? text : ""].filter(Boolean).join("\n");
}

function parse(line: string): Request | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("method" in value)) {
      return null;
    }
    const { id, method, params } = value as { id?: unknown; method: unknown; params?: unknown };
    return {
      ...(typeof id === "string" || typeof id === "number" ? { id } : {}),
      method: String(method),
      params:
        typeof params === "object" && params !== null ? (params as Record<string, unknown>) : {},
    };
  } catch {
    return null;
  }
}
