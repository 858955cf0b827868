import { isAbsolute, join } from "node:path";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { LaunchPlan, OpenRequest, ResolvedHarness, Workplace } from "../driver.ts";

/** How the two modes of this driver are said to Codex. Neither ever asks. */
export type Sandbox = "workspace-write" | "danger-full-access";

/** The sandbox of a mode; only `bypass` is ever without one. */
export function sandboxOf(mode: string | null): Result<Sandbox> {
  if (mode === null || mode === "auto") return ok("workspace-write");
  if (mode === "bypass") return ok("danger-full-access");
  return err(
    fault("mode_unavailable", `Codex has no mode ${mode} here.`, "Choose auto or bypass."),
  );
}

/**
 * The folders of the common git directory a commit in a worktree writes to. Codex protects `.git`
 * otherwise; hooks and config stay protected this way (`sandbox_workspace_write.writable_roots`).
 */
export function writableRoots(workplace: Workplace): readonly string[] {
  const { repo } = workplace;
  // In the main worktree itself every file of .git lies beside hooks and config.
  if (repo === null || repo.gitDir === repo.commonDir) return [];
  const { commonDir, gitDir } = repo;
  return [join(commonDir, "objects"), join(commonDir, "refs"), join(commonDir, "logs"), gitDir];
}

/** The whole environment of the agent: the host's allow-list, the harness' own, an absolute CODEX_HOME. */
export function agentEnv(
  harness: ResolvedHarness,
  base: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = { ...base, ...harness.env };
  if (harness.home !== null) env["CODEX_HOME"] = harness.home;
  // A relative one would be looked up in the worktree, which the repository controls.
  const home = env["CODEX_HOME"];
  if (home !== undefined && !isAbsolute(home)) delete env["CODEX_HOME"];
  return env;
}

/** `codex app-server` over stdio. Harness arguments stand behind the subcommand, which takes `-c`. */
export function serverArgv(bin: string, harness: ResolvedHarness): [string, ...string[]] {
  return [bin, "app-server", ...harness.args];
}

/** What a start would run: nothing of the person's text stands in it. */
export function launchPlan(
  request: OpenRequest,
  base: Readonly<Record<string, string>>,
): Result<LaunchPlan> {
  const sandbox = sandboxOf(request.mode);
  if (!sandbox.ok) return sandbox;
  if (!isAbsolute(request.bin)) {
    return err(
      fault("agent_broken", `${request.bin} is not an absolute path.`, "Probe the agent again."),
    );
  }
  return ok({
    hosting: "pipes",
    argv: serverArgv(request.bin, request.harness),
    cwd: request.workplace.cwd,
    env: agentEnv(request.harness, base),
    files: [],
  });
}
