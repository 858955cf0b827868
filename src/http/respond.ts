import { type ErrorBody, type Fault, faultStatus } from "../contract/fault.ts";
import type { Result } from "../contract/result.ts";
import type { Reply } from "../engine/api.ts";

const common = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** What every answer of the API carries. No CORS header is ever sent, by anything. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...common,
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

/**
 * What the page and its assets carry. Assets get the policy too, because a worker runs under the
 * policy of its own script. `nonce` is for the style elements of the diff viewer.
 */
export function pageHeaders(nonce: string | null, cacheControl: string): Record<string, string> {
  const style = nonce === null ? "'self'" : `'self' 'nonce-${nonce}'`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    `style-src ${style}`,
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    ...common,
    "cache-control": cacheControl,
    "content-security-policy": policy.join("; "),
  };
}

/** A JSON answer. */
export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...apiHeaders, "content-type": "application/json" },
  });
}

/** Plain text, shown as it is and never as anything else. */
export function text(body: string): Response {
  return new Response(body, {
    headers: { ...apiHeaders, "content-type": "text/plain; charset=utf-8" },
  });
}

/** An error answer in the one shape all of them have. */
export function problem(problem: Fault, headers: Readonly<Record<string, string>> = {}): Response {
  const body: ErrorBody = {
    error: problem.message,
    code: problem.code,
    hint: problem.hint,
    details: problem.details,
  };
  return new Response(JSON.stringify(body), {
    status: faultStatus[problem.code],
    headers: { ...apiHeaders, "content-type": "application/json", ...headers },
  });
}

/** The answer of a read: 200 with the value, or its fault. */
export function read(result: Result<unknown>): Response {
  return result.ok ? json(200, result.value) : problem(result.fault);
}

/** The answer of a command: the status its receipt says, or its fault. */
export async function answer(pending: Promise<Result<Reply<unknown>>>): Promise<Response> {
  const result = await pending;
  return result.ok ? json(result.value.status, result.value.body) : problem(result.fault);
}

/**
 * A file of a repository or of the person: hostile bytes, given as what they are and as nothing else. Should one be
 * opened as a page all the same, the policy lets it load, run and send nothing.
 */
export function bytesOf(bytes: Uint8Array, mediaType: string, name: string): Response {
  return new Response(new Blob([new Uint8Array(bytes)]), {
    headers: {
      ...apiHeaders,
      "content-security-policy": `${apiHeaders["content-security-policy"]}; sandbox`,
      "content-type": mediaType,
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
}
