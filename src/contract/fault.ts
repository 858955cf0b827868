import { z } from "zod";

/**
 * Every way a request, a command or a run can fail, as a closed set. The HTTP status of each code
 * stands beside it, so a code can never be sent with the wrong status.
 */
export const faultStatus = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  already_running: 409,
  already_answered: 409,
  already_exists: 409,
  harness_in_use: 409,
  key_reused: 409,
  locked: 409,
  merge_conflict: 409,
  not_clean: 409,
  base_checked_out: 409,
  use_start: 409,
  late: 410,
  too_large: 413,
  unsupported_media_type: 415,
  wrong_host: 421,
  agent_unavailable: 422,
  not_logged_in: 422,
  agent_broken: 422,
  mode_unavailable: 422,
  bad_ref: 422,
  repo_gone: 422,
  repo_filter: 422,
  repo_unsafe: 422,
  not_a_directory: 422,
  not_a_repository: 422,
  empty_repository: 422,
  branch_blocked: 422,
  trust_required: 422,
  tmux_missing: 422,
  git_missing: 422,
  git_failed: 422,
  git_timeout: 422,
  ref_locked: 422,
  identity_missing: 422,
  hook_failed: 422,
  push_failed: 422,
  forge_missing: 422,
  forge_failed: 422,
  worktree_failed: 422,
  setup_failed: 422,
  sandbox_unavailable: 422,
  local_command: 422,
  host_failed: 422,
  not_running: 422,
  not_resumable: 422,
  nothing_to_restore: 422,
  session_lost: 422,
  launch_failed: 422,
  launch_timeout: 422,
  not_delivered: 422,
  delivery_uncertain: 422,
  agent_exited: 422,
  agent_error: 422,
  rate_limited: 422,
  network_lost: 422,
  orphaned: 422,
  cancelled: 422,
  internal: 500,
  disk_full: 507,
} as const;

export type FaultCode = keyof typeof faultStatus;

const faultCodes = Object.keys(faultStatus) as [FaultCode, ...FaultCode[]];

/** What went wrong, for a person: what happened, and what to do about it. */
export const Fault = z.object({
  code: z.enum(faultCodes),
  message: z.string(),
  hint: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
});
export type Fault = z.infer<typeof Fault>;

/** The body of every error answer. */
export const ErrorBody = z.object({
  error: z.string(),
  code: z.enum(faultCodes),
  hint: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** Makes a fault; the hint says the next step in the imperative. */
export function fault(
  code: FaultCode,
  message: string,
  hint: string | null = null,
  details: Record<string, unknown> | null = null,
): Fault {
  return { code, message, hint, details };
}
