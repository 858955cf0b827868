import { createHash } from "node:crypto";
import type { z } from "zod";
import { type Fault, fault } from "../contract/fault.ts";
import { Ulid } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { type Route, type RouteId, routes } from "../contract/routes.ts";
import type { CommandMeta, TokenScope } from "../engine/api.ts";
import { attachmentCap, jsonCap, readBody } from "./body.ts";
import type { Context, Endpoint } from "./endpoint.ts";
import { admit, authorize, checkBody, type Target } from "./guard.ts";
import { canonicalJson, parseJson } from "./json.ts";
import type { Peer } from "./peer.ts";
import { problem } from "./respond.ts";
import { createRouter } from "./router.ts";
import { endpoints } from "./routes/index.ts";
import type { Pages } from "./static.ts";

/** One write, for the log: who asked for what, and how it went. No body, no token, no query. */
export interface AuditEntry {
  readonly method: string;
  readonly path: string;
  readonly scope: string;
  readonly commandId: string | null;
  readonly status: number;
}

export interface HandlerDeps {
  readonly context: Context;
  readonly pages: Pages;
  readonly audit: (entry: AuditEntry) => void;
  /** Told of every bug: a throw that became a 500. */
  readonly report: (error: unknown, where: string) => void;
}

export type Handler = (request: Request, peer: Peer) => Promise<Response>;

/** Seconds a request of somebody we know may take without a byte going either way; diffs of big repos do. */
const patience = 120;

/** Everything between the listeners and the engine: guard, route, parse, handle. */
export function createHandler({ context, pages, audit, report }: HandlerDeps): Handler {
  const match = createRouter<RouteId>(routes);

  const handle: Handler = async (request, peer) => {
    const admitted = admit(request, peer);
    if (!admitted.ok) return refuse(admitted.fault);
    const target = admitted.value;
    const found = match(request.method, target.path);
    if (found.kind === "method") {
      const asked = fault("method_not_allowed", `${request.method} does not work on this path.`);
      return refuse(asked, { allow: found.allow.join(", ") });
    }
    if (found.kind === "none") return servePage(pages, target, request);

    const route: Route = routes[found.id];
    const authorized = authorize(request, route, target.query, context.engine.auth);
    if (!authorized.ok) return refuse(authorized.fault);
    const scope = authorized.value;
    if (scope !== null) peer.idle(patience);
    const endpoint = endpoints[found.id];
    const parsed = await parse({ request, route, endpoint, target, params: found.params });
    const response = parsed.ok
      ? await endpoint.handle({ ...parsed.value, scope, request, peer, context })
      : refuse(parsed.fault);
    if (route.method !== "GET") {
      const commandId = request.headers.get("idempotency-key");
      const { method } = request;
      const { status } = response;
      audit({ method, path: target.path, scope: nameOf(scope), commandId, status });
    }
    return response;
  };

  return async (request, peer) => {
    try {
      return await handle(request, peer);
    } catch (error) {
      report(error, `${request.method} ${request.url.replace(/\?.*/s, "")}`);
      return refuse(fault("internal", "Something went wrong inside the server.", "See its log."));
    }
  };
}

/** A refusal ends the connection: what is left of an unread body must not be read as a request. */
function refuse(reason: Fault, headers: Readonly<Record<string, string>> = {}): Response {
  const challenge = reason.code === "unauthorized" ? { "www-authenticate": "Bearer" } : {};
  return problem(reason, { connection: "close", ...challenge, ...headers });
}

function servePage(pages: Pages, { path }: Target, request: Request): Response {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const page = isRead ? pages.serve(path, request) : null;
  return page ?? refuse(fault("not_found", "There is nothing at this path."));
}

interface Parsed {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly meta: CommandMeta;
}

interface Raw {
  readonly request: Request;
  readonly route: Route;
  readonly endpoint: Endpoint;
  readonly target: Target;
  readonly params: Readonly<Record<string, string>>;
}

async function parse({ request, route, endpoint, target, params }: Raw): Promise<Result<Parsed>> {
  const isWrite = route.method !== "GET";
  const cap = endpoint.body === "bytes" ? attachmentCap : jsonCap;
  if (isWrite) {
    const refused = checkBody(request, endpoint.body !== "bytes", cap);
    if (refused !== null) return err(refused);
  }
  const key = request.headers.get("idempotency-key");
  if (key !== null && !Ulid.safeParse(key).success) {
    return err(fault("invalid_request", "The Idempotency-Key must be a ULID."));
  }
  const named = endpoint.params.safeParse(params);
  // An id that cannot be one of ours names nothing.
  if (!named.success) return err(fault("not_found", "There is no such thing."));
  const query = check(endpoint.query, gather(target.query), "query");
  if (!query.ok) return query;
  const body = isWrite ? await parseBody(request, endpoint, cap) : ok(undefined);
  if (!body.ok) return body;
  const digest = digestOf(request.method, target, body.value);
  const meta = { commandId: isWrite ? key : null, digest };
  return ok({ params: named.data, query: query.value, body: body.value, meta });
}

async function parseBody(
  request: Request,
  { body: schema, verbatim }: Endpoint,
  cap: number,
): Promise<Result<unknown>> {
  const bytes = await readBody(request, cap);
  if (!bytes.ok || schema === "bytes") return bytes;
  if (bytes.value.byteLength === 0) return check(schema, {}, "body");
  const value = parseJson(bytes.value, verbatim);
  if (!value.ok) {
    const issue = { path: [], message: value.fault, code: "invalid_json" };
    return err(fault("invalid_request", value.fault, null, { issues: [issue] }));
  }
  return check(schema, value.value, "body");
}

/** Parses by a schema; the fault lists every issue with the path it is about. */
function check(schema: z.ZodType, value: unknown, where: "query" | "body"): Result<unknown> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issues = parsed.error.issues.slice(0, 20).map(({ path, message, code }) => ({
    path: path.map(String),
    message: message.slice(0, 200),
    code,
  }));
  const first = issues[0];
  const at = first === undefined || first.path.length === 0 ? where : first.path.join(".");
  const sentence = `The ${where} is not valid: ${at}: ${first?.message ?? "refused"}`;
  return err(fault("invalid_request", sentence, null, { issues }));
}

/** A repeated parameter becomes an array, which only the schemas that want one accept. */
function gather(query: URLSearchParams): Record<string, string | string[]> {
  const gathered: Record<string, string | string[]> = Object.create(null);
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    gathered[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return gathered;
}

/** What makes two requests the same command: method, path, query and the meaning of the body. */
function digestOf(method: string, { path, query }: Target, body: unknown): string {
  const hash = createHash("sha256").update(`${method}\n${path}\n`);
  const named = new URLSearchParams(query);
  named.sort();
  hash.update(`${named}\n`);
  hash.update(body instanceof Uint8Array ? body : canonicalJson(body));
  return hash.digest("hex");
}

function nameOf(scope: TokenScope | null): string {
  if (scope === null) return "open";
  if (scope.kind === "ended") return "ended";
  return scope.kind === "app" ? `app:${scope.tokenId}` : `session:${scope.sessionId}`;
}
