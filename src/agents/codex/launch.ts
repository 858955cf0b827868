import { isAbsolute } from "node:path";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { LaunchPlan, OpenRequest, ResolvedHarness } from "../driver.ts";
import { modeFor } from "./modes.ts";

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
  const mode = modeFor(request.mode);
  if (!mode.ok) return mode;
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
