import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Route } from "../contract/routes.ts";
import type { Auth, TokenScope } from "../engine/api.ts";
import type { Peer } from "./peer.ts";

/** The one page. Only it may be reached by a link from somewhere else. */
export const pagePath = "/";

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const loopback = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
/** Backslash, NUL, slash and percent-encodings of them: never part of a path of ours. */
const oddPath = /\/\/|\\|#|%(?:00|2f|5c)/i;
const longestPath = 2048;

export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Everything that is decided before a route is known: who is calling, by which name, and whether
 * a foreign page is behind it. `Host` is compared as the raw string with an exact set, because
 * that is the only thing that stops DNS rebinding; Bun joins two Host headers with a comma, so
 * two of them (even equal ones) are in no set.
 */
export function admit(request: Request, peer: Peer): Result<Target> {
  if (!isLoopback(peer)) return err(fault("forbidden", "Only this machine may connect."));
  const host = request.headers.get("host");
  if (!isOurHost(host, peer)) {
    const hint = "Use http://127.0.0.1 or http://localhost with the server's own port.";
    return err(fault("wrong_host", "This server does not answer to that name.", hint));
  }
  const target = targetOf(request.url);
  if (target === null) return err(fault("invalid_request", "This is not a plain request path."));
  if (!methods.has(request.method)) {
    return err(fault("method_not_allowed", `The method ${request.method} is not supported.`));
  }
  if (request.headers.has("upgrade")) {
    return err(fault("invalid_request", "This server does not switch protocols."));
  }
  // Equal to the (already proven) Host, not merely one of our two names: a page of
  // http://localhost may come from a stranger who listens on [::1] at our port.
  const origin = request.headers.get("origin");
  const own = peer.door.kind === "tcp" ? `http://${host}` : null;
  if (origin !== null && origin !== own) {
    return err(fault("forbidden", "Pages of other origins may not use this server."));
  }
  if (!isOwnSite(request, target)) {
    return err(fault("forbidden", "Another site sent this request."));
  }
  return ok(target);
}

function isLoopback(peer: Peer): boolean {
  if (peer.door.kind === "socket") return true;
  return peer.address !== null && loopback.has(peer.address);
}

function isOurHost(host: string | null, { door }: Peer): host is string {
  if (host === null) return false;
  // No browser reaches a unix socket; clients put any one name there.
  if (door.kind === "socket") return host !== "" && !host.includes(",");
  return host === `127.0.0.1:${door.port}` || host === `localhost:${door.port}`;
}

/** Path and query as sent; parsed by hand, since `new URL` reads `//x` as a host. */
function targetOf(url: string): Target | null {
  const start = url.startsWith("http://") ? url.indexOf("/", "http://".length) : -1;
  if (start === -1) return null;
  const mark = url.indexOf("?", start);
  const path = mark === -1 ? url.slice(start) : url.slice(start, mark);
  if (path.length > longestPath || oddPath.test(path) || url.includes("#")) return null;
  return { path, query: new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1)) };
}

/**
 * Browsers say where a request comes from; scripts say nothing. A person who follows a link from
 * another site to the page (and then reloads it) is let through, because the page is public,
 * holds no secret and cannot be framed; nothing but a top-level navigation to it is.
 */
function isOwnSite({ method, headers }: Request, { path }: Target): boolean {
  const site = headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return true;
  return (
    method === "GET" &&
    path === pagePath &&
    headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document"
  );
}

/**
 * Who sends this, and may they use the route. Tokens come in the `Authorization` header; streams
 * also take `?token=`, since an EventSource cannot send headers.
 */
export function authorize(
  request: Request,
  route: Route,
  query: URLSearchParams,
  auth: Auth,
): Result<TokenScope | null> {
  if (route.scope === "open") return ok(null);
  // The lookup runs for a missing token too, so that missing and wrong take the same time.
  const scope = auth.verify(tokenOf(request, route, query) ?? "");
  if (scope === null) {
    const hint = "Run `agetor open` for a fresh link, or send the token of agetor-core.json.";
    return err(fault("unauthorized", "A valid token is needed.", hint));
  }
  if (scope.kind === "ended") {
    return err(fault("forbidden", "The session this token belongs to has ended."));
  }
  if (scope.kind === "session" && route.scope !== "session") {
    return err(fault("forbidden", "An agent's session may not do this."));
  }
  return ok(scope);
}

function tokenOf(request: Request, route: Route, query: URLSearchParams): string | null {
  const header = request.headers.get("authorization");
  if (header !== null) return /^Bearer +([\x21-\x7e]+)$/i.exec(header)?.[1] ?? null;
  return route.answer === "sse" && request.method === "GET" ? query.get("token") : null;
}

/** The media type of a body, and its announced length. `json` routes take nothing but JSON. */
export function checkBody(request: Request, json: boolean, cap: number): Fault | null {
  const length = Number(request.headers.get("content-length") ?? "0");
  const type = request.headers.get("content-type");
  const empty = length === 0 && !request.headers.has("transfer-encoding");
  if (
    type === null ? !empty : json && !/^application\/json *(?:; *charset="?utf-8"?)?$/i.test(type)
  ) {
    const hint = json ? "Send Content-Type: application/json." : "Send the file's content type.";
    return fault("unsupported_media_type", "This content type is not accepted.", hint);
  }
  if (length > cap) return tooLarge(cap);
  return null;
}

/** The fault of a body that is, or turns out to be, longer than `cap` bytes. */
export function tooLarge(cap: number): Fault {
  return fault("too_large", `The body is larger than ${cap / 1024 / 1024} MB.`);
}
