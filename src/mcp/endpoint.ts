import { type Fault, fault } from "../contract/fault.ts";
import {
  type Heard,
  hear,
  type McpAsk,
  mcpVersions,
  type RpcMessage,
  toolAnswered,
  toolRefused,
} from "../contract/mcp.ts";
import { Ulid } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Questions } from "../engine/api.ts";
import { type Place, placeOf, questionId } from "./ids.ts";
import { type Pending, streamOf } from "./stream.ts";

export interface McpDeps {
  readonly questions: Questions;
  readonly newId: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** One admitted request of an agent. */
export interface McpCall {
  /** The session whose token it carries; "" for a person's, who has no agent to ask for. */
  readonly sessionId: string;
  readonly headers: Headers;
  /** Milliseconds between two signs of life. */
  readonly beatMs: number;
  /** Aborts when the client is gone, which is not the end of its call. */
  readonly signal: AbortSignal;
}

/** Revisions whose clients take an event without data, by which a stream can be taken up again. */
const primedSince = "2025-11-25";
/** What a client speaks that does not say so. */
const assumed = "2025-03-26";

/**
 * `ask_user` over streamable HTTP MCP (revisions 2025-03-26 to 2025-11-25,
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports) for agents that take no
 * other. It keeps nothing of its own: what a later server has to know stands in the ids that the
 * client sends back, and the question in the database. So a call that is sent again, or a stream
 * that is taken up again, finds its question after a restart, answered or not.
 */
export class McpEndpoint {
  readonly #deps: McpDeps;
  /** Calls that were found to ask what an earlier one asked, by the question they would have been. */
  readonly #joined = new Map<string, string>();

  constructor(deps: McpDeps) {
    this.#deps = deps;
  }

  /**
   * One message (or, as 2025-03-26 has it, several). Faults: `invalid_request` for what is not MCP
   * of these revisions, `not_found` for a client we never named: it has to introduce itself anew.
   */
  async post(call: McpCall, body: unknown): Promise<Result<Response>> {
    const version = versionOf(call.headers);
    if (!version.ok) return version;
    const heard = (Array.isArray(body) ? body : [body]).map(hear);
    if (heard.length === 0 || !heard.every((one) => one !== null)) {
      return err(fault("invalid_request", "This is not a JSON-RPC message.", null));
    }
    const opens = heard.length === 1 && heard[0]?.kind === "reply" && heard[0].opens;
    const client = opens ? ok(this.#deps.newId()) : clientOf(call.headers);
    if (!client.ok) return client;
    const messages: RpcMessage[] = [];
    const pending: Pending[] = [];
    for (const one of heard) {
      if (one.kind === "reply") messages.push(one.message);
      if (one.kind === "cancelled") await this.#cancel(call, client.value, one);
      if (one.kind !== "ask") continue;
      const asked = await this.#ask(call, client.value, one.ask);
      if (!asked.ok) messages.push(toolRefused(one.ask.id, asked.fault.message));
      else pending.push({ ...asked.value, primed: version.value >= primedSince });
    }
    const headers = opens ? { "mcp-session-id": client.value } : undefined;
    const inOne = Array.isArray(body);
    return ok(await this.#respond(call, { messages, pending, inOne, headers }));
  }

  /**
   * Takes the stream of a call up again behind `Last-Event-ID`. `method_not_allowed` without one:
   * nothing is said here that was not asked for; `not_found` for an id that is not ours.
   */
  resume(call: McpCall): Result<Response> {
    const version = versionOf(call.headers);
    if (!version.ok) return version;
    const last = call.headers.get("last-event-id");
    const place = last === null ? "end" : placeOf(last);
    if (place === null) return err(fault("not_found", "There is no stream with this event."));
    if (place === "end") {
      return err(fault("method_not_allowed", "There is nothing to listen to here."));
    }
    const primed = version.value >= primedSince;
    const pending = [{ place, primed, answer: this.#answer(call, place) }];
    return ok(this.#stream(call, { messages: [], pending }));
  }

  async #ask(
    call: McpCall,
    clientId: string,
    { id, question, progressToken, toolId }: McpAsk,
  ): Promise<Result<Omit<Pending, "primed">>> {
    const requestId = questionId(call.sessionId, clientId, id);
    const asked = await this.#deps.questions.ask(call.sessionId, {
      requestId,
      ...question,
      ...(toolId === null ? {} : { toolId }),
    });
    if (!asked.ok) return asked;
    if (asked.value.id !== requestId) this.#joined.set(requestId, asked.value.id);
    const place = { question: asked.value.id, id, progressToken, since: this.#deps.now() };
    return ok({ place, answer: this.#answer(call, place) });
  }

  /** The result of a call; null when its client went away before there was one. */
  async #answer(
    { sessionId, signal }: McpCall,
    { question, id }: Place,
  ): Promise<RpcMessage | null> {
    const answered = await this.#deps.questions.answered(sessionId, question, signal);
    if (answered.ok) return toolAnswered(id, answered.value);
    return signal.aborted ? null : toolRefused(id, answered.fault.message);
  }

  async #cancel(
    { sessionId }: McpCall,
    clientId: string,
    { id }: Extract<Heard, { kind: "cancelled" }>,
  ): Promise<void> {
    const requestId = questionId(sessionId, clientId, id);
    const question = this.#joined.get(requestId) ?? requestId;
    // The call then ends like every other whose question is gone: a client that is done with it
    // leaves the result unread, and its stream has an end.
    await this.#deps.questions.withdraw(sessionId, question);
  }

  async #respond(call: McpCall, reply: Reply): Promise<Response> {
    const { messages, pending, inOne, headers } = reply;
    if (messages.length + pending.length === 0) return new Response(null, { status: 202 });
    if (pending.length > 0 && takesStreams(call.headers)) return this.#stream(call, reply);
    const late = await Promise.all(pending.map(({ answer }) => answer));
    const all = [...messages, ...late.filter((message) => message !== null)];
    return Response.json(inOne ? all : (all[0] ?? null), headers === undefined ? {} : { headers });
  }

  #stream(
    { beatMs, signal }: McpCall,
    { messages, pending }: Pick<Reply, "messages" | "pending">,
  ): Response {
    const { now } = this.#deps;
    const stream = streamOf({ messages, pending, now, beatMs, signal });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  }
}

interface Reply {
  readonly messages: readonly RpcMessage[];
  readonly pending: readonly Pending[];
  /** Several messages came in one body, so their answers go in one. */
  readonly inOne: boolean;
  readonly headers: Record<string, string> | undefined;
}

function versionOf(headers: Headers): Result<string, Fault> {
  const given = headers.get("mcp-protocol-version") ?? assumed;
  const known = mcpVersions.find((version) => version === given);
  if (known !== undefined) return ok(known);
  const hint = `Use one of ${mcpVersions.join(", ")}.`;
  return err(fault("invalid_request", "This revision of MCP is not spoken here.", hint));
}

/** The name we gave the client when it introduced itself. */
function clientOf(headers: Headers): Result<string, Fault> {
  const given = headers.get("mcp-session-id");
  if (given === null) {
    const hint = "Send `initialize` first, then the Mcp-Session-Id of its answer.";
    return err(fault("invalid_request", "The Mcp-Session-Id is missing.", hint));
  }
  if (Ulid.safeParse(given).success) return ok(given);
  return err(fault("not_found", "There is no such Mcp-Session-Id.", "Send `initialize` again."));
}

function takesStreams(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/event-stream") === true;
}
