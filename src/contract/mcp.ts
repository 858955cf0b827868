/**
 * What Agetor says as an MCP server: JSON-RPC 2.0 with the one tool `ask_user`, as the revisions
 * 2024-11-05 to 2025-11-25 of the Model Context Protocol have it
 * (https://modelcontextprotocol.io/specification/2025-11-25). Only the words: the stdio bridge and
 * the HTTP endpoint carry them.
 */
import { type AskUserArguments, answerText, askUserTool, readAskUser } from "./ask-user.ts";
import { QuestionAnswer } from "./interaction.ts";

/** The revisions that are spoken, the newest first. */
export const mcpVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

/**
 * The tool as MCP lists it: asking changes nothing, and clients that are told so need no leave for it
 * (Codex 0.169.0, observed).
 */
export const mcpTool = {
  ...askUserTool,
  annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
} as const;

export type RpcId = string | number;
/** A message to the client. */
export type RpcMessage = Readonly<Record<string, unknown>>;

/** A call of the tool that waits for a person. */
export interface McpAsk {
  readonly id: RpcId;
  readonly question: AskUserArguments;
  /** Set when the client wants to hear that the call is still under way. */
  readonly progressToken: RpcId | null;
  /** The model's call, when the client names it: `claudecode/toolUseId` (Claude Code 2.1.330). */
  readonly toolId: string | null;
}

export type Heard =
  /** Answered as it stands; `opens` when it was the client's first message. */
  | { readonly kind: "reply"; readonly message: RpcMessage; readonly opens: boolean }
  | { readonly kind: "ask"; readonly ask: McpAsk }
  /** The client no longer waits for the answer to a request. */
  | { readonly kind: "cancelled"; readonly id: RpcId }
  /** A notification or an answer: nothing to say to it. */
  | { readonly kind: "nothing" };

/** What a message of a client wants; null when it is none. */
export function hear(message: unknown): Heard | null {
  if (!isObject(message)) return null;
  const { id, method, params } = message;
  const given = isObject(params) ? params : {};
  if (typeof method !== "string") return "result" in message || "error" in message ? nothing : null;
  if (method === "notifications/cancelled") {
    const { requestId } = given;
    return isId(requestId) ? { kind: "cancelled", id: requestId } : nothing;
  }
  if (id === undefined) return nothing;
  return isId(id) ? request(id, method, given) : null;
}

const nothing: Heard = { kind: "nothing" };

function request(id: RpcId, method: string, params: Readonly<Record<string, unknown>>): Heard {
  switch (method) {
    case "initialize":
      return { kind: "reply", message: result(id, welcome(params)), opens: true };
    case "ping":
      return reply(result(id, {}));
    case "tools/list":
      return reply(result(id, { tools: [mcpTool] }));
    case "tools/call":
      return call(id, params);
    default:
      return reply(failure(id, -32601, `There is no method ${method.slice(0, 100)}.`));
  }
}

function call(id: RpcId, { name, arguments: given, _meta }: Record<string, unknown>): Heard {
  if (name !== askUserTool.name) return reply(failure(id, -32602, "There is no such tool."));
  const question = readAskUser(given);
  // The model is to read what was wrong, which it does not of a protocol's error.
  if (!question.ok) return reply(toolRefused(id, question.fault));
  const more = isObject(_meta) ? _meta : {};
  const { progressToken, "claudecode/toolUseId": toolId } = more;
  const ask = {
    id,
    question: question.value,
    progressToken: isId(progressToken) ? progressToken : null,
    toolId: typeof toolId === "string" && toolId.length <= 200 ? toolId : null,
  };
  return { kind: "ask", ask };
}

/** A client's revision is echoed when it is spoken here, else it may take the newest or leave. */
function welcome({ protocolVersion }: Readonly<Record<string, unknown>>): RpcMessage {
  return {
    protocolVersion: mcpVersions.find((it) => it === protocolVersion) ?? mcpVersions[0],
    capabilities: { tools: {} },
    serverInfo: { name: "agetor", version: "1.0.0" },
  };
}

/** The result of a call, made of what the server says to a question: its answer, or that it is gone. */
export function toolAnswered(id: RpcId, answer: unknown): RpcMessage {
  const given = QuestionAnswer.safeParse(answer);
  if (!given.success) return toolRefused(id, "The person did not answer: the run was stopped.");
  return result(id, content(answerText(given.data), false));
}

/** The result of a call that did not come to its person. */
export function toolRefused(id: RpcId, why: string): RpcMessage {
  return result(id, content(why, true));
}

/** Says that a call is under way, for clients that give up on one of which they hear nothing. */
export function stillWaiting(progressToken: RpcId, seconds: number): RpcMessage {
  const params = { progressToken, progress: seconds, message: "Waiting for the person to answer" };
  return { jsonrpc: "2.0", method: "notifications/progress", params };
}

/** A request that fails, in the protocol's own way. */
export function failure(id: RpcId, code: number, message: string): RpcMessage {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function result(id: RpcId, value: unknown): RpcMessage {
  return { jsonrpc: "2.0", id, result: value };
}

function reply(message: RpcMessage): Heard {
  return { kind: "reply", message, opens: false };
}

function content(text: string, isError: boolean): RpcMessage {
  return { content: [{ type: "text", text }], isError };
}

function isId(value: unknown): value is RpcId {
  return typeof value === "string" || typeof value === "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
