import { z } from "zod";

/** A ULID: 26 characters of Crockford base 32, made by us or by a client. Opaque to clients. */
export const Ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "must be a ULID");
/** Integer milliseconds since the Unix epoch. */
export const Millis = z.number().int().nonnegative();
export type Millis = number;

export const columns = ["backlog", "ready", "running", "blocked", "review", "done"] as const;
export const Column = z.enum(columns);
export type Column = z.infer<typeof Column>;

export const RunStatus = z.enum([
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "orphaned",
]);
export type RunStatus = z.infer<typeof RunStatus>;

export const Isolation = z.enum(["worktree", "none"]);
export type Isolation = z.infer<typeof Isolation>;

export const agentKinds = ["claude-code", "codex", "acp", "oneshot", "fake"] as const;
export const AgentKind = z.enum(agentKinds);
export type AgentKind = z.infer<typeof AgentKind>;

/** How much the agent may do without asking. Each kind of agent has a subset. */
export const modes = ["plan", "ask", "acceptEdits", "auto", "bypass"] as const;
export type ModeId = (typeof modes)[number];

/** The id of a harness. Built-ins carry the name of their kind. */
export const HarnessId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be a harness id");
