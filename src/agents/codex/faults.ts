import type { RateLimit } from "../../contract/event.ts";
import { type Fault, type FaultCode, fault } from "../../contract/fault.ts";
import { type Fields, fields, isObject, number, parseObject, text } from "./json.ts";

interface Reading {
  readonly code: FaultCode;
  readonly hint: string;
}

const login = "Log in with `codex login`, then send the message again.";
const network = "Check the connection to the model, then send the message again.";
const again = "Send the message again in a moment.";

/** `codexErrorInfo` as plain words (codex-cli 0.169.0 app-server). */
const named: Readonly<Record<string, Reading>> = {
  usageLimitExceeded: { code: "rate_limited", hint: "Wait until the usage limit resets." },
  rateLimitExceeded: { code: "rate_limited", hint: again },
  sessionBudgetExceeded: { code: "rate_limited", hint: "Raise the budget of this Codex session." },
  unauthorized: { code: "not_logged_in", hint: login },
  contextWindowExceeded: {
    code: "agent_error",
    hint: "The conversation no longer fits the model. Go on in a new task.",
  },
  modelNotFound: { code: "agent_error", hint: "Choose another model for this task." },
  sandboxError: {
    code: "sandbox_unavailable",
    hint: "Run `codex sandbox -P :workspace -- true` in a terminal to see why.",
  },
  internalServerError: { code: "agent_error", hint: again },
  serverOverloaded: { code: "agent_error", hint: again },
  flexUnavailable: { code: "agent_error", hint: again },
};

const connection = new Set([
  "httpConnectionFailed",
  "responseStreamConnectionFailed",
  "responseStreamDisconnected",
  "responseTooManyFailedAttempts",
]);

/** What a failed turn says of itself, as a fault of the closed set. */
export function turnFault(error: Fields, limits: readonly RateLimit[]): Fault {
  const message = plainMessage(text(error, "message") ?? "Codex failed without a word.");
  const { name, status } = errorInfo(error);
  const reading = read(name, status, message);
  return fault(reading.code, message, hintOf(reading, message, limits), {
    codexErrorInfo: name,
    httpStatus: status,
  });
}

/** The same for text alone: `codex exec --json` gives no class. */
export function messageFault(message: string): Fault {
  const plain = plainMessage(message);
  const reading = readMessage(plain);
  return fault(reading.code, plain, hintOf(reading, plain, []));
}

export function errorInfo(error: Fields): {
  readonly name: string | null;
  readonly status: number | null;
} {
  const info = error["codexErrorInfo"];
  if (typeof info === "string") return { name: info, status: null };
  if (!isObject(info)) return { name: null, status: null };
  const name = Object.keys(info)[0] ?? null;
  return { name, status: name === null ? null : number(fields(info, name), "httpStatusCode") };
}

function read(name: string | null, status: number | null, message: string): Reading {
  if (status === 401 || status === 403) return { code: "not_logged_in", hint: login };
  if (status === 429) return { code: "rate_limited", hint: again };
  const known = name === null ? undefined : named[name];
  if (known !== undefined) return known;
  if (name !== null && connection.has(name) && status === null) {
    return { code: "network_lost", hint: network };
  }
  return readMessage(message);
}

function readMessage(message: string): Reading {
  if (/unexpected status 40[13]|not logged in|missing environment variable/i.test(message)) {
    return { code: "not_logged_in", hint: login };
  }
  if (/usage limit|last status: 429|rate limit/i.test(message)) {
    return { code: "rate_limited", hint: "Wait until the limit resets." };
  }
  if (/stream disconnected|connection failed|error sending request/i.test(message)) {
    return { code: "network_lost", hint: network };
  }
  return { code: "agent_error", hint: again };
}

/** "try again at …" of the message, else the reset of the window that is used up. */
function hintOf(reading: Reading, message: string, limits: readonly RateLimit[]): string {
  if (reading.code !== "rate_limited") return reading.hint;
  const said = /try again (?:at|in) ([^.]+)\./i.exec(message)?.[1];
  if (said !== undefined) return `Send the message again after ${said}.`;
  const resets = limits
    .filter((limit) => limit.usedPercent >= 100 && limit.resetsAt !== null)
    .map((limit) => limit.resetsAt ?? 0);
  if (resets.length === 0) return reading.hint;
  return `Send the message again after ${new Date(Math.max(...resets)).toISOString()}.`;
}

/** A refusal of the model arrives as its raw JSON body; the message inside is what helps. */
function plainMessage(message: string): string {
  const body = message.startsWith("{") ? parseObject(message) : null;
  if (body === null) return message;
  return text(fields(body, "error"), "message") ?? text(body, "message") ?? message;
}
