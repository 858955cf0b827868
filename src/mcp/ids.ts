import { createHash } from "node:crypto";
import type { RpcId } from "../contract/mcp.ts";
import { Ulid } from "../contract/primitives.ts";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** A ULID: ten characters of time, then sixteen of chance. */
const timeLength = 10;
const restLength = 16;

/**
 * The question a call is about: the same call (of the same client, under the same JSON-RPC id) is the
 * same question, whichever server it reaches. Another client's ids begin anew, hence its name.
 */
export function questionId(sessionId: string, clientId: string, id: RpcId): string {
  const of = JSON.stringify([sessionId, clientId, id]);
  const hash = createHash("sha256").update(of).digest();
  const rest = [...hash.subarray(0, restLength)].map((byte) => alphabet[byte % alphabet.length]);
  return clientId.slice(0, timeLength) + rest.join("");
}

/** What has to be known to go on with the answer to a call: a later server was never told. */
export interface Place {
  readonly question: string;
  readonly id: RpcId;
  readonly progressToken: RpcId | null;
  /** Epoch milliseconds at which the call came. */
  readonly since: number;
}

const end = ".end";

/** The event id of a stream, which its client sends back when the connection breaks. */
export function eventId({ question, id, progressToken, since }: Place): string {
  const rest = Buffer.from(JSON.stringify([id, progressToken, since])).toString("base64url");
  return `${question}.${rest}`;
}

/** The id of a stream's last event: behind it there is nothing to go on with. */
export function lastEventId(place: Place): string {
  return eventId(place) + end;
}

/** The place an event id names, `end` behind the last one; null when it is not one of ours. */
export function placeOf(given: string): Place | "end" | null {
  if (given.endsWith(end)) return "end";
  const [question = "", rest = ""] = given.split(".");
  try {
    const parsed: unknown = JSON.parse(Buffer.from(rest, "base64url").toString("utf8"));
    if (!Array.isArray(parsed) || !Ulid.safeParse(question).success) return null;
    const [id, progressToken, since] = parsed as unknown[];
    if (!isRpcId(id) || typeof since !== "number") return null;
    return { question, id, progressToken: isRpcId(progressToken) ? progressToken : null, since };
  } catch {
    return null;
  }
}

function isRpcId(value: unknown): value is RpcId {
  return typeof value === "string" || typeof value === "number";
}
