import { z } from "zod";
import type { Result } from "../../contract/result.ts";
import { type AgentCall, type Call, endpoint } from "../endpoint.ts";
import { apiHeaders, problem } from "../respond.ts";

const Message = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.unknown().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
});
/** The revision 2025-03-26 lets a client send several messages in one body. */
const Body = z.union([Message, z.array(Message).min(1).max(100)]);

/** An answer may take its person all night. */
function callOf({ scope, request, peer, context }: Call<unknown, unknown, unknown>): AgentCall {
  peer.idle(0);
  return {
    sessionId: scope?.kind === "session" ? scope.sessionId : "",
    headers: request.headers,
    beatMs: context.pingMs,
    signal: request.signal,
  };
}

/** Like every answer of the API, also the ones that another layer makes. */
function dressed(made: Result<Response>): Response {
  if (!made.ok) return problem(made.fault);
  for (const [name, value] of Object.entries(apiHeaders)) made.value.headers.set(name, value);
  return made.value;
}

export const mcpEndpoints = {
  mcp: endpoint({
    body: Body,
    verbatim: true,
    answer: null,
    handle: async (call) => dressed(await call.context.mcp.post(callOf(call), call.body)),
  }),
  mcpResume: endpoint({
    answer: null,
    handle: (call) => dressed(call.context.mcp.resume(callOf(call))),
  }),
};
