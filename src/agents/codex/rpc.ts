import { type Fields, fields, isObject, number, text } from "./json.ts";

/** A line of `codex app-server`: JSON-RPC without the `jsonrpc` member (codex-cli 0.169.0). */
export type Incoming =
  | { readonly kind: "response"; readonly id: string; readonly outcome: RpcOutcome }
  | {
      readonly kind: "request";
      readonly id: string | number;
      readonly method: string;
      readonly params: Fields;
    }
  | {
      readonly kind: "notification";
      readonly method: string;
      readonly params: Fields;
      /** Epoch milliseconds, as the server stamps its notifications. */
      readonly at: number | null;
    }
  | { readonly kind: "other" };

export type RpcOutcome =
  | { readonly ok: true; readonly result: Fields }
  | { readonly ok: false; readonly code: number | null; readonly message: string };

/** Sorts a parsed line. Our own request ids are strings and come back as they were given. */
export function incoming(line: Fields): Incoming {
  const method = text(line, "method");
  const id = line["id"];
  if (method !== null && (typeof id === "string" || typeof id === "number")) {
    return { kind: "request", id, method, params: fields(line, "params") };
  }
  if (method !== null) {
    return {
      kind: "notification",
      method,
      params: fields(line, "params"),
      at: number(line, "emittedAtMs"),
    };
  }
  if (typeof id !== "string") return { kind: "other" };
  if (isObject(line["error"])) {
    const { error } = line;
    const message = text(error, "message") ?? "unknown error";
    return { kind: "response", id, outcome: { ok: false, code: number(error, "code"), message } };
  }
  return { kind: "response", id, outcome: { ok: true, result: fields(line, "result") } };
}

export function requestLine(id: string, method: string, params: object): string {
  return JSON.stringify({ id, method, params });
}

export function notificationLine(method: string): string {
  return JSON.stringify({ method });
}

/** Answers a server request. */
export function resultLine(id: string | number, result: object): string {
  return JSON.stringify({ id, result });
}

/** Refuses a server request nobody here can answer, so that the turn does not wait for ever. */
export function refusalLine(id: string | number, method: string): string {
  return JSON.stringify({
    id,
    error: { code: -32601, message: `Agetor does not answer ${method}` },
  });
}

/**
 * Our request ids say what they are for, so that a response line read by a later server still
 * completes it (M7): `kind:argument`.
 */
export const requestId = {
  initialize: (generation: number): string => `initialize:${generation}`,
  thread: (generation: number, how: "start" | "resume"): string => `thread:${how}:${generation}`,
  turn: (messageId: string): string => `turn:${messageId}`,
  steer: (messageId: string): string => `steer:${messageId}`,
  look: (messageId: string, round: string): string => `look:${messageId}:${round}`,
  interrupt: (turnId: string, why: StopReason): string => `interrupt:${why}:${turnId}`,
  clean: (turnId: string): string => `clean:${turnId}`,
};

/** Who stops a turn: the person, or our watchdog when the network stays away. */
export type StopReason = "person" | "network";

/** The kind of a request of ours, and the rest of its id. */
export function requestKind(id: string): { readonly kind: string; readonly rest: string } {
  const at = id.indexOf(":");
  return at < 0 ? { kind: id, rest: "" } : { kind: id.slice(0, at), rest: id.slice(at + 1) };
}
