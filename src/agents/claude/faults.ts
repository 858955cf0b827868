import { type Fault, type FaultCode, fault } from "../../contract/fault.ts";

interface Reading {
  readonly code: FaultCode;
  readonly hint: string;
}

const again = "Send the message again in a moment.";
const login = "Log in with `claude auth login` in a terminal, then send the message again.";

/** The classes of `StopFailure.error` (Claude Code 2.1.330, from its own table). */
const classes: Readonly<Record<string, Reading>> = {
  authentication_failed: { code: "not_logged_in", hint: login },
  oauth_org_not_allowed: { code: "not_logged_in", hint: "Log in with an account that may use it." },
  account_on_hold: { code: "not_logged_in", hint: "Look at the state of your Anthropic account." },
  verification_required: {
    code: "not_logged_in",
    hint: "Finish the verification of your account.",
  },
  billing_error: { code: "rate_limited", hint: "Look at the billing of your Anthropic account." },
  rate_limit: { code: "rate_limited", hint: "Wait until the limit resets, then send it again." },
  overloaded: { code: "rate_limited", hint: again },
  model_not_found: { code: "agent_error", hint: "Choose another model for this task." },
  max_output_tokens: { code: "agent_error", hint: "Ask for the rest in smaller steps." },
  invalid_request: { code: "agent_error", hint: "Change the message, then send it again." },
  server_error: { code: "agent_error", hint: again },
};

const statuses: Readonly<Record<string, Reading>> = {
  "401": { code: "not_logged_in", hint: login },
  "403": { code: "not_logged_in", hint: login },
  "429": { code: "rate_limited", hint: "Wait until the limit resets, then send it again." },
  "529": { code: "rate_limited", hint: again },
};

/** Why a turn failed, from the class and the words of `StopFailure`. */
export function turnFault(error: string | null, words: string | null): Fault {
  const message = words?.trim() || "Claude stopped with an error it did not name.";
  const status = /API Error: (?:Repeated )?(\d{3})\b/.exec(message)?.[1];
  const known = error === null ? undefined : classes[error];
  const reading = known ?? (status === undefined ? undefined : statuses[status]) ?? other(message);
  return fault(reading.code, message, reading.hint, { error, status: status ?? null });
}

function other(message: string): Reading {
  if (
    /connection error|ECONNREFUSED|ENOTFOUND|ETIMEDOUT|fetch failed|unable to connect/i.test(
      message,
    )
  ) {
    return { code: "network_lost", hint: "Check your connection, then send the message again." };
  }
  return { code: "agent_error", hint: again };
}
