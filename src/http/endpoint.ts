import { z } from "zod";
import type { Result } from "../contract/result.ts";
import type { CommandMeta, Engine, Info, TokenScope } from "../engine/api.ts";
import type { Memo } from "./memo.ts";
import type { Opener } from "./opener.ts";
import type { Peer } from "./peer.ts";
import type { StreamSet } from "./stream-set.ts";

/** One request of an agent to the MCP endpoint. */
export interface AgentCall {
  /** "" when it carries a person's token. */
  readonly sessionId: string;
  readonly headers: Headers;
  readonly beatMs: number;
  readonly signal: AbortSignal;
}

/** The MCP endpoint, which is a layer of its own. */
export interface AgentDoor {
  post(call: AgentCall, body: unknown): Promise<Result<Response>>;
  resume(call: AgentCall): Result<Response>;
}

/** What every handler may use. */
export interface Context {
  readonly engine: Engine;
  readonly mcp: AgentDoor;
  readonly info: () => Info;
  /** What a new task starts from: the person's home and the folder the server was started in. */
  readonly home: string;
  readonly cwd: string;
  readonly opener: Opener;
  readonly memo: Memo;
  readonly streamSet: StreamSet;
  readonly pingMs: number;
  /** How long a stream's reader may take nothing of what waits for it. */
  readonly stalledSeconds: number;
}

/** One admitted, parsed request. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly meta: CommandMeta;
  /** Null on open routes only. */
  readonly scope: TokenScope | null;
  readonly request: Request;
  readonly peer: Peer;
  readonly context: Context;
}

export type Status = 200 | 201 | 202;

/** One route with everything that is parsed for it and said about it. */
export interface Endpoint {
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  /** `bytes` = any content type, up to the attachment cap. Unused by GET. */
  readonly body: z.ZodType | "bytes";
  /** The body holds what an agent's tool is called with, which may be any JSON. */
  readonly verbatim: boolean;
  readonly status: Status;
  /** What a good answer looks like; null for bytes and streams. */
  readonly answer: z.ZodType | null;
  // A method, not a property: handlers of narrower calls fit, since the schemas above made them.
  handle(call: Call<unknown, unknown, unknown>): Response | Promise<Response>;
}

interface Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly verbatim?: boolean;
  readonly status?: Status;
  readonly answer: z.ZodType | null;
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Response | Promise<Response>;
}

/** Describes a route. Without `body` a write takes nothing, or `{}`. */
export function endpoint<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
>(spec: Spec<P, Q, B>): Endpoint {
  return {
    params: spec.params ?? z.object({}),
    query: spec.query ?? z.object({}),
    body: spec.body ?? z.strictObject({}),
    verbatim: spec.verbatim ?? false,
    status: spec.status ?? 200,
    answer: spec.answer,
    handle: spec.handle,
  };
}

/** Describes a route whose body is raw bytes. */
export function bytesEndpoint<Q extends z.ZodType>(
  spec: Omit<Spec<z.ZodType, Q, z.ZodType<Uint8Array>>, "params" | "body">,
): Endpoint {
  return {
    params: z.object({}),
    query: spec.query ?? z.object({}),
    body: "bytes",
    verbatim: false,
    status: spec.status ?? 200,
    answer: spec.answer,
    handle: spec.handle,
  };
}
