import { fault } from "../../contract/fault.ts";
import { type ModeId, modes } from "../../contract/primitives.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { profileName } from "./permissions.ts";
import type { State } from "./state.ts";

export type Sandbox = "read-only" | "workspace-write" | "danger-full-access";

/** How a session is to work from its next turn on. */
export interface Wishes {
  /** The mode of the task, as the newest message or the answer to its plan said it. */
  readonly mode: ModeId;
  readonly model: string | null;
  readonly effort: string | null;
}

/** How a mode is said to codex-cli 0.169.0. */
export interface ModeRules {
  readonly sandbox: Sandbox;
  readonly approvalPolicy: "untrusted" | "on-request" | "never";
  readonly collaboration: "plan" | "default";
}

const rules: Readonly<Record<ModeId, ModeRules>> = {
  plan: { sandbox: "read-only", approvalPolicy: "never", collaboration: "plan" },
  ask: { sandbox: "workspace-write", approvalPolicy: "untrusted", collaboration: "default" },
  acceptEdits: {
    sandbox: "workspace-write",
    approvalPolicy: "on-request",
    collaboration: "default",
  },
  auto: { sandbox: "workspace-write", approvalPolicy: "never", collaboration: "default" },
  bypass: { sandbox: "danger-full-access", approvalPolicy: "never", collaboration: "default" },
};

export function rulesOf(mode: ModeId): ModeRules {
  return rules[mode];
}

/** The same without an app-server: `codex exec` cannot ask, so only modes that never do are there. */
export function execModeFor(mode: string | null): Result<ModeId> {
  const known = modeFor(mode);
  if (!known.ok || known.value === "auto" || known.value === "bypass") return known;
  return err(
    fault(
      "mode_unavailable",
      `This Codex has no app-server and cannot ask, so it has no mode ${mode}.`,
      "Update Codex, or choose auto or bypass.",
    ),
  );
}

/** The mode a task asks for; none is the default one. */
export function modeFor(mode: string | null): Result<ModeId> {
  const known = modes.find((it) => it === (mode ?? "auto"));
  if (known !== undefined) return ok(known);
  return err(
    fault("mode_unavailable", `Codex has no mode ${mode} here.`, `Choose ${modes.join(", ")}.`),
  );
}

/** What the answer to `thread/start` or `thread/resume` says of sandbox and approvals, as a mode. */
export function modeOfThread(sandbox: string | null, policy: unknown): ModeId | null {
  if (sandbox === "dangerFullAccess") return "bypass";
  if (sandbox === "readOnly") return "plan";
  if (sandbox !== "workspaceWrite") return null;
  if (policy === "untrusted") return "ask";
  return policy === "on-request" ? "acceptEdits" : "auto";
}

const policies = {
  "read-only": { sandboxPolicy: { type: "readOnly", networkAccess: false } },
  // The profile lets a worktree commit; it cannot be given together with a policy.
  "workspace-write": { permissions: profileName },
  "danger-full-access": { sandboxPolicy: { type: "dangerFullAccess" } },
} as const;

/**
 * The settings a `turn/start` carries. They hold for the turns after it too (codex-cli 0.169.0), so
 * every turn says all of them. `collaborationMode` wins over `model` and `effort`, and wants a model.
 */
export function turnSettings(data: Wishes, { own }: Pick<State, "own">): Record<string, unknown> {
  const { sandbox, approvalPolicy, collaboration } = rulesOf(data.mode);
  const model = data.model ?? own.model;
  const effort = data.effort ?? own.effort;
  const settings = { model, reasoning_effort: effort, developer_instructions: null };
  return {
    approvalPolicy,
    ...policies[sandbox],
    ...(model === null ? {} : { model, collaborationMode: { mode: collaboration, settings } }),
    ...(effort === null ? {} : { effort }),
  };
}
