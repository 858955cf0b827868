import { rulesOf } from "../modes.ts";
import { profileName, profileOverride } from "../permissions.ts";
import type { SessionData } from "../session-data.ts";

/**
 * One `codex exec --json` for one message (codex-cli 0.169.0). The prompt comes from a file on
 * stdin (`-`): of any size, never in the arguments, and with an end, which the session directory's
 * FIFO never has. exec never asks (`approval_policy` is overridden), and a resumed thread forgets
 * model and sandbox, so both stand in front of `resume` every time.
 */
export function execArgv(
  data: SessionData,
  threadId: string | null,
  promptPath: string,
): [string, ...string[]] {
  const config = ["tools.update_plan.enabled=true"];
  if (data.effort !== null) config.push(`model_reasoning_effort=${JSON.stringify(data.effort)}`);
  const { sandbox } = rulesOf(data.mode);
  const profiled = sandbox === "workspace-write" && data.profiles;
  if (profiled) config.push(profileOverride(data.rules), `default_permissions="${profileName}"`);
  const codex = [
    data.bin,
    "exec",
    "--json",
    ...data.args,
    ...config.flatMap((it) => ["-c", it]),
    ...(data.model === null ? [] : ["-m", data.model]),
    // `-s` would switch the profile off.
    ...(profiled ? [] : ["-s", sandbox]),
    ...["-C", data.cwd],
    // Its own check asks for a trust that Agetor has settled with the person before.
    "--skip-git-repo-check",
    ...(threadId === null ? [] : ["resume", threadId]),
    "-",
  ];
  return ["/bin/sh", "-c", 'prompt=$1; shift; exec "$@" < "$prompt"', "sh", promptPath, ...codex];
}
